package dev.tessera.samples.bench.quantizers;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What makes a codebook collapse, measured on models of the bench whose quantizer finds the nearest code vector: how large latents and
 * code vectors are, how many code vectors still lie where they started, and how soft the assignments of the entropy term are.
 *
 * <p>Arguments: {@code DIR MODEL...}; {@value #SAMPLE} latents of the validation photos, drawn with a fixed seed.
 */
public final class LatentProbeMain {
    private static final int SAMPLE = 1024; // as many as a step of training has
    private static final double TEMPERATURE = 0.01; // of the entropy row
    private static final double NOTHING = 1e-6; // a share at which the gradient of a code vector is lost in rounding

    private LatentProbeMain() {}

    public static void main(String[] args) throws IOException {
        if (args.length < 2) {
            System.err.println("usage: LatentProbeMain DIR MODEL...");
            System.exit(2);
        }
        BenchPhotos photos = BenchPhotos.read(Path.of(args[0]).resolve("images/valid"), 512, 16);
        System.out.println(
                "| model | |z| | |c| used | |c| unused | used by batch | d2 - d1, median | soft perplexity of one latent "
                        + "| of the batch | codes without gradient |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        for (String name : Arrays.asList(args).subList(1, args.length)) {
            ModelFile model = ModelFile.read(Path.of(name));
            if (!(CodebookFile.quantizer(model, CodebookFile.PREFIX) instanceof VectorQuantizer quantizer)) {
                throw new IllegalArgumentException(name + " does not find the nearest code vector");
            }
            Latents all = BenchEvaluation.latents(model, photos, 1);
            System.out.println(row(Path.of(name).getFileName().toString(), sample(all), quantizer.codebook()));
        }
    }

    private static Latents sample(Latents all) {
        SplittableRandom random = new SplittableRandom(1);
        float[] some = new float[SAMPLE * all.dim()];
        for (int i = 0; i < SAMPLE; i++) {
            System.arraycopy(all.data(), random.nextInt(all.count()) * all.dim(), some, i * all.dim(), all.dim());
        }
        return Latents.of(SAMPLE, all.dim(), some);
    }

    private static String row(String name, Latents latents, Codebook codebook) {
        int codes = codebook.codebookSize();
        int dim = codebook.codeDim();
        float[] vectors = codebook.toArray();
        boolean[] used = new boolean[codes];
        double[] shares = new double[codes]; // means of the soft assignments
        double[] gaps = new double[latents.count()];
        double single = 0;
        double[] logits = new double[codes];
        for (int i = 0; i < latents.count(); i++) {
            double nearest = Double.MAX_VALUE;
            double second = Double.MAX_VALUE;
            int best = 0;
            for (int k = 0; k < codes; k++) {
                double distance = distance(latents.data(), i * dim, vectors, k * dim, dim);
                logits[k] = distance;
                if (distance < nearest) {
                    second = nearest;
                    nearest = distance;
                    best = k;
                } else if (distance < second) {
                    second = distance;
                }
            }
            used[best] = true;
            gaps[i] = second - nearest;
            double sum = 0;
            for (int k = 0; k < codes; k++) {
                logits[k] = Math.exp((nearest - logits[k]) / TEMPERATURE);
                sum += logits[k];
            }
            for (int k = 0; k < codes; k++) {
                double p = logits[k] / sum;
                shares[k] += p / latents.count();
                single -= p > 0 ? p * Math.log(p) / latents.count() : 0;
            }
        }
        Arrays.sort(gaps);
        double batch = 0;
        int without = 0;
        int hit = 0;
        double usedNorm = 0;
        double unusedNorm = 0;
        for (int k = 0; k < codes; k++) {
            batch -= shares[k] > 0 ? shares[k] * Math.log(shares[k]) : 0;
            without += shares[k] < NOTHING ? 1 : 0;
            double norm = Math.sqrt(distance(vectors, k * dim, new float[dim], 0, dim));
            hit += used[k] ? 1 : 0;
            usedNorm += used[k] ? norm : 0;
            unusedNorm += used[k] ? 0 : norm;
        }
        double latentNorm = 0;
        for (int i = 0; i < latents.count(); i++) {
            latentNorm += Math.sqrt(distance(latents.data(), i * dim, new float[dim], 0, dim)) / latents.count();
        }
        return String.format(
                Locale.ROOT,
                "| %s | %.4f | %.4f | %s | %d of %,d | %.4f | %.2f | %.1f | %.1f %% |",
                name,
                latentNorm,
                usedNorm / hit,
                hit == codes ? "" : String.format(Locale.ROOT, "%.4f", unusedNorm / (codes - hit)),
                hit,
                codes,
                gaps[gaps.length / 2],
                Math.exp(single),
                Math.exp(batch),
                100.0 * without / codes);
    }

    private static double distance(float[] a, int atA, float[] b, int atB, int dim) {
        double sum = 0;
        for (int d = 0; d < dim; d++) {
            double difference = a[atA + d] - b[atB + d];
            sum += difference * difference;
        }
        return sum;
    }
}
