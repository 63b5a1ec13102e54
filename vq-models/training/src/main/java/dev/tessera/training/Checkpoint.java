package dev.tessera.training;

import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A training between two steps. There is no state of a random generator: {@link Randomness} needs none.
 *
 * @param step the last that was made
 * @param total how many will be made
 * @param seconds spent so far
 * @param recipe its text
 * @param data fingerprint of the names of the training data
 * @param threads of the engine
 * @param curve the curve so far, see {@link Training}
 * @param state of the {@link ParameterStore}
 */
record Checkpoint(
        long step,
        long total,
        double seconds,
        String recipe,
        String data,
        int threads,
        String curve,
        Map<String, float[]> state) {
    private static final int FORMAT_VERSION = 2;

    /** Writes under another name first, to the disk, and renames: a kill leaves the old file or the new one. */
    void write(Path file) throws IOException {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("format_version", FORMAT_VERSION);
        config.put("model_type", "training_checkpoint");
        config.put("step", step);
        config.put("total", total);
        config.put("seconds", seconds);
        config.put("recipe", recipe);
        config.put("data", data);
        config.put("threads", threads);
        config.put("curve", curve);
        ModelFile.Builder builder = ModelFile.builder();
        state.forEach((name, values) -> builder.tensor(name, Tensor.ofFloats(values, values.length)));
        replace(file, builder.config(ModelConfig.of(config)).build());
    }

    /** Puts {@code model} at {@code file}, whole or not at all. */
    static void replace(Path file, ModelFile model) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path next = folder.resolve(file.getFileName() + ".part");
        try (FileChannel channel = FileChannel.open(
                        next,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                OutputStream out = Channels.newOutputStream(channel)) {
            model.write(out);
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static Checkpoint read(Path file) throws IOException {
        ModelFile model = ModelFile.read(file);
        ModelConfig config = model.config();
        config.requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        Map<String, float[]> state = new LinkedHashMap<>();
        for (String name : model.tensorNames()) {
            state.put(name, model.tensor(name).toFloats());
        }
        return new Checkpoint(
                config.longInteger("step"),
                config.longInteger("total"),
                config.number("seconds"),
                config.string("recipe"),
                config.string("data"),
                config.integer("threads"),
                config.string("curve"),
                state);
    }
}
