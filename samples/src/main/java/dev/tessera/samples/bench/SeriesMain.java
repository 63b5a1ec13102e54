package dev.tessera.samples.bench;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.CodebookUsage;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.codebook.UsageCounter;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.learn.KMeans;
import dev.tessera.codebook.learn.ResidualKMeans;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.features.FeatureCodec;
import dev.tessera.features.FeatureFiles;
import dev.tessera.features.FeatureModel;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A tokenizer of series against classical quantizers at equal bits, on series that none has seen; for {@code bench/feature-series.sh}.
 *
 * <p>Arguments: model, folders of training and of validation series. The SNR is that of channels standardized by the model's mean and
 * scale, over all frames together: sum of squares over sum of squared errors.
 */
public final class SeriesMain {
    private static final int LEARNED_FRAMES = 400_000;
    private static final int ITERATIONS = 20;
    private static final int SEED = 1;

    private final FeatureModel model;
    private final float[] mean;
    private final float[] scale;

    private SeriesMain(FeatureModel model) throws IOException {
        this.model = model;
        this.mean = model.file().tensor("features.mean").toFloats();
        this.scale = model.file().tensor("features.scale").toFloats();
    }

    /** Series in a random order, standardized, each cut to whole tokens; as many as have {@code most} frames. */
    private List<float[]> read(Path folder, long most) throws IOException {
        List<Path> files;
        try (Stream<Path> listing = Files.list(folder)) {
            files = new ArrayList<>(listing.sorted().toList());
        }
        Collections.shuffle(files, new Random(SEED));
        List<float[]> series = new ArrayList<>();
        long frames = 0;
        for (Path file : files) {
            if (frames >= most) {
                break;
            }
            float[] rows = FeatureFiles.read(file, model.channels());
            int whole = rows.length / (model.tokenFrames() * mean.length) * model.tokenFrames() * mean.length;
            rows = Arrays.copyOf(rows, whole);
            for (int i = 0; i < rows.length; i++) {
                rows[i] = (rows[i] - mean[i % mean.length]) / scale[i % mean.length];
            }
            series.add(rows);
            frames += rows.length / mean.length;
        }
        return series;
    }

    private static Latents vectors(List<float[]> series, int dim) {
        int values = series.stream().mapToInt(s -> s.length).sum();
        float[] all = new float[values];
        int at = 0;
        for (float[] rows : series) {
            System.arraycopy(rows, 0, all, at, rows.length);
            at += rows.length;
        }
        return Latents.of(values / dim, dim, all);
    }

    public static void main(String[] args) throws IOException {
        SeriesMain bench = new SeriesMain(FeatureModel.load(ModelRegistry.load().find(args[0])));
        List<float[]> valid = bench.read(Path.of(args[2]), Long.MAX_VALUE);
        bench.measure(valid);
        int channels = bench.mean.length;
        int frames = bench.model.tokenFrames();
        int bits = (int)
                Math.round(Arrays.stream(bench.model.tokenizer(1).quantizer().codebookSizes())
                        .mapToDouble(k -> Math.log(k) / Math.log(2))
                        .sum());
        List<float[]> learned = bench.read(Path.of(args[1]), LEARNED_FRAMES);
        Latents single = vectors(learned, channels);
        Latents unseen = vectors(valid, channels);
        int each = bits / frames;
        compare(
                "k-means of frames, K = " + (1 << each),
                KMeans.builder()
                        .codebookSize(1 << each)
                        .iterations(ITERATIONS)
                        .seed(SEED)
                        .build()
                        .fit(single),
                unseen);
        compare(
                "residual k-means of frames, " + each + " x 2",
                ResidualKMeans.builder()
                        .stages(each)
                        .codebookSize(2)
                        .iterations(ITERATIONS)
                        .seed(SEED)
                        .build()
                        .fit(single),
                unseen);
        Latents patches = vectors(learned, channels * frames);
        Latents unseenPatches = vectors(valid, channels * frames);
        Klt klt = Klt.fit(
                patches, Math.min(channels * frames, bench.model.file().config().integer("codebook_dim")), 1);
        compareBehind(
                klt,
                "KLT and k-means of " + frames + " frames, K = " + (1 << bits),
                KMeans.builder()
                        .codebookSize(1 << bits)
                        .iterations(ITERATIONS)
                        .seed(SEED)
                        .build()
                        .fit(klt.transform(patches)),
                unseenPatches);
    }

    private static void compare(String name, Codebook codebook, Latents unseen) {
        compare(name, new VectorQuantizer(codebook), unseen);
    }

    private static void compare(String name, Quantizer quantizer, Latents unseen) {
        float[] back = quantizer
                .dequantize(quantizer.quantize(unseen, 1), unseen.count())
                .data();
        System.out.printf(Locale.ROOT, "%s: SNR %.2f dB%n", name, ratio(unseen.data(), back));
    }

    private static void compareBehind(Klt klt, String name, Codebook codebook, Latents unseen) {
        Quantizer quantizer = new VectorQuantizer(codebook);
        int[] indices = quantizer.quantize(klt.transform(unseen), 1);
        float[] back =
                klt.inverse(quantizer.dequantize(indices, unseen.count())).data();
        System.out.printf(Locale.ROOT, "%s: SNR %.2f dB%n", name, ratio(unseen.data(), back));
    }

    private static double ratio(float[] original, float[] back) {
        double signal = 0;
        double error = 0;
        for (int i = 0; i < original.length; i++) {
            signal += (double) original[i] * original[i];
            error += Math.pow((double) original[i] - back[i], 2);
        }
        return 10 * Math.log10(signal / error);
    }

    private void measure(List<float[]> valid) throws IOException {
        int[] sizes = model.tokenizer(1).quantizer().codebookSizes();
        UsageCounter usage = new UsageCounter(sizes[0]);
        double signal = 0;
        double error = 0;
        long frames = 0;
        long bytes = 0;
        double nominal = 0;
        FeatureCodec codec = new FeatureCodec(model);
        for (float[] standardized : valid) {
            if (standardized.length == 0) {
                continue;
            }
            float[] rows = new float[standardized.length];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = standardized[i] * scale[i % mean.length] + mean[i % mean.length];
            }
            FloatTensor series = FloatTensor.of(List.of(rows.length / mean.length, mean.length), rows);
            Tokens tokens = model.tokenizer(1).tokenize(series);
            usage.add(tokens, 0);
            float[] back = model.tokenizer(1).detokenize(tokens).values();
            for (int i = 0; i < rows.length; i++) {
                signal += (double) standardized[i] * standardized[i];
                error += Math.pow(((double) rows[i] - back[i]) / scale[i % mean.length], 2);
            }
            frames += rows.length / mean.length;
            FeatureCodec.Compressed file = codec.compress(series, new RateTarget.Quality(100), 1);
            bytes += file.bytes().length;
            nominal += file.nominalBits();
        }
        CodebookUsage figures = usage.usage();
        System.out.printf(
                Locale.ROOT,
                "%s: SNR %.2f dB, %d frames; bits a frame: nominal %.3f, in files %.3f%n",
                model.file().config().string("name"),
                10 * Math.log10(signal / error),
                frames,
                nominal / frames,
                8.0 * bytes / frames);
        System.out.printf(
                Locale.ROOT,
                "first stage: N = %d, K = %d, utilization %.4f, ceiling %.4f, perplexity %.1f, entropy %.3f bits%n",
                figures.tokens(),
                figures.codebookSize(),
                figures.utilization(),
                figures.utilizationCeiling(),
                figures.perplexity(),
                figures.entropyBits());
    }
}
