package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.addmm;
import static org.bytedeco.pytorch.global.torch.get_num_threads;
import static org.bytedeco.pytorch.global.torch.zeros;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.SphericalQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.learn.KMeans;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Vector quantization: the nearest code vector of a {@link CodeTable}.
 *
 * <p>The loss is codebookWeight |q - sg z|^2 + commitmentWeight |sg q - z|^2, as means over latents and dimensions (van den
 * Oord et al. 2017, equation 3), plus entropyWeight times {@link EntropyLoss} of softmax(-|z - c|^2 / temperature).
 */
final class VectorBottleneck implements Bottleneck {
    /** What is compared, and what comes out. */
    enum Similarity {
        /** Nearest by Euclidean distance. */
        EUCLIDEAN,
        /** Latents and code vectors are divided by their lengths; unit vectors come out (Yu et al. 2022, ViT-VQGAN). */
        UNIT,
        /** Nearest by cosine; the code vector comes out with its length (Kumar et al. 2023, DAC). */
        COSINE
    }

    /** How the gradient passes. */
    enum Estimator {
        /** As if quantization were the identity (Bengio et al. 2013). */
        STRAIGHT_THROUGH,
        /** As if it were the rotation and scaling that takes the latent to its code vector (Fifty et al. 2024). */
        ROTATION
    }

    /**
     * @param reviveAfter steps without a hit after which a code vector moves to a random latent of the batch; 0: never
     * @param startFromData whether k-means of the first latents gives the first code vectors
     */
    record Options(
            Similarity similarity,
            Estimator estimator,
            double codebookWeight,
            double commitmentWeight,
            double entropyWeight,
            double entropyTemperature,
            int reviveAfter,
            boolean startFromData) {
        static Options plain() {
            return new Options(Similarity.EUCLIDEAN, Estimator.STRAIGHT_THROUGH, 1, 0.25, 0, 0.01, 0, false);
        }

        Options with(Similarity other) {
            return new Options(
                    other,
                    estimator,
                    codebookWeight,
                    commitmentWeight,
                    entropyWeight,
                    entropyTemperature,
                    reviveAfter,
                    startFromData);
        }

        Options with(Estimator other) {
            return new Options(
                    similarity,
                    other,
                    codebookWeight,
                    commitmentWeight,
                    entropyWeight,
                    entropyTemperature,
                    reviveAfter,
                    startFromData);
        }

        Options weights(double codebook, double commitment, double entropy) {
            return new Options(
                    similarity,
                    estimator,
                    codebook,
                    commitment,
                    entropy,
                    entropyTemperature,
                    reviveAfter,
                    startFromData);
        }

        Options against(int reviveAfterSteps, boolean fromData) {
            return new Options(
                    similarity,
                    estimator,
                    codebookWeight,
                    commitmentWeight,
                    entropyWeight,
                    entropyTemperature,
                    reviveAfterSteps,
                    fromData);
        }
    }

    private static final int VECTORS_PER_CODE = 16;
    private static final int KMEANS_ITERATIONS = 8;

    private final CodeTable table;
    private final Options options;
    private final Tensor unused; // [K]: steps since the last hit
    private float[] lastLatents = {};

    VectorBottleneck(String name, CodeTable table, Options options, ParameterStore store) {
        this.table = table;
        this.options = options;
        unused = store.buffer(name + ".unused", new float[table.codes()], table.codes());
    }

    Options options() {
        return options;
    }

    @Override
    public int dim() {
        return table.dim();
    }

    @Override
    public int[] codebookSizes() {
        return new int[] {table.codes()};
    }

    @Override
    public int wantedForStart() {
        return options.startFromData ? table.codes() * VECTORS_PER_CODE : 0;
    }

    @Override
    public void start(Latents latents, int threads, long seed) {
        if (!options.startFromData) {
            return;
        }
        Latents compared = latents;
        if (options.similarity != Similarity.EUCLIDEAN) {
            try (PointerScope _ = new PointerScope()) {
                Tensor unit = Tensors.unitRows(Tensors.of(latents.data(), latents.count(), latents.dim()));
                compared = Latents.of(latents.count(), latents.dim(), Tensors.floats(unit));
            }
        }
        Codebook codebook = KMeans.builder()
                .codebookSize(table.codes())
                .iterations(KMEANS_ITERATIONS)
                .seed(seed)
                .threads(threads)
                .build()
                .fit(compared);
        try (PointerScope _ = new PointerScope()) {
            table.start(codebook.toArray());
        }
    }

