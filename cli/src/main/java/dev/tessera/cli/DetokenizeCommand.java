package dev.tessera.cli;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioModel;
import dev.tessera.audio.AudioSignal;
import dev.tessera.codebook.Tokens;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageModel;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tessera detokenize}: tokens back to pictures and sound. */
@Command(
        name = "detokenize",
        description = "Turn the tokens of a folder that 'tokenize --format npy' wrote back into pictures or sound.")
final class DetokenizeCommand extends TesseraCommand {
    @Parameters(index = "0", paramLabel = "TOKENS", description = "The folder, or its index.json.")
    private Path tokens;

    @Option(names = "-o", required = true, paramLabel = "DIR", description = "Folder for the pictures or sounds.")
    private Path output;

    @Option(names = "--model", paramLabel = "M", description = "The model, when it is not a shipped one.")
    private String model;

    @Override
    int execute() throws IOException {
        Path file = Files.isDirectory(tokens) ? tokens.resolve(TokenIndex.NAME) : tokens;
        TokenIndex index = TokenIndex.read(file);
        ModelRegistry registry = ModelRegistry.load();
        ModelFile modelFile = model == null
                ? registry.findByHash(index.modelSha256()
                        .substring(0, Math.min(6, index.modelSha256().length())))
                : registry.find(model);
        if (!modelFile.sha256().equals(index.modelSha256())) {
            throw new UsageException(
                    "the tokens were made with the model " + index.modelSha256() + ", this is " + modelFile.sha256());
        }
        boolean image = index.media().equals("image");
        ImageModel imageModel = image ? ImageModel.load(modelFile) : null;
        AudioModel audioModel = image ? null : AudioModel.load(modelFile);
        List<Input> items = index.items().stream()
                .map(item -> Input.ofFile(index.folder().resolve(item.file()), Path.of(item.file())))
                .toList();
        Batch batch = new Batch(this, "detokenize");
        int code = batch.run(
                items,
                input -> {
                    TokenIndex.Item item = index.items().get(items.indexOf(input));
                    Path target = output.resolve(input.renamed(image ? ".png" : ".wav"));
                    Tokens read = index.tokens(item);
                    if (image) {
                        Image picture = cropped(imageModel.tokenizer().detokenize(read), item);
                        writeFile(target, out -> ImageFiles.write(picture, out, "png"));
                    } else {
                        AudioSignal sound = audioModel.tokenizer().detokenize(read);
                        writeFile(target, out -> AudioFiles.writeWav(sound, out));
                    }
                    Map<String, Object> report = new LinkedHashMap<>();
                    report.put("output", target.toString());
                    return report;
                },
                r -> r.get("input") + " -> " + r.get("output"));
        batch.report();
        return code;
    }

    /** To the size of the original, where the index knows it; decoded pictures have whole blocks. */
    private static Image cropped(Image picture, TokenIndex.Item item) {
        if (item.fields().get("width") instanceof Integer width
                && item.fields().get("height") instanceof Integer height
                && width >= 1
                && height >= 1
                && width <= picture.width()
                && height <= picture.height()) {
            return picture.crop(0, 0, width, height);
        }
        return picture;
    }
}
