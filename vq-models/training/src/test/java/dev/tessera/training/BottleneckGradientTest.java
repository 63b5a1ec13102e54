package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.training.Bottleneck.Moment;
import dev.tessera.training.Bottleneck.Quantized;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Every estimator against its closed form, or against differences of what it is the gradient of. */
class BottleneckGradientTest {
    private static final int N = 5;
    private static final int D = 4;
    private static final int K = 7;
    private static final float[] X = Gradients.random(N * D, 1, 1);
    private static final float[] CODES = Gradients.random(K * D, 1, 2);
    private static final float[] OUT = Gradients.random(N * D, 1, 3); // gradient that arrives at the output

    private static Moment training() {
        return new Moment(true, 0.5, new SplittableRandom(9));
    }

    /** A bottleneck around a learned table with the values {@link #CODES}. */
    private static final class Fixture {
        final ParameterStore store = new ParameterStore();
        final CodeTable.Learned table = new CodeTable.Learned("q", K, D, store, new SplittableRandom(1));
        final VectorBottleneck bottleneck;

        Fixture(VectorBottleneck.Options options) {
            bottleneck = new VectorBottleneck("q", table, options, store);
            store.seal();
            table.start(CODES);
        }

        float[] tableGradient(Function<Quantized, Tensor> loss) {
            try (PointerScope _ = new PointerScope()) {
                store.gradients().zero_();
                loss.apply(bottleneck.forward(Tensors.of(X, N, D), training())).backward();
                return Tensors.floats(store.gradients());
            }
        }
    }

    private static Tensor weighted(Tensor output) {
        return output.mul(Tensors.of(OUT, N, D)).sum();
    }

    private static int nearest(float[] x, int row, float[] codes) {
        int best = 0;
        double least = Double.MAX_VALUE;
        for (int k = 0; k < codes.length / D; k++) {
            double sum = 0;
            for (int d = 0; d < D; d++) {
                double e = x[row * D + d] - codes[k * D + d];
                sum += e * e;
            }
            if (sum < least) {
                least = sum;
                best = k;
            }
        }
        return best;
    }

    @Test
    void straightThroughPassesTheGradientOnAndTheLossPullsBothWays() {
        Fixture fixture = new Fixture(VectorBottleneck.Options.plain().weights(1, 0.25, 0));
        float[] through = Gradients.of(
                x -> weighted(fixture.bottleneck.forward(x, training()).latents()), X, N, D);
        assertClose(OUT, through);

        float[] commitment =
                Gradients.of(x -> fixture.bottleneck.forward(x, training()).loss(), X, N, D);
        float[] codebook = fixture.tableGradient(Quantized::loss);
        float[] expectedCodebook = new float[K * D];
        float[] expectedCommitment = new float[N * D];
        for (int i = 0; i < N; i++) {
            int k = nearest(X, i, CODES);
            for (int d = 0; d < D; d++) {
                float error = X[i * D + d] - CODES[k * D + d];
                expectedCommitment[i * D + d] = 0.25f * 2 * error / (N * D);
                expectedCodebook[k * D + d] -= 2 * error / (N * D);
            }
        }
        assertClose(expectedCommitment, commitment);
        assertClose(expectedCodebook, codebook);
        // the output alone teaches the table nothing
        try (PointerScope _ = new PointerScope()) {
            assertFalse(fixture.bottleneck
                    .forward(Tensors.of(X, N, D), training())
                    .latents()
                    .requires_grad());
        }
    }

