package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.set_num_threads;

import dev.tessera.vqmodels.training.EnvelopeRefinement;
import dev.tessera.vqmodels.training.EnvelopeRefinement.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The training of an {@link EnvelopeRefinement}; the same order, pairs and machine give the same networks. */
final class EnvelopeTraining {
    private static final int BATCH = 16;
    private static final int FRAMES = 96; // of the windows that a step sees
    private static final int REPORTS = 5;
    private static final int WARM_UP = 100;
    private static final double LAST_RATE = 0.02;
    private static final double WEIGHT_DECAY = 1e-3;
    private static final double FIRST_OUTPUT = 0.02; // the networks start as next to nothing
    private static final double BELOW_FLOOR = 0.1; // silence should be silent all the same

    private final EnvelopeRefinement order;
    private final List<Pair> pairs;
    private final List<Pair> heldOut;
    private final long[] ends; // frames of the pairs up to each
    private final ParameterStore store = new ParameterStore();
    private final Network local;
    private final Network wide;

    EnvelopeTraining(EnvelopeRefinement order, List<Pair> pairs, List<Pair> heldOut) {
        if (pairs.isEmpty() || heldOut.isEmpty()) {
            throw new IllegalArgumentException("there are " + pairs.size() + " pairs of envelopes to learn from and "
                    + heldOut.size() + " kept out, must be at least 1 of each");
        }
        this.order = order;
        this.pairs = List.copyOf(pairs);
        this.heldOut = List.copyOf(heldOut);
        this.ends = pairs.stream().mapToLong(Pair::frames).toArray();
        Arrays.parallelPrefix(ends, Long::sum);
        set_num_threads(order.threads());
        Pair first = pairs.getFirst();
        SplittableRandom random = new SplittableRandom(order.seed());
        local = Network.build("local", localLayers(first.maps() + first.constants().length), store, random);
        int inputs = first.maps() * first.bands() + first.constants().length;
        wide = Network.build("wide", wideLayers(inputs, first.bands()), store, random);
        store.seal();
        try (NoGradGuard _ = new NoGradGuard()) {
            for (Network network : List.of(local, wide)) {
                network.parameters(network.layers().size() - 1)
                        .forEach(p -> p.tensor().mul_(new Scalar(FIRST_OUTPUT)));
            }
        }
    }

    private List<Layer> localLayers(int inputs) {
        List<Layer> layers = new ArrayList<>();
        int in = inputs;
        for (int i = 0; i < order.localLayers(); i++) {
            boolean last = i == order.localLayers() - 1;
            layers.add(new Layer.Conv2d(in, last ? 1 : order.localChannels(), 3, 1, 1, 1));
            if (!last) {
                layers.add(new Layer.Silu());
            }
            in = order.localChannels();
        }
        return layers;
    }

    private List<Layer> wideLayers(int inputs, int bands) {
        List<Layer> layers = new ArrayList<>();
        int in = inputs;
        for (int i = 0; i < order.wideKernels().size(); i++) {
            boolean last = i == order.wideKernels().size() - 1;
            int kernel = order.wideKernels().get(i);
            layers.add(new Layer.Conv1d(in, last ? bands : order.wideChannels(), kernel, 1, kernel / 2, 1));
            if (!last) {
                layers.add(new Layer.Silu());
            }
            in = order.wideChannels();
        }
        return layers;
    }

    EnvelopeRefinement.Trained run() {
        AdamW optimizer = new AdamW(0.9, 0.99, 1e-8, WEIGHT_DECAY, 1);
        Schedule schedule = new Schedule(order.learningRate(), WARM_UP, order.steps(), LAST_RATE);
        SplittableRandom random = new SplittableRandom(order.seed() + 1);
        double before = distance(false);
        int reportEvery = Math.max(1, order.steps() / REPORTS);
        for (int step = 1; step <= order.steps(); step++) {
            try (PointerScope _ = new PointerScope()) {
                store.gradients().zero_();
                Window window = draw(random);
                distances(window, forward(window), BELOW_FLOOR).mean().backward();
                optimizer.step(store, step, schedule.at(step));
            }
            if (step % reportEvery == 0 || step == order.steps()) {
                order.progress()
                        .accept(String.format(
                                Locale.ROOT,
                                "step %d of %d: distance of %d envelopes kept out %+.2f %%",
                                step,
                                order.steps(),
                                heldOut.size(),
                                100 * (distance(true) / before - 1)));
            }
        }
        return new EnvelopeRefinement.Trained(trained(local), trained(wide), before, distance(true));
    }

    private static List<EnvelopeRefinement.Layer> trained(Network network) {
        List<EnvelopeRefinement.Layer> layers = new ArrayList<>();
        for (int i = 0; i < network.layers().size(); i++) {
            List<Parameter> parameters = network.parameters(i);
            switch (network.layers().get(i)) {
                case Layer.Conv2d c -> layers.add(layer(c.in(), c.out(), c.kernel(), c.kernel(), parameters));
                case Layer.Conv1d c -> layers.add(layer(c.in(), c.out(), 1, c.kernel(), parameters));
                default -> {} // has no weights
            }
        }
        return layers;
    }

