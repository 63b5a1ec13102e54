package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.addmm;
import static org.bytedeco.pytorch.global.torch.bincount;
import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.SplittableRandom;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Where the code vectors of a vector quantizer come from, and how they learn. */
sealed interface CodeTable {
    int codes();

    int dim();

    /** The code vectors {@code [K x D]} of this step; a function of parameters, except where they learn without gradients. */
    Tensor vectors();

    /** Sees which latents {@code [N x D]} went to which index {@code [N]}, without gradients. */
    default void observe(Tensor latents, Tensor indices) {}

    /** Makes {@code vectors [K x D]} the code vectors. */
    void start(float[] vectors);

    /** Gives single code vectors a new place: {@code vectors [rows x D]}. */
    void revive(int[] rows, float[] vectors);

    /** Whether {@link #revive} is possible. */
    default boolean canRevive() {
        return true;
    }

    /** Uniform in [-1/K, 1/K), the usual start (van den Oord et al. 2017, their code). */
    static float[] uniform(int codes, int dim, SplittableRandom random) {
        float[] vectors = new float[codes * dim];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = (float) ((2 * random.nextDouble() - 1) / codes);
        }
        return vectors;
    }

    /** A table of parameters, moved by the codebook loss. */
    final class Learned implements CodeTable {
        private final ParameterStore store;
        private final Parameter table;

        Learned(String name, int codes, int dim, ParameterStore store, SplittableRandom random) {
            this.store = store;
            table = store.plain(name + ".codebook", uniform(codes, dim, random), codes, dim);
        }

        @Override
        public int codes() {
            return (int) table.shape[0];
        }

        @Override
        public int dim() {
            return (int) table.shape[1];
        }

        @Override
        public Tensor vectors() {
            return table.tensor();
        }

        @Override
        public void start(float[] vectors) {
            store.start(table, vectors);
        }

        /** The moments of the old place would carry the new vector away, so they start again; so does the average. */
        @Override
        public void revive(int[] rows, float[] vectors) {
            try (NoGradGuard _ = new NoGradGuard()) {
                Tensor where = Tensors.indices(rows);
                Tensor fresh = Tensors.of(vectors, rows.length, dim());
                table.tensor().detach().index_copy_(0, where, fresh);
                store.average(table).index_copy_(0, where, fresh);
                for (Tensor moment : store.moments(table)) {
                    moment.index_copy_(0, where, zeros(rows.length, dim()));
                }
            }
        }
    }

    /**
     * Exponential moving averages of the latents of each code (van den Oord et al. 2017, appendix A.1), with Laplace smoothing of
     * the counts. After a start the sums are vector times count, so that a step whose members did not change moves nothing; a
     * revived code gets a count with its vector, so that the next step does not undo it (facts that several ports get wrong).
     */
    final class MovingAverage implements CodeTable {
        private static final double EPSILON = 1e-5;

        private final double decay;
        private final Tensor table; // [K x D]
        private final Tensor counts; // [K]
        private final Tensor sums; // [K x D]
        private final int codes;
        private final int dim;

        MovingAverage(String name, int codes, int dim, double decay, ParameterStore store, SplittableRandom random) {
            this.decay = decay;
            this.codes = codes;
            this.dim = dim;
            float[] start = uniform(codes, dim, random);
            float[] ones = new float[codes];
            java.util.Arrays.fill(ones, 1);
            table = store.buffer(name + ".codebook", start, codes, dim);
            sums = store.buffer(name + ".sums", start, codes, dim);
            counts = store.buffer(name + ".counts", ones, codes);
        }

        @Override
        public int codes() {
            return codes;
        }

        @Override
        public int dim() {
            return dim;
        }

        @Override
        public Tensor vectors() {
            return table;
        }

        @Override
        public void start(float[] vectors) {
            Tensors.set(table, vectors);
            Tensors.set(sums, vectors);
            try (NoGradGuard _ = new NoGradGuard()) {
                counts.fill_(new Scalar(1.0));
            }
        }

        @Override
        public void observe(Tensor latents, Tensor indices) {
            try (NoGradGuard _ = new NoGradGuard()) {
                Tensor hits = bincount(indices, new TensorOptional(), codes).to(torch.ScalarType.Float);
                Tensor batch = zeros(codes, dim).index_add_(0, indices, latents.detach());
                counts.mul_(new Scalar(decay)).add_(hits, new Scalar(1 - decay));
                sums.mul_(new Scalar(decay)).add_(batch, new Scalar(1 - decay));
                double total = counts.sum().item_double();
                Tensor smoothed = Tensors.scale(Tensors.plus(counts, EPSILON), total / (total + codes * EPSILON));
                table.copy_(sums.div(smoothed.unsqueeze(1)));
            }
        }

        @Override
        public void revive(int[] rows, float[] vectors) {
            try (NoGradGuard _ = new NoGradGuard()) {
                Tensor where = Tensors.indices(rows);
                Tensor fresh = Tensors.of(vectors, rows.length, dim);
                float count = (float) Math.max(0.1, counts.mean().item_double());
                float[] same = new float[rows.length];
                java.util.Arrays.fill(same, count);
                table.index_copy_(0, where, fresh);
                sums.index_copy_(0, where, Tensors.scale(fresh, count));
                counts.index_copy_(0, where, Tensors.of(same, rows.length));
            }
        }
    }

    /**
     * Frozen points times a learned linear map, C W + b. With random points it is SimVQ (Zhu et al. 2024), with points that come
     * from data and a map that starts as the identity it is the idea of VQGAN-LC (Zhu et al. 2024b), whose points are clustered
     * CLIP features.
     */
    final class Linear implements CodeTable {
        private final boolean pointsFromData;
        private final ParameterStore store;
        private final Tensor points; // [K x D]
        private final Parameter map; // [D x D], out x in
        private final Parameter bias; // [D]

        Linear(String name, int codes, int dim, boolean pointsFromData, ParameterStore store, SplittableRandom random) {
            this.pointsFromData = pointsFromData;
            this.store = store;
            float[] start = new float[codes * dim];
            for (int i = 0; i < start.length; i++) {
                start[i] = (float) (random.nextGaussian() / Math.sqrt(dim));
            }
            points = store.buffer(name + ".points", start, codes, dim);
            float[] weights = new float[dim * dim];
            float[] offsets = new float[dim];
            double bound = 1 / Math.sqrt(dim); // the engine's default for linear layers, which the authors keep
            for (int i = 0; i < weights.length; i++) {
                weights[i] =
                        pointsFromData ? (i % (dim + 1) == 0 ? 1 : 0) : (float) ((2 * random.nextDouble() - 1) * bound);
            }
            for (int i = 0; i < dim && !pointsFromData; i++) {
                offsets[i] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
            map = store.weight(name + ".map.weight", weights, dim, dim);
            bias = store.plain(name + ".map.bias", offsets, dim);
        }

        @Override
        public int codes() {
            return (int) points.size(0);
        }

        @Override
        public int dim() {
            return (int) points.size(1);
        }

        @Override
        public Tensor vectors() {
            return addmm(bias.tensor(), points, map.tensor().t());
        }

        /** Random points stay as they are: the map is what gives them the mean and the spread of {@code vectors}. */
        @Override
        public void start(float[] vectors) {
            if (pointsFromData) {
                Tensors.set(points, vectors);
                return;
            }
            int dim = dim();
            float[] weights = new float[dim * dim];
            float[] offsets = new float[dim];
            int count = vectors.length / dim;
            for (int d = 0; d < dim; d++) {
                double sum = 0;
                double squares = 0;
                for (int i = d; i < vectors.length; i += dim) {
                    sum += vectors[i];
                    squares += (double) vectors[i] * vectors[i];
                }
                double mean = sum / count;
                offsets[d] = (float) mean;
                weights[d * dim + d] = (float) Math.sqrt(Math.max(0, squares / count - mean * mean) * dim);
            }
            store.start(map, weights);
            store.start(bias, offsets);
        }

        @Override
        public void revive(int[] rows, float[] vectors) {
            throw new UnsupportedOperationException("the points are frozen");
        }

        @Override
        public boolean canRevive() {
            return false;
        }
    }
}
