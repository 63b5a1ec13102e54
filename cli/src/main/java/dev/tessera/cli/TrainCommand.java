package dev.tessera.cli;

import dev.tessera.audio.AudioModel;
import dev.tessera.audio.AudioRecipe;
import dev.tessera.audio.AudioTrainer;
import dev.tessera.audio.NeuralAudioModel;
import dev.tessera.audio.NeuralAudioPriorTrainer;
import dev.tessera.audio.ScalarRecipe;
import dev.tessera.audio.ScalarTrainer;
import dev.tessera.codecs.dataset.AtomicFile;
import dev.tessera.features.FeatureModel;
import dev.tessera.features.FeaturePriorTrainer;
import dev.tessera.image.ImageModel;
import dev.tessera.image.ImageModels;
import dev.tessera.image.ImageRecipe;
import dev.tessera.image.ImageTrainer;
import dev.tessera.image.NeuralImageModel;
import dev.tessera.image.NeuralPriorTrainer;
import dev.tessera.image.RestorationTrainer;
import dev.tessera.image.learned.LearnedImageModel;
import dev.tessera.image.learned.LearnedPriorTrainer;
import dev.tessera.image.transform.LinearImageRecipe;
import dev.tessera.image.transform.LinearImageTrainer;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.ModelRegistry;
import dev.tessera.vqmodels.training.NeuralTrainer;
import dev.tessera.vqmodels.training.TrainingOrder;
import dev.tessera.vqmodels.training.TrainingResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tessera train}: learns a tokenizer with its entropy prior. */
@Command(
        name = "train",
        description =
                "Train a tokenizer and its entropy prior on pictures or sound, with --quantizer a neural tokenizer, or a neural"
                        + " tokenizer of series of vectors (features: .npy, frames x channels). 'prior'"
                        + " gives a trained neural tokenizer the entropy prior that compress needs, 'restoration' gives"
                        + " an image tokenizer what decompress --conceal restores lost tokens with.")
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
            description =
                    "A .properties recipe or, of images, a name: image-pq16 (default, the tokenizer), image-linear-2"
                            + " (the entropy prior of the codec); with --quantizer default image-f16 or"
                            + " audio-24k; of features features-f4 (default), features-f2 or features-f1.")
    private Path recipe;

    @Option(
            names = "--quantizer",
            paramLabel = "NAME",
            description =
                    "Train a neural tokenizer with this quantizer (features: default simvq): vq, spherical, rotation, ema, entropy, simvq,"
                            + " vqganlc, gumbel, fsq, lfq, bsq, rvq, factorized or, with --recipe audio-24k-split, split, with --recipe"
                            + " image-open open-fsq. The"
                            + " first time this fetches an engine of 110 MB.")
    private String quantizer;

    @Option(
            names = "--stages",
            paramLabel = "S",
            description = "With --quantizer rvq or split: number of residual stages, instead of the recipe's.")
    private Integer stages;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            description = "With --quantizer: about how long to train, instead of the recipe's number of steps.")
    private Double minutes;

    @Option(
            names = "--resume",
            description = "With --quantizer: go on from MODEL.checkpoint, which training writes every few minutes.")
    private boolean resume;

    @Option(names = "--codes", paramLabel = "K", description = "Code vectors per codebook, instead of the recipe's.")
    private Integer codes;

    @Option(names = "--seed", paramLabel = "N", description = "Seed, instead of the recipe's.")
    private Long seed;

    @Option(
            names = "--model",
            paramLabel = "M",
            description = "With prior and restoration: the tokenizer, by name or path, that MODEL is a copy of.")
    private String model;

    /** What can be trained. */
    enum TrainMedia {
        image,
        audio,
        features,
        prior,
        restoration
    }

    @Override
    int execute() throws IOException {
        checkOptions();
        boolean trained = resume && Files.exists(output) && !Files.exists(TrainingOrder.checkpoint(output));
        if (trained && !lacksPrior()) {
            print(Map.of("output", output.toString(), "finished", true), List.of(output + " is finished"));
            return ExitCode.DONE;
        }
        if (!trained) {
            checkFree(output);
        }
        List<Path> files = new ArrayList<>();
        for (Input input : Inputs.expand(data, include, console())) {
            if (input.isStdin()) {
                throw new UsageException("training reads files, not standard input");
            }
            files.add(input.path());
        }
        if (isNeural() && !trained) {
            return trainNetwork(files);
        }
        long start = System.nanoTime();
        if (trained) { // but stopped before its prior was made
            addPrior(files);
        } else {
            ModelFile made = switch (media) {
                case image -> trainImage(files);
                case audio -> trainAudio(files);
                case features -> throw new IllegalStateException("series are trained by steps");
                case prior -> withPrior(ModelRegistry.load().find(model), files);
                case restoration ->
                    new RestorationTrainer(seed == null ? RestorationTrainer.DEFAULT_SEED : seed, threads, this::say)
                            .train(ModelRegistry.load().find(model), files);
            };
            writeFile(output, made::write);
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("output", output.toString());
        values.put("items", files.size());
        values.put("seconds", (System.nanoTime() - start) / 1e9);
        return report(values);
    }

    /** Series have no classical tokenizer. */
    private boolean isNeural() {
        return quantizer != null || media == TrainMedia.features;
    }

    private void checkOptions() {
        if (!isNeural() && (minutes != null || resume || stages != null)) {
            throw new UsageException(
                    "--minutes, --resume and --stages are for neural tokenizers: name one with --quantizer");
        }
        boolean addition = media == TrainMedia.prior || media == TrainMedia.restoration; // to a model
        if (addition != (model != null)) {
            throw new UsageException("'train prior' and 'train restoration' need --model, and nothing else takes it");
        }
        if (addition && (quantizer != null || recipe != null || codes != null)) {
            throw new UsageException("'train " + media + "' takes no --quantizer, --recipe or --codes");
        }
        if (media == TrainMedia.prior && seed != null) {
            throw new UsageException("'train prior' takes no --seed");
        }
    }

    /** Says what stands in the output now. */
    private int report(Map<String, Object> values) throws IOException {
        ModelFile made = ModelFile.read(output);
        values.put("bytes", made.sizeBytes());
        values.put("sha256", made.sha256());
        print(values, List.of(output + ": " + made.sizeBytes() + " bytes, sha256 " + made.sha256()));
        return ExitCode.DONE;
    }

    private boolean lacksPrior() throws IOException {
        ModelFile made = ModelFile.read(output);
        return switch (media) {
            case image ->
                LearnedImageModel.isOne(made)
                        ? !LearnedImageModel.hasPrior(made)
                        : ImageModel.load(made) instanceof NeuralImageModel neural && !neural.hasPrior();
            case audio -> AudioModel.load(made) instanceof NeuralAudioModel neural && !neural.hasPrior();
            case features -> !FeatureModel.load(made).hasPrior();
            case prior, restoration -> false;
        };
    }

    /** The last step of the training of a network: the entropy prior of the data that it learnt from. */
    private void addPrior(List<Path> files) throws IOException {
        AtomicFile.write(output, withPrior(ModelFile.read(output), files)::write);
    }

    private ModelFile withPrior(ModelFile tokenizer, List<Path> files) throws IOException {
        String of = tokenizer.config().has("media") ? tokenizer.config().string("media") : "";
        return switch (of) {
            case "audio" -> new NeuralAudioPriorTrainer(threads, this::say).train(tokenizer, files);
            case "features" ->
                new FeaturePriorTrainer(FeaturePriorTrainer.DEFAULT_TABLE_BITS, threads, this::say)
                        .train(tokenizer, files);
            default ->
                LearnedImageModel.isOne(tokenizer)
                        ? new LearnedPriorTrainer(threads, this::say).train(tokenizer, files)
                        : new NeuralPriorTrainer(threads, this::say).train(tokenizer, files);
        };
    }

    /** The training module, where it is on the class path. */
    static NeuralTrainer engine() {
        return NeuralTrainer.find()
                .orElseThrow(() -> new UsageException(
                        "networks are trained by the training module, which must be on the class path; ./tessera"
                                + " fetches it by itself (docs/training.md)"));
    }

    private int trainNetwork(List<Path> files) throws IOException {
        NeuralTrainer trainer = engine();
        if (quantizer != null && !trainer.quantizers().contains(quantizer)) {
            throw new UsageException(
                    "--quantizer is '" + quantizer + "', must be one of " + String.join(", ", trainer.quantizers()));
        }
        Path checkpoint = TrainingOrder.checkpoint(output);
        if (!resume && !overwrite && Files.exists(checkpoint)) {
            throw new UsageException(
                    checkpoint + " exists; use --resume to go on from it, or --overwrite to start anew");
        }
        Map<String, String> changes = new LinkedHashMap<>();
        if (quantizer != null) {
            changes.put("quantizer", quantizer);
        }
        if (codes != null) {
            changes.put("codes", codes.toString());
        }
        if (stages != null) {
            changes.put("stages", stages.toString());
        }
        if (seed != null) {
            changes.put("seed", seed.toString());
        }
        List<String> recipes = trainer.recipes(
                switch (media) {
                    case image -> Media.IMAGE;
                    case audio -> Media.AUDIO;
                    case features -> Media.FEATURES;
                    case prior, restoration -> throw new IllegalStateException("'train " + media + "' takes no steps");
                });
        TrainingOrder order = new TrainingOrder(
                output,
                recipe == null ? recipes.getFirst() : recipe.toString(),
                changes,
                minutes == null ? 0 : minutes,
                resume,
                threads,
                this::say);
        TrainingResult result = switch (media) {
            case image -> trainer.trainImages(order, new Pictures(files));
            case audio -> trainer.trainSounds(order, new Sounds(files));
            case features -> trainer.trainSeries(order, SeriesFiles.of(files));
            case prior, restoration -> throw new IllegalStateException("'train " + media + "' takes no steps");
        };
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("output", output.toString());
        values.put("items", files.size());
        values.put("finished", result.finished());
        values.put("steps", result.steps());
        values.put("loss", result.loss());
        values.put(result.qualityName(), result.quality());
        values.put("tokens", result.tokens());
        values.put("utilization", result.utilization());
        values.put("utilization_ceiling", result.utilizationCeiling());
        values.put("seconds", result.seconds());
        if (!result.finished()) {
            print(values, List.of("stopped after step " + result.steps() + "; --resume goes on"));
            return ExitCode.SOME_FAILED;
        }
        addPrior(files);
        return report(values);
    }

    private ModelFile trainImage(List<Path> files) throws IOException {
        if (recipe == null) {
            return trainTokenizer(ImageRecipe.standard(), files);
        }
        byte[] text = imageRecipe();
        Properties entries = new Properties();
        entries.load(new ByteArrayInputStream(text));
        if (!LinearImageRecipe.isOne(entries)) {
            return trainTokenizer(ImageRecipe.read(new ByteArrayInputStream(text)), files);
        }
        if (codes != null) {
            throw new UsageException("--codes is for codebooks, the linear mode has none");
        }
        LinearImageRecipe linear = LinearImageRecipe.read(new ByteArrayInputStream(text));
        return new LinearImageTrainer(
                        seed == null ? linear : linear.withSeed(seed), TrainCommand::engine, threads, this::say)
                .train(files)
                .file();
    }

    private byte[] imageRecipe() throws IOException {
        return Files.isRegularFile(recipe)
                ? Files.readAllBytes(recipe)
                : ImageModels.recipe(recipe.toString())
                        .orElseThrow(() -> new UsageException(
                                "--recipe is '" + recipe + "', must be a file, image-pq16 or image-linear-2"));
    }

    private ModelFile trainTokenizer(ImageRecipe standard, List<Path> files) throws IOException {
        ImageRecipe chosen =
                standard.with(codes == null ? standard.codebookSize() : codes, seed == null ? standard.seed() : seed);
        return new ImageTrainer(chosen, threads, this::say).train(files).file();
    }

    private ModelFile trainAudio(List<Path> files) throws IOException {
        if (recipe == null) {
            return trainAudio(AudioRecipe.standard(), files);
        }
        Properties entries = new Properties();
        try (InputStream in = Files.newInputStream(recipe)) {
            entries.load(in);
        }
        if (!ScalarRecipe.isOne(entries)) {
            return trainAudio(AudioRecipe.read(entries), files);
        }
        if (codes != null) {
            throw new UsageException("--codes is for codebooks, the recipe " + recipe + " has none");
        }
        ScalarRecipe scalar = ScalarRecipe.read(entries);
        return new ScalarTrainer(
                        seed == null ? scalar : scalar.withSeed(seed), TrainCommand::engine, threads, this::say)
                .train(files);
    }

    private ModelFile trainAudio(AudioRecipe standard, List<Path> files) throws IOException {
        AudioRecipe chosen =
                standard.with(codes == null ? standard.codebookSize() : codes, seed == null ? standard.seed() : seed);
        return new AudioTrainer(chosen, threads, this::say).train(files);
    }
}