    private static EnvelopeRefinement.Layer layer(int in, int out, int height, int width, List<Parameter> parameters) {
        return new EnvelopeRefinement.Layer(
                in,
                out,
                height,
                width,
                Tensors.floats(parameters.getFirst().tensor()),
                Tensors.floats(parameters.getLast().tensor()));
    }

    /**
     * Tensors of a batch of windows.
     *
     * @param local {@code [batch x maps + constants x bands x frames]}
     * @param wide {@code [batch x maps bands + constants x 1 x frames]}
     * @param base {@code [batch x 1 x bands x frames]}
     * @param floor {@code [batch x 1 x 1 x 1]}
     */
    private record Window(Tensor local, Tensor wide, Tensor base, Tensor target, Tensor floor) {}

    private Window draw(SplittableRandom random) {
        List<Pair> drawn = new ArrayList<>();
        int frames = FRAMES;
        for (int i = 0; i < BATCH; i++) {
            int found = Arrays.binarySearch(ends, random.nextLong(ends[ends.length - 1]));
            Pair pair = pairs.get(found < 0 ? -found - 1 : found + 1); // each frame alike
            drawn.add(pair);
            frames = Math.min(frames, pair.frames());
        }
        int[] from = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
            from[i] = random.nextInt(drawn.get(i).frames() - frames + 1);
        }
        return window(drawn, from, frames);
    }

    private static Window window(List<Pair> drawn, int[] from, int frames) {
        Pair first = drawn.getFirst();
        int batch = drawn.size();
        int bands = first.bands();
        int cells = bands * frames;
        int inputs = first.maps() * cells;
        int constants = first.constants().length;
        float[] local = new float[batch * (inputs + constants * cells)];
        float[] wide = new float[batch * (inputs + constants * frames)];
        float[] base = new float[batch * cells];
        float[] target = new float[batch * cells];
        float[] floor = new float[batch];
        for (int i = 0; i < batch; i++) {
            Pair pair = drawn.get(i);
            int localAt = i * (inputs + constants * cells);
            int wideAt = i * (inputs + constants * frames);
            copy(pair.in(), pair.frames(), from[i], frames, first.maps() * bands, local, localAt);
            System.arraycopy(local, localAt, wide, wideAt, inputs);
            System.arraycopy(local, localAt, base, i * cells, cells);
            copy(pair.target(), pair.frames(), from[i], frames, bands, target, i * cells);
            for (int k = 0; k < constants; k++) {
                int l = localAt + inputs + k * cells;
                int w = wideAt + inputs + k * frames;
                Arrays.fill(local, l, l + cells, pair.constants()[k]);
                Arrays.fill(wide, w, w + frames, pair.constants()[k]);
            }
            floor[i] = pair.floor() / (float) EnvelopeRefinement.UNIT;
        }
        return new Window(
                Tensors.of(local, batch, first.maps() + constants, bands, frames),
                Tensors.of(wide, batch, (long) first.maps() * bands + constants, 1, frames),
                Tensors.of(base, batch, 1, bands, frames),
                Tensors.of(target, batch, 1, bands, frames),
                Tensors.of(floor, batch, 1, 1, 1));
    }

    private static void copy(short[] in, int inFrames, int from, int frames, int rows, float[] out, int outAt) {
        for (int row = 0; row < rows; row++) {
            for (int t = 0; t < frames; t++) {
                out[outAt + row * frames + t] = in[row * inFrames + from + t] / (float) EnvelopeRefinement.UNIT;
            }
        }
    }

    private Tensor forward(Window window) {
        Tensor all = wide.forward(window.wide).permute(0, 2, 1, 3); // [batch x 1 x bands x frames]
        return window.base.add(local.forward(window.local)).add(all);
    }

    /** Absolute differences, of which those below the floor count as {@code below} of a whole one. */
    private static Tensor distances(Window window, Tensor out, double below) {
        Tensor above = Tensors.atLeast(out, window.floor);
        Tensor wanted = Tensors.atLeast(window.target, window.floor);
        Tensor deep = out.sub(above).sub(window.target.sub(wanted)).abs();
        return above.sub(wanted).abs().add(Tensors.scale(deep, below));
    }

    /** Mean over the envelopes that were kept out, in 1/{@link EnvelopeRefinement#UNIT}. */
    private double distance(boolean refined) {
        double sum = 0;
        for (Pair pair : heldOut) {
            try (PointerScope _ = new PointerScope();
                    NoGradGuard _ = new NoGradGuard()) {
                Window whole = window(List.of(pair), new int[1], pair.frames());
                sum += distances(whole, refined ? forward(whole) : whole.base, 0)
                        .mean()
                        .item_double();
            }
        }
        return EnvelopeRefinement.UNIT * sum / heldOut.size();
    }
}
