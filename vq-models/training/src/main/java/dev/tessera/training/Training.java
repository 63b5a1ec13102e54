package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.set_num_threads;

import dev.tessera.codebook.Latents;
import dev.tessera.vqmodels.training.TrainingException;
import dev.tessera.vqmodels.training.TrainingOrder;
import dev.tessera.vqmodels.training.TrainingResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The training of a tokenizer for one {@link Medium}.
 *
 * <p>What a step does depends on the recipe, the data, the threads, its number and the state after the step before, on nothing
 * else: a training that was stopped or killed and resumed ends with the bits of an unbroken one. Where minutes are given, the
 * number of steps is worked out from the speed of the first ones, once, and kept in the checkpoint.
 *
 * <p>The curve, {@code step,loss,psnr,learning_rate} of every tenth step with the quality that the medium names, goes to {@code .curve.csv} beside the model.
 */
final class Training {
    /** Steps after which the number of steps follows from the time that the last ones took. */
    private static final int PROBE_FROM = 5;

    private static final int PROBE_TO = 25;
    private static final int CURVE_EVERY = 10;
    private static final double REPORT_SECONDS = 10;
    private static final long UNKNOWN = Long.MAX_VALUE;

    private final Recipe recipe;
    private final TrainingOrder order;
    private final Randomness randomness;
    private final ParameterStore store = new ParameterStore();
    private final Bottleneck bottleneck;
    private final Medium medium;
    private final AdamW optimizer;
    private final double average;
    private final double quantizerWeight;
    private final StringBuilder curve = new StringBuilder();

    private long total;
    private double secondsBefore;

    /** Makes a medium with its networks. */
    @FunctionalInterface
    interface MediumMaker {
        /**
         * @param dim of the latents
         * @param random for the first weights
         */
        Medium make(int dim, ParameterStore store, SplittableRandom random);
    }

    Training(Recipe recipe, TrainingOrder order, MediumMaker maker) {
        this.recipe = recipe;
        this.order = order;
        set_num_threads(order.threads());
        randomness = new Randomness(recipe.seed());
        SplittableRandom random = randomness.of(Randomness.Purpose.START, 0);
        bottleneck = Bottlenecks.of(recipe, store, random);
        medium = maker.make(bottleneck.dim(), store, random);
        optimizer = new AdamW(
                recipe.number("beta1", 0, 0.9999),
                recipe.number("beta2", 0, 0.99999),
                1e-8,
                recipe.number("weight-decay", 0, 10),
                recipe.number("clip", 1e-6, 1e12));
        average = recipe.number("average", 0, 0.999999);
        quantizerWeight = recipe.number("quantizer-weight", 0, 1e6);
        total = order.minutes() > 0 ? UNKNOWN : recipe.integer("steps", 1, Integer.MAX_VALUE);
        store.seal(recipe.integer("rate-fan-in", 0, Integer.MAX_VALUE));
    }

    TrainingResult run() throws IOException {
        long begin = System.nanoTime();
        Path checkpointFile = TrainingOrder.checkpoint(order.output());
        long done = 0;
        Checkpoint checkpoint = order.resume() && Files.exists(checkpointFile) ? Checkpoint.read(checkpointFile) : null;
        if (checkpoint != null) {
            done = resume(checkpoint);
        }
        medium.read();
        if (checkpoint == null) {
            start();
        }
        order.progress()
                .accept(String.format(
                        Locale.ROOT,
                        "%s, %s: %,d parameters, %s codes of dimension %d%s",
                        recipe.name(),
                        recipe.string("quantizer"),
                        store.size(),
                        Arrays.toString(bottleneck.codebookSizes()),
                        bottleneck.dim(),
                        done > 0 ? ", resumed after step " + done : ""));
        try (ExitGuard guard = new ExitGuard()) {
            return loop(done, begin, checkpointFile, guard);
        }
    }

    private TrainingResult loop(long done, long begin, Path checkpointFile, ExitGuard guard) throws IOException {
        double checkpointSeconds = 60 * recipe.number("checkpoint-minutes", 0, 1e6);
        Meter meter = new Meter(medium.qualityName(), bottleneck.codebookSizes());
        double start = seconds(begin);
        double lastCheckpoint = start;
        double lastReport = start;
        double probe = 0;
        long first = done;
        while (done < total && !guard.stopped()) {
            Step step = step(++done);
            meter.add(step);
            if (done % CURVE_EVERY == 0 || done == 1) {
                curve.append(String.format(
                        Locale.ROOT, "%d,%.6g,%.4f,%.4g%n", done, step.loss, step.quality, learningRate(done)));
            }
            double now = seconds(begin);
            if (done == PROBE_FROM) {
                probe = now;
            }
            if (total == UNKNOWN && done == PROBE_TO) {
                double each = (now - probe) / (PROBE_TO - PROBE_FROM);
                total = done + (long) Math.max(1, (order.minutes() * 60 - now) / each);
            }
            if (now - lastReport >= REPORT_SECONDS || done == total) {
                order.progress().accept(meter.line(done, total, (now - start) / (done - first), bottleneck.report()));
                lastReport = now;
                if (done < total) {
                    meter.restart();
                }
            }
            if (total != UNKNOWN && (now - lastCheckpoint >= checkpointSeconds || guard.stopped()) && done < total) {
                save(checkpointFile, done, now);
                lastCheckpoint = now;
            }
        }
        boolean finished = done == total;
        if (finished) {
            finish(done);
            Files.deleteIfExists(checkpointFile);
        }
        return meter.result(done, seconds(begin), finished);
    }

