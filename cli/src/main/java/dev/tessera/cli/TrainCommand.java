package dev.tessera.cli;

import dev.tessera.audio.AudioRecipe;
import dev.tessera.audio.AudioTrainer;
import dev.tessera.image.ImageRecipe;
import dev.tessera.image.ImageTrainer;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tessera train}: learns a tokenizer with its entropy prior. */
@Command(name = "train", description = "Train a tokenizer and its entropy prior on pictures or sound.")
final class TrainCommand extends TesseraCommand {
    @Parameters(index = "0", paramLabel = "MEDIA", description = "One of ${COMPLETION-CANDIDATES}.")
    private TrainMedia media;

    @Parameters(
            index = "1..*",
            paramLabel = "DATA",
            arity = "1..*",
            description = "Files, folders (recursive) or @list.txt.")
    private List<String> data;

    @Option(names = "--include", paramLabel = "GLOB", description = "Of folders take only files whose name fits.")
    private String include;

    @Option(names = "-o", required = true, paramLabel = "MODEL", description = "Where the model goes (.safetensors).")
    private Path output;

    @Option(
            names = "--recipe",
            paramLabel = "R",
            description = "A .properties recipe (default: the one of the shipped default model).")
    private Path recipe;

    @Option(names = "--codes", paramLabel = "K", description = "Code vectors per codebook, instead of the recipe's.")
    private Integer codes;

    @Option(names = "--seed", paramLabel = "N", description = "Seed, instead of the recipe's.")
    private Long seed;

    /** What can be trained. */
    enum TrainMedia {
        image,
        audio
    }

    @Override
    int execute() throws IOException {
        checkFree(output);
        List<Path> files = new ArrayList<>();
        for (Input input : Inputs.expand(data, include, console())) {
            if (input.isStdin()) {
                throw new UsageException("training reads files, not standard input");
            }
            files.add(input.path());
        }
        long start = System.nanoTime();
        ModelFile model = switch (media) {
            case image -> trainImage(files);
            case audio -> trainAudio(files);
        };
        writeFile(output, model::write);
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("output", output.toString());
        values.put("items", files.size());
        values.put("bytes", model.sizeBytes());
        values.put("sha256", model.sha256());
        values.put("seconds", (System.nanoTime() - start) / 1e9);
        print(values, List.of(output + ": " + model.sizeBytes() + " bytes, sha256 " + model.sha256()));
        return ExitCode.DONE;
    }

    private ModelFile trainImage(List<Path> files) throws IOException {
        ImageRecipe chosen = ImageRecipe.standard();
        if (recipe != null) {
            try (InputStream in = Files.newInputStream(recipe)) {
                chosen = ImageRecipe.read(in);
            }
        }
        chosen = chosen.with(codes == null ? chosen.codebookSize() : codes, seed == null ? chosen.seed() : seed);
        return new ImageTrainer(chosen, threads, this::say).train(files).file();
    }

    private ModelFile trainAudio(List<Path> files) throws IOException {
        AudioRecipe chosen = AudioRecipe.standard();
        if (recipe != null) {
            try (InputStream in = Files.newInputStream(recipe)) {
                chosen = AudioRecipe.read(in);
            }
        }
        chosen = chosen.with(codes == null ? chosen.codebookSize() : codes, seed == null ? chosen.seed() : seed);
        return new AudioTrainer(chosen, threads, this::say).train(files);
    }
}
