package dev.tessera.samples.bench;

import dev.tessera.vqmodels.integer.DiscreteLogistic;
import dev.tessera.vqmodels.integer.Dyadic;
import dev.tessera.vqmodels.integer.GridWindow;
import dev.tessera.vqmodels.integer.IntegerFormat;
import dev.tessera.vqmodels.integer.IntegerGraph;
import dev.tessera.vqmodels.integer.IntegerTensor;
import dev.tessera.vqmodels.integer.fit.FloatGraph;
import dev.tessera.vqmodels.integer.fit.IntegerGraphFit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A prior of integer latents, 48 channels on a grid of 48 x 32: causal 5 x 5 convolution -> 160 -> 160 -> mean and scale of each channel, and
 * the decisions of a coder about them; positions per second. -Dtessera.kernels chooses the loop.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class IntegerGraphBenchmark {
    private static final int CHANNELS = 48;
    private static final int UNITS = 160;
    private static final int HEIGHT = 32;
    private static final int WIDTH = 48;
    private static final int POSITIONS = HEIGHT * WIDTH;
    private static final GridWindow WINDOW = new GridWindow(CHANNELS, 5, 5, true);

    /** How many of a hundred latents are 0. */
    @Param({"0", "80"})
    private int zeros;

    private IntegerTensor grid;
    private IntegerGraph graph;
    private int[] parameters; // of the last grid, [positions x 2 x channels]

    @Setup
    public void draw() {
        SplittableRandom random = new SplittableRandom(1);
        int[] latents = random.ints(POSITIONS * CHANNELS, -30, 31)
                .map(value -> random.nextInt(100) < zeros ? 0 : value)
                .toArray();
        grid = IntegerTensor.of(Dyadic.ONE, latents, HEIGHT, WIDTH, CHANNELS);
        FloatGraph floats = FloatGraph.builder(WINDOW.size())
                .add("first", linear(random, WINDOW.size(), UNITS, true))
                .add("second", linear(random, UNITS, UNITS, true))
                .add("mean", linear(random, UNITS, CHANNELS, false))
                .add("scale", linear(random, UNITS, CHANNELS, false), "second")
                .build();
        List<int[]> calibration = new ArrayList<>();
        for (int x = 0; x < WIDTH; x++) {
            int[] context = new int[WINDOW.size()];
            WINDOW.gather(latents, HEIGHT, WIDTH, HEIGHT / 2, x, context, 0);
            calibration.add(context);
        }
        graph = IntegerGraphFit.builder()
                .format("mean", new IntegerFormat(CHANNELS, Short.MIN_VALUE, Short.MAX_VALUE, new Dyadic(1, 6)))
                .format("scale", new IntegerFormat(CHANNELS, 0, DiscreteLogistic.LARGEST_SCALE, Dyadic.ONE))
                .build()
                .fit(
                        floats,
                        new IntegerFormat(WINDOW.size(), Short.MIN_VALUE, Short.MAX_VALUE, Dyadic.ONE),
                        calibration,
                        List.of("mean", "scale"))
                .graph();
        parameters = evaluate();
    }

    private static FloatGraph.Linear linear(SplittableRandom random, int in, int out, boolean rectified) {
        float[][] weights = new float[out][in];
        for (float[] row : weights) {
            for (int i = 0; i < in; i++) {
                row[i] = (float) (random.nextGaussian() / Math.sqrt(in));
            }
        }
        return new FloatGraph.Linear(weights, new float[out], rectified);
    }

    /** All positions as a decoder takes them, one after the other. */
    @Benchmark
    @OperationsPerInvocation(POSITIONS)
    public int[] evaluate() {
        int[] latents = grid.toInts();
        int[] context = new int[WINDOW.size()];
        int[] out = new int[graph.outputSize()];
        int[] all = new int[POSITIONS * out.length];
        IntegerGraph.Run run = graph.new Run();
        for (int i = 0; i < POSITIONS; i++) {
            WINDOW.gather(latents, HEIGHT, WIDTH, i / WIDTH, i % WIDTH, context, 0);
            run.evaluate(context, out);
            System.arraycopy(out, 0, all, i * out.length, out.length);
        }
        return all;
    }

    /** For each latent the decisions of 0, of its sign and of a magnitude above 1. */
    @Benchmark
    @OperationsPerInvocation(POSITIONS)
    public int decide() {
        int sum = 0;
        for (int i = 0; i < POSITIONS * CHANNELS; i++) {
            int at = i / CHANNELS * 2 * CHANNELS + i % CHANNELS;
            int mean = parameters[at];
            int scale = parameters[at + CHANNELS];
            sum += DiscreteLogistic.zero(mean, scale)
                    + DiscreteLogistic.positive(mean, scale)
                    + DiscreteLogistic.beyond(mean, scale, true, 1);
        }
        return sum;
    }
}
