package dev.tessera.vqmodels;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds models by name, by path and by content hash: those that modules ship in their jars, and the
 * {@code .safetensors} files in folders of the user.
 */
public final class ModelRegistry {
    /** Environment variable with the user's folders of models, separated as in a class path. */
    public static final String FOLDERS_VARIABLE = "TESSERA_MODELS";

    private final List<ShippedModel> shipped;
    private final List<Path> folders;

    private ModelRegistry(List<ShippedModel> shipped, List<Path> folders) {
        this.shipped = shipped;
        this.folders = folders;
    }

    /** The models of every {@link ModelProvider} there is and of the folders in {@value #FOLDERS_VARIABLE}. */
    public static ModelRegistry load() {
        List<ShippedModel> shipped = new ArrayList<>();
        for (ModelProvider provider : ServiceLoader.load(ModelProvider.class)) {
            shipped.addAll(provider.models());
        }
        List<Path> folders = new ArrayList<>();
        String variable = System.getenv(FOLDERS_VARIABLE);
        if (variable != null) {
            for (String folder : variable.split(File.pathSeparator, -1)) {
                if (!folder.isBlank()) {
                    folders.add(Path.of(folder));
                }
            }
        }
        return of(shipped, folders);
    }

    /**
     * A registry of exactly these.
     *
     * @throws IllegalArgumentException when two shipped models have one name or one media has two defaults of a kind
     */
    public static ModelRegistry of(List<ShippedModel> shipped, List<Path> folders) {
        List<ShippedModel> sorted = shipped.stream()
                .sorted(Comparator.comparing((ShippedModel m) -> m.description().media())
                        .thenComparing(m -> m.description().name()))
                .toList();
        requireUnique(sorted.stream().map(m -> "the name " + m.description().name()));
        requireUnique(sorted.stream()
                .filter(m -> m.description().isDefault())
                .map(m -> "the default for " + m.description().media()));
        requireUnique(sorted.stream()
                .filter(m -> m.description().isDefaultCodec())
                .map(m -> "the default codec for " + m.description().media()));
        return new ModelRegistry(sorted, List.copyOf(folders));
    }

    /** The shipped models, by media and name. */
    public List<ModelDescription> shipped() {
        return shipped.stream().map(ShippedModel::description).toList();
    }

    /** The model files in the user's folders, sorted within each. */
    public List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path folder : folders) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> listing = Files.list(folder)) {
                    listing.filter(f -> f.toString().endsWith(ModelFile.SUFFIX) && Files.isRegularFile(f))
                            .sorted()
                            .forEach(files::add);
                }
            }
        }
        return files;
    }

    /** The shipped model that is taken when none is named. */
    public ModelFile defaultModel(Media media) throws IOException {
        for (ShippedModel model : shipped) {
            if (model.description().isDefault() && model.description().media() == media) {
                return model.load();
            }
        }
        throw new ModelNotFoundException("no model is shipped for " + media + "; name one with --model");
    }

    /** The shipped model that files are made with when none is named; the default where there is no such model. */
    public ModelFile defaultCodec(Media media) throws IOException {
        for (ShippedModel model : shipped) {
            if (model.description().isDefaultCodec() && model.description().media() == media) {
                return model.load();
            }
        }
        return defaultModel(media);
    }

    /**
     * The model that the user calls {@code nameOrPath}: the name of a shipped one, else the path of a file, else the name of a
     * file in one of the user's folders, its suffix left out.
     */
    public ModelFile find(String nameOrPath) throws IOException {
        for (ShippedModel model : shipped) {
            if (model.description().name().equals(nameOrPath)) {
                return model.load();
            }
        }
        Optional<Path> path = path(nameOrPath).filter(Files::isRegularFile);
        if (path.isPresent()) {
            return ModelFile.read(path.get());
        }
        for (Path file : files()) {
            if (file.getFileName().toString().equals(nameOrPath + ModelFile.SUFFIX)) {
                return ModelFile.read(file);
            }
        }
        String names = shipped.stream().map(m -> m.description().name()).collect(Collectors.joining(", "));
        throw new ModelNotFoundException("no model '" + nameOrPath + "': neither a file nor one of [" + names + "]");
    }

    /**
     * The model that a bitstream names by the first three bytes of its hash.
     *
     * @param shortHash six hexadecimal digits, lower case
     * @throws ModelNotFoundException when no known model has this hash, or more than one
     */
    public ModelFile findByHash(String shortHash) throws IOException {
        // By full hash, because a copy of a shipped model in a folder is the same model.
        Map<String, ShippedModel> fittingShipped = new TreeMap<>();
        for (ShippedModel model : shipped) {
            if (model.description().sha256().startsWith(shortHash)) {
                fittingShipped.put(model.description().sha256(), model);
            }
        }
        Map<String, Path> fittingFiles = new TreeMap<>();
        for (Path file : files()) {
            String sha256 = ModelFile.sha256(file);
            if (sha256.startsWith(shortHash) && !fittingShipped.containsKey(sha256)) {
                fittingFiles.put(sha256, file);
            }
        }
        int fitting = fittingShipped.size() + fittingFiles.size();
        if (fitting == 0) {
            throw new ModelNotFoundException("made with the model of hash " + shortHash
                    + ", which is not known here; name its file with --model or put it into a folder of $"
                    + FOLDERS_VARIABLE);
        }
        if (fitting > 1) {
            throw new ModelNotFoundException("made with the model of hash " + shortHash + ", which " + fitting
                    + " known models have; name one with --model");
        }
        return fittingFiles.isEmpty()
                ? fittingShipped.values().iterator().next().load()
                : ModelFile.read(fittingFiles.values().iterator().next());
    }

    /**
     * The model that a bitstream needs when its user named one.
     *
     * @throws ModelNotFoundException when {@code nameOrPath} is not the model with this hash
     */
    public ModelFile findByHash(String shortHash, String nameOrPath) throws IOException {
        ModelFile model = find(nameOrPath);
        if (!model.shortHash().equals(shortHash)) {
            throw new ModelNotFoundException(
                    "made with the model of hash " + shortHash + ", but '" + nameOrPath + "' has " + model.shortHash());
        }
        return model;
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            return Optional.empty(); // then it was meant as a name
        }
    }

    private static void requireUnique(Stream<String> facts) {
        List<String> seen = new ArrayList<>();
        facts.forEach(fact -> {
            if (seen.contains(fact)) {
                throw new IllegalArgumentException("two models have " + fact);
            }
            seen.add(fact);
        });
    }
}
