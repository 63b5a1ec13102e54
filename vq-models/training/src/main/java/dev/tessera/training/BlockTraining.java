package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.set_num_threads;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.training.TrainingException;
import dev.tessera.vqmodels.training.WeightTraining;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains networks in the few bits that they are stored in. Block after block learns to make of what the blocks before it really put out,
 * quantized as they are, what the block in floats makes of its own input (BRECQ, Li et al. 2021); then each network as
 * a whole, towards what it puts out in floats. All parameters are learnt: weights, steps and zero points ({@link LearnedSteps}) and vectors.
 *
 * <p>Of the items every eighth is kept out, and what does not lower the error on those is not taken: the result is no worse there than
 * the start. The same for the same order, on one machine with the same number of threads.
 */
final class BlockTraining {
    private static final int HELD_OUT = 8; // one of so many items
    private static final long POSITIONS = 2048; // a step sees at least so many, of inputs or outputs
    private static final int MOST_ITEMS = 8; // of a step
    private static final double BLOCK_RATE = 2e-3; // of the size of weights, steps and vectors
    private static final double WHOLE_RATE = 5e-3;
    private static final double LAST_RATE = 0.02;
    private static final int WARM_UP = 20; // one of so many steps
    private static final AdamW OPTIMIZER = new AdamW(0.9, 0.99, 1e-10, 0, Double.MAX_VALUE);

    private final WeightTraining order;
    private final ModelFile model;
    private final LowBitNetworks networks;
    private final SplittableRandom random;

    /** What layers take or put out, {@code [1 x channels x height x width]}. */
    private record Item(float[] values, long[] shape) {
        static Item of(FeatureMap map) {
            return new Item(map.toArray(), new long[] {1, map.channels(), map.height(), map.width()});
        }

        static Item of(Tensor tensor) {
            return new Item(Tensors.floats(tensor), tensor.shape());
        }

        Tensor tensor() {
            return Tensors.of(values, shape);
        }

        long positions() {
            return shape[2] * shape[3];
        }
    }

    /**
     * What layers are to learn.
     *
     * @param name for the progress
     */
    private record Lesson(String name, List<ModelConfig> layers, List<Item> inputs, List<Item> targets, double rate) {}

    BlockTraining(WeightTraining order) throws CorruptModelException {
        this.order = order;
        this.model = order.model();
        this.networks = new LowBitNetworks(model, order.start());
        this.random = new SplittableRandom(order.seed());
        set_num_threads(order.threads());
    }

    WeightTraining.Trained run() throws CorruptModelException {
        try (ExitGuard guard = new ExitGuard()) {
            train("encoder", items("encoder"), guard);
            train("decoder", items("decoder"), guard);
        }
        return networks.result();
    }

    private List<Item> items(String part) {
        List<FeatureMap> maps = order.inputs().getOrDefault(part, List.of());
        if (maps.size() < 2) {
            throw new IllegalArgumentException(
                    "there are " + maps.size() + " items to train the " + part + " on, must be at least 2");
        }
        return maps.stream().map(Item::of).toList();
    }

    private void train(String part, List<Item> inputs, ExitGuard guard) throws CorruptModelException {
        List<Item> exact = inputs;
        List<Item> own = inputs;
        for (List<ModelConfig> block : networks.blocks(part)) {
            List<Item> targets = outputs(floats(block), exact);
            own = train(new Lesson(ModelNetwork.weights(block).getFirst(), block, own, targets, BLOCK_RATE), guard);
            exact = targets;
        }
        train(new Lesson(part, model.config().objects(part), inputs, exact, WHOLE_RATE), guard);
    }

    private Network floats(List<ModelConfig> block) throws CorruptModelException {
        ParameterStore store = new ParameterStore();
        Network network = ModelNetwork.of(model, block, ModelNetwork.values(model), store);
        store.seal();
        return network;
    }

    /** Trains the parameters of some layers; returns what these put out then. */
    private List<Item> train(Lesson lesson, ExitGuard guard) throws CorruptModelException {
        double scale = meanSquare(lesson.targets);
        LowBitNetworks.Block start = networks.block(lesson.layers);
        double before = error(start, lesson) / scale;
        LowBitNetworks.Block block = networks.block(lesson.layers);
        Schedule schedule = new Schedule(lesson.rate, order.steps() / WARM_UP, order.steps(), LAST_RATE);
        for (int number = 1; number <= order.steps(); number++) {
            if (guard.stopped()) {
                throw new TrainingException("stopped while " + lesson.name + " was trained; nothing is written");
            }
            step(block, lesson, scale, number, schedule.at(number));
        }
        double after = error(block, lesson) / scale;
        boolean better = after < before;
        if (better) {
            block.keep();
        }
        order.progress()
                .accept(String.format(
                        Locale.ROOT,
                        "%s: squared error over the squared output %.5f -> %.5f%s",
                        lesson.name,
                        before,
                        after,
                        better ? "" : ", so it stays"));
        return outputs(better ? block : start, lesson.inputs);
    }

    private void step(LowBitNetworks.Block block, Lesson lesson, double scale, int number, double rate) {
        try (PointerScope _ = new PointerScope()) {
            block.store().gradients().zero_();
            block.refresh();
            List<Tensor> errors = new ArrayList<>();
            for (long positions = 0; positions < POSITIONS && errors.size() < MOST_ITEMS; ) {
                int i = drawn(lesson.inputs.size());
                Tensor out = block.network().forward(lesson.inputs.get(i).tensor());
                errors.add(Tensors.meanSquaredError(out, lesson.targets.get(i).tensor()));
                positions += Math.min(
                        lesson.inputs.get(i).positions(), lesson.targets.get(i).positions());
            }
            Tensor sum = errors.stream().reduce(Tensor::add).orElseThrow();
            Tensors.scale(sum, 1 / (scale * errors.size())).backward();
            OPTIMIZER.step(block.store(), number, rate);
        }
    }

    /** One of the items that are not kept out. */
    private int drawn(int items) {
        int i = random.nextInt(items - 1 - (items - 1) / HELD_OUT);
        return i + 1 + i / (HELD_OUT - 1);
    }

    private static double meanSquare(List<Item> items) {
        double sum = 0;
        long count = 0;
        for (Item item : items) {
            for (float value : item.values) {
                sum += (double) value * value;
            }
            count += item.values.length;
        }
        return Math.max(sum / count, Double.MIN_NORMAL);
    }

    private static List<Item> outputs(LowBitNetworks.Block block, List<Item> inputs) {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            block.refresh();
            return outputs(block.network(), inputs);
        }
    }

    private static List<Item> outputs(Network network, List<Item> inputs) {
        List<Item> outputs = new ArrayList<>();
        for (Item input : inputs) {
            try (PointerScope _ = new PointerScope();
                    NoGradGuard _ = new NoGradGuard()) {
                outputs.add(Item.of(network.forward(input.tensor())));
            }
        }
        return outputs;
    }

    /** Mean squared error over the items kept out. */
    private static double error(LowBitNetworks.Block block, Lesson lesson) {
        double sum = 0;
        int count = 0;
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            block.refresh();
            for (int i = 0; i < lesson.inputs.size(); i += HELD_OUT) {
                try (PointerScope _ = new PointerScope()) {
                    Tensor out = block.network().forward(lesson.inputs.get(i).tensor());
                    sum += Tensors.meanSquaredError(out, lesson.targets.get(i).tensor())
                            .item_double();
                    count++;
                }
            }
        }
        return sum / count;
    }
}
