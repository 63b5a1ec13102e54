package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.pixel_shuffle;
import static org.bytedeco.pytorch.global.torch.set_num_threads;

import dev.tessera.vqmodels.training.PlaneRefinement;
import dev.tessera.vqmodels.training.PlaneRefinement.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/** The training of a {@link PlaneRefinement}; the same order, pairs and machine give the same network. */
final class RefinementTraining {
    private static final int BATCH = 4;
    private static final int SIDE = 128; // of the windows that a step sees, in squares
    private static final int HELD_OUT = 8; // one of so many pairs
    private static final int MOST_HELD_OUT = 24;
    private static final int REPORTS = 10;
    private static final int WARM_UP = 50;
    private static final double LAST_RATE = 0.02;
    private static final double FIRST_OUTPUT = 0.02; // the network starts as next to nothing
    private static final double MIN_LOSS = 1e-6;

    private final PlaneRefinement order;
    private final List<Pair> pairs = new ArrayList<>();
    private final List<Pair> heldOut = new ArrayList<>();
    private final ParameterStore store = new ParameterStore();
    private final Network network;

    RefinementTraining(PlaneRefinement order, List<Pair> all) {
        this.order = order;
        for (int i = 0; i < all.size(); i++) {
            (i % HELD_OUT == 0 && heldOut.size() < MOST_HELD_OUT ? heldOut : pairs).add(all.get(i));
        }
        if (pairs.isEmpty()) {
            throw new IllegalArgumentException("there are " + all.size() + " pairs of planes, must be at least 2");
        }
        set_num_threads(order.threads());
        List<Layer> layers = new ArrayList<>();
        int in = all.getFirst().channels();
        for (int i = 0; i < order.layers(); i++) {
            int out = i == order.layers() - 1 ? 4 : order.channels();
            layers.add(new Layer.Conv2d(in, out, 3, 1, 0, 1));
            in = out;
        }
        network = Network.build("details", layers, store, new SplittableRandom(order.seed()));
        store.seal();
        try (NoGradGuard _ = new NoGradGuard()) {
            for (Parameter parameter : network.parameters(order.layers() - 1)) {
                parameter.tensor().mul_(new Scalar(FIRST_OUTPUT));
            }
        }
    }

    PlaneRefinement.Trained run() {
        AdamW optimizer = new AdamW(0.9, 0.99, 1e-8, 0, 1);
        Schedule schedule = new Schedule(order.learningRate(), WARM_UP, order.steps(), LAST_RATE);
        SplittableRandom random = new SplittableRandom(order.seed() + 1);
        int reportEvery = Math.max(1, order.steps() / REPORTS);
        for (int step = 1; step <= order.steps(); step++) {
            try (PointerScope _ = new PointerScope()) {
                store.gradients().zero_();
                Window window = window(pairs, random);
                Tensor out = forward(window);
                Tensor loss = loss(out, window.target).log().mean();
                Tensor error = out.sub(window.target).square().mean(1, 2, 3);
                Tensor total = loss.add(Tensors.scale(
                        error.clamp_min(new Scalar(MIN_LOSS)).log().mean(), order.errorWeight()));
                total.backward();
                optimizer.step(store, step, schedule.at(step));
            }
            if (step % reportEvery == 0 || step == order.steps()) {
                order.progress()
                        .accept(String.format(
                                Locale.ROOT,
                                "step %d of %d: MS-SSIM of %d planes kept out %+.3f dB",
                                step,
                                order.steps(),
                                heldOut.size(),
                                gain()));
            }
        }
        List<PlaneRefinement.Layer> layers = new ArrayList<>();
        for (int i = 0; i < order.layers(); i++) {
            Layer.Conv2d layer = (Layer.Conv2d) network.layers().get(i);
            List<Parameter> parameters = network.parameters(i);
            layers.add(new PlaneRefinement.Layer(
                    layer.in(),
                    layer.out(),
                    Tensors.floats(parameters.getFirst().tensor()),
                    Tensors.floats(parameters.getLast().tensor())));
        }
        return new PlaneRefinement.Trained(layers, gain());
    }