    /** J = |c|/|e| (I - 2 w w' + 2 v u'), so that the gradient is J' times the one that arrives. */
    @Test
    void rotationTrickHasItsJacobianAndKeepsTheValue() {
        Fixture fixture = new Fixture(VectorBottleneck.Options.plain().with(VectorBottleneck.Estimator.ROTATION));
        float[] gradient = Gradients.of(
                x -> weighted(fixture.bottleneck.forward(x, training()).latents()), X, N, D);
        float[] expected = new float[N * D];
        float[] codes = new float[N * D];
        for (int i = 0; i < N; i++) {
            int k = nearest(X, i, CODES);
            double e = 0;
            double c = 0;
            for (int d = 0; d < D; d++) {
                codes[i * D + d] = CODES[k * D + d];
                e += X[i * D + d] * X[i * D + d];
                c += CODES[k * D + d] * CODES[k * D + d];
            }
            e = Math.sqrt(e);
            c = Math.sqrt(c);
            double[] w = new double[D];
            double length = 0;
            for (int d = 0; d < D; d++) {
                w[d] = X[i * D + d] / e + codes[i * D + d] / c;
                length += w[d] * w[d];
            }
            double wg = 0;
            double vg = 0;
            for (int d = 0; d < D; d++) {
                w[d] /= Math.sqrt(length);
                wg += w[d] * OUT[i * D + d];
                vg += codes[i * D + d] / c * OUT[i * D + d];
            }
            for (int d = 0; d < D; d++) {
                expected[i * D + d] = (float) (c / e * (OUT[i * D + d] - 2 * w[d] * wg + 2 * X[i * D + d] / e * vg));
            }
        }
        Gradients.assertClose(expected, gradient, 1e-4);
        try (PointerScope _ = new PointerScope()) {
            Tensor out =
                    fixture.bottleneck.forward(Tensors.of(X, N, D), training()).latents();
            Gradients.assertClose(codes, Tensors.floats(out), 1e-5);
        }
    }

    /** u = x/|x|: the gradient loses its part along x. */
    @Test
    void unitVectorsPassTheGradientOfTheNormalization() {
        Fixture fixture = new Fixture(VectorBottleneck.Options.plain().with(VectorBottleneck.Similarity.UNIT));
        float[] gradient = Gradients.of(
                x -> weighted(fixture.bottleneck.forward(x, training()).latents()), X, N, D);
        assertClose(throughNormalization(1), gradient);
    }

    private static float[] throughNormalization(double factor) {
        float[] expected = new float[N * D];
        for (int i = 0; i < N; i++) {
            double squares = 0;
            double along = 0;
            for (int d = 0; d < D; d++) {
                squares += X[i * D + d] * X[i * D + d];
                along += X[i * D + d] * OUT[i * D + d];
            }
            for (int d = 0; d < D; d++) {
                expected[i * D + d] =
                        (float) (factor * (OUT[i * D + d] - X[i * D + d] * along / squares) / Math.sqrt(squares));
            }
        }
        return expected;
    }

    @Test
    void cosineSearchFindsTheDirectionAndKeepsTheLength() {
        Fixture fixture = new Fixture(VectorBottleneck.Options.plain().with(VectorBottleneck.Similarity.COSINE));
        try (PointerScope _ = new PointerScope()) {
            Quantized quantized = fixture.bottleneck.forward(Tensors.of(X, N, D), training());
            int[] indices = Tensors.ints(quantized.indices().getFirst());
            float[] out = Tensors.floats(quantized.latents());
            for (int i = 0; i < N; i++) {
                for (int d = 0; d < D; d++) {
                    assertEquals(CODES[indices[i] * D + d], out[i * D + d], 1e-5);
                }
            }
        }
        assertClose(
                OUT,
                Gradients.of(
                        x -> weighted(fixture.bottleneck.forward(x, training()).latents()), X, N, D));
    }

    @Test
    void theEntropyTermIsDifferentiatedWhole() {
        Fixture fixture = new Fixture(new VectorBottleneck.Options(
                VectorBottleneck.Similarity.EUCLIDEAN,
                VectorBottleneck.Estimator.STRAIGHT_THROUGH,
                0,
                0,
                0.1,
                2,
                0,
                false));
        Gradients.assertMatchesDifferences(
                x -> fixture.bottleneck.forward(x, training()).loss(), X, 1e-2, 2e-3, N, D);
    }

    @Test
    void simVqTeachesTheMapAndLeavesThePoints() {
        ParameterStore store = new ParameterStore();
        CodeTable.Linear table = new CodeTable.Linear("q", K, D, false, store, new SplittableRandom(4));
        VectorBottleneck bottleneck = new VectorBottleneck("q", table, VectorBottleneck.Options.plain(), store);
        store.seal();
        assertMapGradient(store, bottleneck);
        float[] points = store.state().get("buffer.q.points");
        double squares = 0;
        for (float p : points) {
            squares += p * p;
        }
        assertEquals(1, squares / K, 0.8, "points are normal with variance 1/D");
    }