    @Override
    public Quantized forward(Tensor latents, Moment moment) {
        Tensor vectors = table.vectors();
        Tensor compared = latents;
        Tensor searched = vectors;
        if (options.similarity != Similarity.EUCLIDEAN) {
            compared = Tensors.unitRows(latents);
            searched = Tensors.unitRows(vectors);
        }
        Tensor indices = nearest(compared.detach(), searched.detach());
        boolean unit = options.similarity == Similarity.UNIT;
        Tensor encoded = unit ? compared : latents;
        Tensor code = Tensors.rows(unit ? searched : vectors, indices);

        Tensor loss = Tensors.scale(Tensors.meanSquaredError(code.detach(), encoded), options.commitmentWeight);
        if (options.codebookWeight > 0) {
            loss = loss.add(Tensors.scale(Tensors.meanSquaredError(code, encoded.detach()), options.codebookWeight));
        }
        if (options.entropyWeight > 0 && moment.training()) {
            Tensor entropy = EntropyLoss.ofDistances(compared, searched, options.entropyTemperature, 1);
            loss = loss.add(Tensors.scale(entropy, options.entropyWeight));
        }
        if (moment.training()) {
            noteUse(encoded, indices);
            table.observe(encoded, indices);
        }
        Tensor out = options.estimator == Estimator.ROTATION
                ? rotated(encoded, code.detach())
                : Tensors.straightThrough(code, encoded);
        return new Quantized(out, List.of(indices), loss);
    }

    /**
     * |c|/|e| (e - 2 w (w.e) + 2 v (u.e)) with u = e/|e|, v = c/|c|, w = (u+v)/|u+v|, all but the e in the brackets held constant
     * (Fifty et al. 2024, section 4.2): the value is c.
     */
    static Tensor rotated(Tensor encoded, Tensor code) {
        Tensor e = encoded.detach();
        Tensor eNorm = Tensors.norms(e);
        Tensor cNorm = Tensors.norms(code);
        Tensor u = e.div(eNorm);
        Tensor v = code.div(cNorm);
        Tensor w = Tensors.unitRows(u.add(v));
        Tensor reflected = w.mul(Tensors.sumLast(w.mul(encoded)));
        Tensor along = v.mul(Tensors.sumLast(u.mul(encoded)));
        return encoded.sub(Tensors.scale(reflected, 2))
                .add(Tensors.scale(along, 2))
                .mul(cNorm.div(eNorm));
    }

    /** Squared Euclidean distances {@code [N x K]}. */
    static Tensor distances(Tensor latents, Tensor vectors) {
        Tensor squares = vectors.square().sum(-1L).unsqueeze(0);
        Tensor scores = addmm(squares, latents, vectors.t(), new Scalar(1.0), new Scalar(-2.0));
        return scores.add(Tensors.sumLast(latents.square()));
    }

    /**
     * Index of the nearest of {@code vectors [K x D]} for each latent, I64 {@code [N]}: the search of the exported quantizer, which
     * is faster than a matrix of all distances and takes no memory for it.
     */
    static Tensor nearest(Tensor latents, Tensor vectors) {
        VectorQuantizer quantizer =
                new VectorQuantizer(Codebook.of((int) vectors.size(0), (int) vectors.size(1), Tensors.floats(vectors)));
        return Tensors.indices(quantizer.quantize(
                Latents.of((int) latents.size(0), (int) latents.size(1), Tensors.floats(latents)), get_num_threads()));
    }

    private void noteUse(Tensor encoded, Tensor indices) {
        if (options.reviveAfter == 0 || !table.canRevive()) {
            return;
        }
        try (NoGradGuard _ = new NoGradGuard()) {
            unused.add_(new Scalar(1.0));
            unused.index_copy_(0, indices, zeros(indices.size(0)));
        }
        lastLatents = Tensors.floats(encoded);
    }

    @Override
    public void afterStep(Moment moment) {
        if (options.reviveAfter == 0 || !table.canRevive()) {
            return;
        }
        float[] ages = Tensors.floats(unused);
        int dim = dim();
        int count = lastLatents.length / dim;
        List<Integer> dead = new ArrayList<>();
        for (int i = 0; i < ages.length && dead.size() < count; i++) {
            if (ages[i] >= options.reviveAfter) {
                dead.add(i);
            }
        }
        if (dead.isEmpty()) {
            return;
        }
        float[] fresh = new float[dead.size() * dim];
        int[] rows = new int[dead.size()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = dead.get(i);
            ages[rows[i]] = 0;
            System.arraycopy(lastLatents, moment.random().nextInt(count) * dim, fresh, i * dim, dim);
        }
        table.revive(rows, fresh);
        Tensors.set(unused, ages);
    }

    @Override
    public double outputScale() {
        return options.similarity == Similarity.UNIT ? 1 / Math.sqrt(dim()) : 1;
    }

    /** The table as it stands, without gradients. */
    Codebook codebook() {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            Tensor vectors = table.vectors();
            if (options.similarity == Similarity.UNIT) {
                vectors = Tensors.unitRows(vectors);
            }
            return Codebook.of(table.codes(), table.dim(), Tensors.floats(vectors));
        }
    }

    @Override
    public Quantizer export() {
        return switch (options.similarity) {
            case EUCLIDEAN -> new VectorQuantizer(codebook());
            case UNIT -> SphericalQuantizer.unit(codebook());
            case COSINE -> SphericalQuantizer.factorized(codebook());
        };
    }
}