    /** Tensors of a batch of windows. */
    private record Window(Tensor in, Tensor base, Tensor target) {}

    private Window window(List<Pair> from, SplittableRandom random) {
        List<Pair> drawn = new ArrayList<>();
        int height = SIDE;
        int width = SIDE;
        for (int i = 0; i < BATCH; i++) {
            Pair pair = from.get(random.nextInt(from.size()));
            drawn.add(pair);
            height = Math.min(height, pair.height());
            width = Math.min(width, pair.width());
        }
        int[] tops = new int[BATCH];
        int[] lefts = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
            tops[i] = random.nextInt(drawn.get(i).height() - height + 1);
            lefts[i] = random.nextInt(drawn.get(i).width() - width + 1);
        }
        return window(drawn, tops, lefts, height, width);
    }

    private static Window window(List<Pair> drawn, int[] tops, int[] lefts, int height, int width) {
        int channels = drawn.getFirst().channels();
        int margin = drawn.getFirst().margin();
        int h = height + 2 * margin;
        int w = width + 2 * margin;
        int count = drawn.size();
        float[] in = new float[count * channels * h * w];
        float[] base = new float[count * 4 * height * width];
        float[] target = new float[base.length];
        for (int i = 0; i < count; i++) {
            Pair pair = drawn.get(i);
            int pairHeight = pair.height() + 2 * margin;
            int pairWidth = pair.width() + 2 * margin;
            for (int c = 0; c < channels; c++) {
                copy(
                        pair.in(),
                        c * pairHeight * pairWidth,
                        pairWidth,
                        tops[i],
                        lefts[i],
                        h,
                        w,
                        in,
                        (i * channels + c) * h * w);
            }
            int to = i * 4 * height * width;
            copy(pair.base(), 0, 2 * pair.width(), 2 * tops[i], 2 * lefts[i], 2 * height, 2 * width, base, to);
            copy(pair.target(), 0, 2 * pair.width(), 2 * tops[i], 2 * lefts[i], 2 * height, 2 * width, target, to);
        }
        return new Window(
                Tensors.of(in, count, channels, h, w),
                Tensors.of(base, count, 1, 2L * height, 2L * width),
                Tensors.of(target, count, 1, 2L * height, 2L * width));
    }

    private static void copy(
            short[] from, int fromAt, int fromWidth, int top, int left, int height, int width, float[] to, int toAt) {
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                to[toAt + y * width + x] =
                        from[fromAt + (top + y) * fromWidth + left + x] / (float) PlaneRefinement.UNIT;
            }
        }
    }

    private Tensor forward(Window window) {
        Tensor x = window.in;
        for (int i = 0; i < order.layers(); i++) {
            x = network.forward(i, x);
            if (i < order.layers() - 1) {
                x = clamp(x);
            }
        }
        return window.base.add(pixel_shuffle(x, 2));
    }

    private static Tensor clamp(Tensor x) {
        return x.clamp(new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(1.0)));
    }

    /** 1 - MS-SSIM of each picture. */
    private Tensor loss(Tensor a, Tensor b) {
        return Tensors.plus(Losses.multiScaleSsims(a, b, order.firstScale()).neg(), 1)
                .clamp_min(new Scalar(MIN_LOSS));
    }

    /** Mean over the planes that were kept out, in dB of MS-SSIM. */
    private double gain() {
        double sum = 0;
        for (Pair pair : heldOut) {
            try (PointerScope _ = new PointerScope();
                    NoGradGuard _ = new NoGradGuard()) {
                Window whole = window(List.of(pair), new int[1], new int[1], pair.height(), pair.width());
                double before = loss(whole.base, whole.target).item_double();
                double after = loss(clamp(forward(whole)), whole.target).item_double();
                sum += 10 * Math.log10(before / after);
            }
        }
        return sum / heldOut.size();
    }
}