    @Test
    void vqganLcStartsAsItsPointsAndTeachesTheMap() {
        ParameterStore store = new ParameterStore();
        CodeTable.Linear table = new CodeTable.Linear("q", K, D, true, store, new SplittableRandom(4));
        VectorBottleneck bottleneck = new VectorBottleneck(
                "q", table, VectorBottleneck.Options.plain().weights(1, 0.33, 0), store);
        store.seal();
        table.start(CODES);
        try (PointerScope _ = new PointerScope()) {
            assertArrayEquals(CODES, Tensors.floats(table.vectors()));
        }
        assertMapGradient(store, bottleneck);
        assertArrayEquals(CODES, store.state().get("buffer.q.points"));
    }

    /** The codebook loss as a function of the map, whose indices do not change within a small step. */
    private static void assertMapGradient(ParameterStore store, VectorBottleneck bottleneck) {
        float[] start;
        float[] gradient;
        try (PointerScope _ = new PointerScope()) {
            store.gradients().zero_();
            bottleneck.forward(Tensors.of(X, N, D), training()).loss().backward();
            gradient = Tensors.floats(store.gradients());
            start = Tensors.floats(store.values());
        }
        double step = 1e-3;
        double largest = 0;
        for (int i = 0; i < start.length; i++) {
            double[] losses = new double[2];
            for (int side = 0; side < 2; side++) {
                float[] moved = start.clone();
                moved[i] += (float) (side == 0 ? step : -step);
                try (PointerScope _ = new PointerScope()) {
                    Tensors.set(store.values(), moved);
                    Quantized quantized = bottleneck.forward(Tensors.of(X, N, D), training());
                    // commitment holds the table constant: its share of the change is not the gradient's business
                    losses[side] = quantized.loss().item_double();
                }
            }
            double difference = (losses[0] - losses[1]) / (2 * step) / totalOverCodebook(bottleneck);
            assertEquals(difference, gradient[i], 2e-3 * (1 + Math.abs(difference)), "parameter " + i);
            largest = Math.max(largest, Math.abs(difference));
        }
        assertTrue(largest > 0.01, "the map has a gradient");
        try (PointerScope _ = new PointerScope()) {
            Tensors.set(store.values(), start);
        }
    }

    /** Both terms have the same value, so the whole loss changes (1 + beta) times as fast as the codebook term. */
    private static double totalOverCodebook(VectorBottleneck bottleneck) {
        return 1 + bottleneck.options().commitmentWeight();
    }

    @Test
    void movingAverageFollowsItsFormula() {
        ParameterStore store = new ParameterStore();
        CodeTable.MovingAverage table = new CodeTable.MovingAverage("q", K, D, 0.9, store, new SplittableRandom(1));
        VectorBottleneck bottleneck = new VectorBottleneck(
                "q", table, VectorBottleneck.Options.plain().weights(0, 1, 0), store);
        store.plain("unrelated", new float[1], 1);
        store.seal();
        table.start(CODES);
        float[] through = Gradients.of(
                x -> weighted(bottleneck.forward(x, Moment.evaluation()).latents()), X, N, D);
        assertClose(OUT, through);
        try (PointerScope _ = new PointerScope()) {
            bottleneck.forward(Tensors.of(X, N, D), training());
        }
        double[] counts = new double[K];
        double[] sums = new double[K * D];
        for (int i = 0; i < N; i++) {
            int k = nearest(X, i, CODES);
            counts[k]++;
            for (int d = 0; d < D; d++) {
                sums[k * D + d] += X[i * D + d];
            }
        }
        double total = 0;
        for (int k = 0; k < K; k++) {
            counts[k] = 0.9 + 0.1 * counts[k];
            total += counts[k];
        }
        float[] expected = new float[K * D];
        for (int i = 0; i < K * D; i++) {
            double smoothed = (counts[i / D] + 1e-5) / (total + K * 1e-5) * total;
            expected[i] = (float) ((0.9 * CODES[i] + 0.1 * sums[i]) / smoothed);
        }
        assertClose(expected, store.state().get("buffer.q.codebook"));
    }

