package dev.tessera.cli;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioModel;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.features.FeatureModel;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageModel;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tessera detokenize}: tokens back to pictures, sound and series of vectors. */
@Command(
        name = "detokenize",
        description = "Turn tokens that 'tokenize' wrote back into pictures, sound or series of vectors.")
final class DetokenizeCommand extends TesseraCommand {
    @Parameters(index = "0", paramLabel = "TOKENS", description = "The folder, its index.json, or a Parquet file.")
    private Path tokens;

    @Option(
            names = "-o",
            required = true,
            paramLabel = "DIR",
            description = "Folder for the pictures, sounds or series.")
    private Path output;

    @Option(names = "--model", paramLabel = "M", description = "The model, when it is not a shipped one.")
    private String model;

    @Override
    int execute() throws IOException {
        try (TokenSource source = TokenSource.open(tokens)) {
            ModelFile modelFile = modelOf(source);
            return switch (source.media()) {
                case "image" -> images(source, ImageModel.load(modelFile));
                case "audio" -> sounds(source, AudioModel.load(modelFile));
                case "features" -> series(source, FeatureModel.load(modelFile));
                default ->
                    throw new IOException(
                            tokens + ": media is '" + source.media() + "', must be image, audio or features");
            };
        }
    }

    private ModelFile modelOf(TokenSource source) throws IOException {
        String hash = source.modelSha256();
        ModelRegistry registry = ModelRegistry.load();
        ModelFile file = model == null
                ? registry.findByHash(hash.substring(0, Math.min(6, hash.length())))
                : registry.find(model);
        if (!file.sha256().equals(hash)) {
            throw new UsageException("the tokens were made with the model " + hash + ", this is " + file.sha256());
        }
        return file;
    }

    private int images(TokenSource source, ImageModel imageModel) {
        return run(source, ".png", (item, out) -> {
            Image picture = toSize(imageModel, imageModel.tokenizer(threads).detokenize(item.tokens()), item);
            ImageFiles.write(picture, out, "png");
        });
    }

    private int sounds(TokenSource source, AudioModel audioModel) {
        return run(
                source,
                ".wav",
                (item, out) -> AudioFiles.writeWav(audioModel.tokenizer(threads).detokenize(item.tokens()), out));
    }

    private int series(TokenSource source, FeatureModel model) {
        return run(source, ".npy", (item, out) -> {
            FloatTensor whole = model.tokenizer(threads).detokenize(item.tokens());
            TensorFiles.write(cut(whole, item.frames()), out);
        });
    }

    /** To the length of the original, where it is known; decoded series have whole tokens. */
    private static FloatTensor cut(FloatTensor series, OptionalInt frames) {
        int channels = series.geometry().shape().get(1);
        int kept = Math.clamp(
                frames.orElse(Integer.MAX_VALUE), 0, series.geometry().shape().getFirst());
        return FloatTensor.of(List.of(kept, channels), Arrays.copyOf(series.values(), kept * channels));
    }

    /** Writes what an item stands for. */
    @FunctionalInterface
    private interface Writer {
        void write(TokenSource.Item item, OutputStream out) throws IOException;
    }

    private int run(TokenSource source, String suffix, Writer writer) {
        Batch batch = new Batch(this, "detokenize");
        int code = batch.run(
                source.items(),
                input -> {
                    Path target = output.resolve(input.renamed(suffix));
                    TokenSource.Item item = source.next();
                    writeFile(target, out -> writer.write(item, out));
                    Map<String, Object> report = new LinkedHashMap<>();
                    report.put("output", target.toString());
                    return report;
                },
                r -> r.get("input") + " -> " + r.get("output"));
        batch.report();
        return code;
    }

    /** To the size of the original, where it is known. */
    private static Image toSize(ImageModel model, Image decoded, TokenSource.Item item) {
        int width = item.width().orElse(0);
        int height = item.height().orElse(0);
        return width >= 1 && height >= 1 ? model.toSize(decoded, width, height) : decoded;
    }
}