    private void finish(long done) throws IOException {
        Path output = order.output();
        Path csv = output.resolveSibling(output.getFileName() + ".curve.csv");
        Path folder = output.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Files.writeString(csv, "step,loss," + medium.qualityName() + ",learning_rate\n" + curve);
        Checkpoint.replace(output, ModelExport.of(recipe, store, medium, bottleneck, done));
    }

    private long resume(Checkpoint checkpoint) {
        if (!checkpoint.recipe().equals(recipe.text())) {
            throw new IllegalArgumentException(
                    "the checkpoint was made with another recipe, other codes or another quantizer; without --resume"
                            + " training starts anew");
        }
        if (!checkpoint.data().equals(fingerprint())) {
            throw new IllegalArgumentException(
                    "the checkpoint was made with other " + medium.items() + "; without --resume training starts anew");
        }
        if (checkpoint.threads() != order.threads()) {
            order.progress()
                    .accept("the checkpoint was made with " + checkpoint.threads()
                            + " threads: weights may differ in the last bits from those of an unbroken training");
        }
        store.restore(checkpoint.state());
        curve.append(checkpoint.curve());
        total = checkpoint.total();
        secondsBefore = checkpoint.seconds();
        return checkpoint.step();
    }

    private void save(Path file, long done, double now) throws IOException {
        new Checkpoint(
                        done,
                        total,
                        secondsBefore + now,
                        recipe.text(),
                        fingerprint(),
                        order.threads(),
                        curve.toString(),
                        store.state())
                .write(file);
    }

    private String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int i = 0; i < medium.source().size(); i++) {
                digest.update((medium.source().name(i) + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The medium's start, then the first code vectors from the latents that it makes. */
    private void start() {
        SplittableRandom random = randomness.of(Randomness.Purpose.START, 1);
        switch (recipe.string("start")) {
            case "klt" -> medium.startAsKlt(bottleneck, random);
            case "random" -> {
                // as the networks were made
            }
            default ->
                throw new IllegalArgumentException(
                        "the recipe's start is '" + recipe.string("start") + "', must be klt or random");
        }
        int wanted = bottleneck.wantedForStart();
        if (wanted > 0) {
            float[] latents = new float[Math.multiplyExact(wanted, bottleneck.dim())];
            int filled = 0;
            while (filled < latents.length) {
                float[] some = latents(medium.draw(random));
                int count = Math.min(some.length, latents.length - filled);
                System.arraycopy(some, 0, latents, filled, count);
                filled += count;
            }
            order.progress().accept("code vectors from " + wanted + " latents");
            bottleneck.start(Latents.of(wanted, bottleneck.dim(), latents), order.threads(), recipe.seed());
        }
    }

    private float[] latents(float[] drawn) {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            return Tensors.floats(Tensors.latentRows(medium.encode(medium.tensor(drawn))));
        }
    }

    /**
     * What a step tells.
     *
     * @param indices of each stage that was used
     */
    record Step(double loss, double quality, List<int[]> indices) {}

    private double learningRate(long step) {
        long steps = total == UNKNOWN ? Long.MAX_VALUE / 2 : total;
        long warmUp = Math.min(recipe.integer("warm-up", 1, Integer.MAX_VALUE), Math.max(1, steps / 2));
        return new Schedule(recipe.number("learning-rate", 0, 10), warmUp, steps, recipe.number("final-rate", 0, 1))
                .at(step);
    }

    private Step step(long number) {
        randomness.seedEngine(number);
        Bottleneck.Moment moment = new Bottleneck.Moment(
                true,
                total == UNKNOWN ? 0 : (double) number / total,
                randomness.of(Randomness.Purpose.QUANTIZER, number));
        float[] drawn = medium.draw(randomness.of(Randomness.Purpose.DATA, number));
        try (PointerScope _ = new PointerScope()) {
            store.gradients().zero_();
            Tensor original = medium.tensor(drawn);
            Tensor latents = medium.encode(original);
            Bottleneck.Quantized quantized = bottleneck.forwardGrid(latents, moment);
            Tensor output = medium.decode(quantized.latents());
            Medium.Judgement judgement = medium.judge(output, original);
            Tensor loss = judgement.loss().add(Tensors.scale(quantized.loss(), quantizerWeight));
            loss.backward();
            optimizer.step(store, number, learningRate(number));
            store.updateAverage(Math.min(average, (1.0 + number) / (10.0 + number)));
            bottleneck.afterStep(moment);
            double value = loss.item_double();
            if (!Double.isFinite(value)) {
                throw new TrainingException("the loss is " + value + " in step " + number);
            }
            return new Step(
                    value,
                    judgement.quality(),
                    quantized.indices().stream().map(Tensors::ints).toList());
        }
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}