    /** Two errors that ports are known for: a step with the same members, or after a revival, must not move a code. */
    @Test
    void movingAverageRestsWhereItsMembersRest() {
        ParameterStore store = new ParameterStore();
        CodeTable.MovingAverage table = new CodeTable.MovingAverage("q", 2, 2, 0.9, store, new SplittableRandom(1));
        store.seal();
        try (PointerScope _ = new PointerScope()) {
            table.start(new float[] {1, 2, -3, 4});
            table.observe(Tensors.of(new float[] {1, 2, -3, 4}, 2, 2), Tensors.indices(0, 1));
            assertClose(new float[] {1, 2, -3, 4}, Tensors.floats(table.vectors()));
            table.revive(new int[] {1}, new float[] {7, 8});
            table.observe(Tensors.of(new float[] {1, 2}, 1, 2), Tensors.indices(0));
            Gradients.assertClose(new float[] {1, 2, 7, 8}, Tensors.floats(table.vectors()), 1e-3);
        }
    }

    /** d/dz of tanh(z + s) h / floor(L/2). */
    @Test
    void fsqHasTheSlopeOfItsBound() {
        int[] levels = {8, 5, 4, 7};
        FsqBottleneck bottleneck = new FsqBottleneck(levels);
        float[] gradient =
                Gradients.of(x -> weighted(bottleneck.forward(x, training()).latents()), X, N, D);
        float[] expected = new float[N * D];
        for (int i = 0; i < N * D; i++) {
            int level = levels[i % D];
            double half = (level - 1) * 1.001 / 2;
            double offset = level % 2 == 0 ? 0.5 : 0;
            double shift = 0.5 * Math.log((1 + offset / half) / (1 - offset / half));
            double t = Math.tanh(X[i] + shift);
            expected[i] = (float) (OUT[i] * (1 - t * t) * half / (level / 2));
        }
        Gradients.assertClose(expected, gradient, 1e-4);
    }

    @Test
    void lookupFreeIsStraightThroughWithAnEntropyTerm() {
        SignBottleneck bottleneck = new SignBottleneck(
                D, new SignBottleneck.Options(SignBottleneck.Kind.LOOKUP_FREE, 0.25, 0.1, 0.7, 1, 9));
        assertClose(
                OUT,
                Gradients.of(x -> weighted(bottleneck.forward(x, training()).latents()), X, N, D));
        Gradients.assertMatchesDifferences(
                x -> bottleneck.forward(x, training()).loss(), X, 1e-3, 5e-3, N, D);
    }

    @Test
    void binarySphericalPassesTheNormalization() {
        SignBottleneck bottleneck =
                new SignBottleneck(D, new SignBottleneck.Options(SignBottleneck.Kind.SPHERICAL, 0.25, 0.1, 2, 1, 9));
        float[] gradient =
                Gradients.of(x -> weighted(bottleneck.forward(x, training()).latents()), X, N, D);
        assertClose(throughNormalization(1), gradient);
        Gradients.assertMatchesDifferences(
                x -> bottleneck.forward(x, training()).loss(), X, 1e-3, 5e-3, N, D);
    }

    /** One group of all bits, and groups of two: entropies of single latents are equal, since the bits are independent. */
    @Test
    void entropyOfSingleLatentsDoesNotDependOnTheGroups() {
        double[] losses = new double[2];
        for (int i = 0; i < 2; i++) {
            SignBottleneck bottleneck = new SignBottleneck(
                    D, new SignBottleneck.Options(SignBottleneck.Kind.LOOKUP_FREE, 0, 1, 0.7, 0, i == 0 ? 4 : 2));
            losses[i] = Gradients.value(x -> bottleneck.forward(x, training()).loss(), X, N, D);
        }
        assertEquals(losses[0], losses[1], 1e-4);
    }

    @Test
    void residualStagesPassOneGradientAndCommitEach() {
        ParameterStore store = new ParameterStore();
        CodeTable.Learned first = new CodeTable.Learned("a", K, D, store, new SplittableRandom(1));
        CodeTable.Learned second = new CodeTable.Learned("b", K, D, store, new SplittableRandom(2));
        VectorBottleneck.Options options = VectorBottleneck.Options.plain().weights(1, 0.5, 0);
        ResidualBottleneck bottleneck = new ResidualBottleneck(
                List.of(
                        new VectorBottleneck("a", first, options, store),
                        new VectorBottleneck("b", second, options, store)),
                0);
        store.seal();
        float[] small = Gradients.random(K * D, 0.3, 8);
        first.start(CODES);
        second.start(small);
        assertClose(
                OUT,
                Gradients.of(x -> weighted(bottleneck.forward(x, training()).latents()), X, N, D));
        float[] gradient = Gradients.of(x -> bottleneck.forward(x, training()).loss(), X, N, D);
        float[] expected = new float[N * D];
        for (int i = 0; i < N; i++) {
            float[] rest = java.util.Arrays.copyOfRange(X, i * D, (i + 1) * D);
            for (float[] codes : List.of(CODES, small)) {
                int k = nearest(rest, 0, codes);
                for (int d = 0; d < D; d++) {
                    rest[d] -= codes[k * D + d];
                    expected[i * D + d] += 0.5f * 2 * rest[d] / (N * D) / 2;
                }
            }
        }
        assertClose(expected, gradient);
    }

    /** Both parts side by side; the features of the first get no gradient, the rest what arrives and its commitment. */
    @Test
    void splitLeavesTheFeaturesAlone() {
        int features = 1;
        int rest = D - features;
        ParameterStore store = new ParameterStore();
        CodeTable.Learned first = new CodeTable.Learned("a", K, features, store, new SplittableRandom(1));
        CodeTable.Learned second = new CodeTable.Learned("b", K, rest, store, new SplittableRandom(2));
        VectorBottleneck.Options options = VectorBottleneck.Options.plain().weights(1, 0.5, 0);
        SplitBottleneck bottleneck = new SplitBottleneck(
                new VectorBottleneck("a", first, options, store),
                new ResidualBottleneck(List.of(new VectorBottleneck("b", second, options, store)), 0));
        store.seal();
        first.start(Gradients.random(K * features, 1, 4));
        second.start(Gradients.random(K * rest, 1, 5));
        assertEquals(D, bottleneck.dim());
        assertArrayEquals(new int[] {K, K}, bottleneck.codebookSizes());
        float[] expected = OUT.clone();
        for (int i = 0; i < N; i++) {
            java.util.Arrays.fill(expected, i * D, i * D + features, 0);
        }
        assertClose(
                expected,
                Gradients.of(x -> weighted(bottleneck.forward(x, training()).latents()), X, N, D));
        float[] commitment = Gradients.of(x -> bottleneck.forward(x, training()).loss(), X, N, D);
        for (int i = 0; i < N * D; i++) {
            assertEquals(i % D < features, commitment[i] == 0, "gradient " + i + " is " + commitment[i]);
        }
        Quantizer exported = bottleneck.export();
        int[] indices = exported.quantize(Latents.of(N, D, X));
        try (PointerScope _ = new PointerScope()) {
            Quantized quantized = bottleneck.forward(Tensors.of(X, N, D), training());
            for (int stage = 0; stage < 2; stage++) {
                int[] own = Tensors.ints(quantized.indices().get(stage));
                for (int i = 0; i < N; i++) {
                    assertEquals(own[i], indices[2 * i + stage]);
                }
            }
            assertClose(exported.dequantize(indices, N).data(), Tensors.floats(quantized.latents()));
        }
    }

    @Test
    void dropoutUsesTheFirstStagesAndAllOfThemOutsideOfTraining() {
        ParameterStore store = new ParameterStore();
        List<VectorBottleneck> stages = new java.util.ArrayList<>();
        for (int s = 0; s < 4; s++) {
            CodeTable.Learned table = new CodeTable.Learned("s" + s, K, D, store, new SplittableRandom(s));
            stages.add(new VectorBottleneck("s" + s, table, VectorBottleneck.Options.plain(), store));
        }
        ResidualBottleneck bottleneck = new ResidualBottleneck(stages, 1);
        store.seal();
        int[] seen = new int[5];
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 40; i++) {
            try (PointerScope _ = new PointerScope()) {
                seen[
                        bottleneck
                                .forward(Tensors.of(X, N, D), new Moment(true, 0, random))
                                .indices()
                                .size()]++;
            }
        }
        for (int n = 1; n <= 4; n++) {
            assertTrue(seen[n] > 2, n + " stages were used " + seen[n] + " times of 40");
        }
        try (PointerScope _ = new PointerScope()) {
            assertEquals(
                    4,
                    bottleneck
                            .forward(Tensors.of(X, N, D), Moment.evaluation())
                            .indices()
                            .size());
        }
    }

    /** With the same noise the gradient is that of the relaxed draw, softmax((-|x - c|^2 + g)/T) times the table. */
    @Test
    void gumbelHasTheGradientOfTheRelaxedDraw() {
        ParameterStore store = new ParameterStore();
        CodeTable.Learned table = new CodeTable.Learned("q", K, D, store, new SplittableRandom(1));
        GumbelBottleneck bottleneck = new GumbelBottleneck(table, false);
        store.seal();
        table.start(CODES);
        torch.manual_seed(5);
        float[] noise;
        try (PointerScope _ = new PointerScope()) {
            noise = Tensors.floats(torch.rand(N, K));
        }
        float[] gradient = Gradients.of(
                x -> {
                    torch.manual_seed(5);
                    return weighted(bottleneck.forward(x, training()).latents());
                },
                X,
                N,
                D);
        double temperature = GumbelBottleneck.temperature(0.5);
        assertEquals(0.25, temperature, 1e-12);
        double step = 1e-5;
        for (int i = 0; i < N * D; i++) {
            double up = relaxed(noise, i, step, temperature);
            double down = relaxed(noise, i, -step, temperature);
            double difference = (up - down) / (2 * step);
            assertEquals(difference, gradient[i], 2e-3 * (1 + Math.abs(difference)), "value " + i);
        }
        try (PointerScope _ = new PointerScope()) {
            torch.manual_seed(5);
            Quantized drawn = bottleneck.forward(Tensors.of(X, N, D), training());
            int[] indices = Tensors.ints(drawn.indices().getFirst());
            float[] out = Tensors.floats(drawn.latents());
            for (int i = 0; i < N * D; i++) {
                assertEquals(CODES[indices[i / D] * D + i % D], out[i], 1e-5, "a drawn code, not a mixture");
            }
        }
    }

    /** In double precision, with the row of X that coordinate {@code moved} is in moved by {@code step}. */
    private static double relaxed(float[] noise, int moved, double step, double temperature) {
        int row = moved / D;
        double[] logits = new double[K];
        double most = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < K; k++) {
            double distance = 0;
            for (int d = 0; d < D; d++) {
                double e = X[row * D + d] + (row * D + d == moved ? step : 0) - CODES[k * D + d];
                distance += e * e;
            }
            double g = -Math.log(-Math.log(noise[row * K + k] + 1e-10) + 1e-10);
            logits[k] = (-distance + g) / temperature;
            most = Math.max(most, logits[k]);
        }
        double sum = 0;
        for (int k = 0; k < K; k++) {
            logits[k] = Math.exp(logits[k] - most);
            sum += logits[k];
        }
        double result = 0;
        for (int k = 0; k < K; k++) {
            for (int d = 0; d < D; d++) {
                result += OUT[row * D + d] * logits[k] / sum * CODES[k * D + d];
            }
        }
        return result;
    }

    @Test
    void deadCodesMoveToLatentsAndStayAlive() {
        ParameterStore store = new ParameterStore();
        CodeTable.Learned table = new CodeTable.Learned("q", K, D, store, new SplittableRandom(1));
        VectorBottleneck bottleneck = new VectorBottleneck(
                "q", table, VectorBottleneck.Options.plain().against(3, false), store);
        store.seal();
        float[] far = CODES.clone();
        for (int i = 2 * D; i < far.length; i++) {
            far[i] += 1000; // only the first two codes can win
        }
        table.start(far);
        for (int step = 0; step < 3; step++) {
            try (PointerScope _ = new PointerScope()) {
                bottleneck.forward(Tensors.of(X, N, D), training());
                bottleneck.afterStep(training());
            }
        }
        float[] vectors = bottleneck.codebook().toArray();
        for (int k = 2; k < K; k++) {
            int found = nearest(vectors, k, X);
            for (int d = 0; d < D; d++) {
                assertEquals(X[found * D + d], vectors[k * D + d], "code " + k + " is one of the latents");
            }
        }
        assertArrayEquals(java.util.Arrays.copyOf(far, 2 * D), java.util.Arrays.copyOf(vectors, 2 * D));
    }

    private static void assertClose(float[] expected, float[] actual) {
        Gradients.assertClose(expected, actual, 1e-5);
    }
}
