package dev.tessera.vqmodels;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A model: named tensors and a configuration in one safetensors file, identified by the SHA-256 of its bytes. Immutable, safe
 * to share.
 *
 * <p>Any safetensors file can be read; one without the metadata key {@code config} has an empty configuration.
 */
public final class ModelFile {
    /** Suffix of the files. */
    public static final String SUFFIX = ".safetensors";

    private static final String CONFIG = "config";
    private static final int SHORT_HASH_DIGITS = 6;

    private final byte[] file;
    private final Safetensors contents;
    private final ModelConfig config;
    // Empty until first asked for: hashing megabytes would delay every start.
    private volatile Optional<String> sha256;

    private ModelFile(byte[] file, Safetensors contents, ModelConfig config, Optional<String> sha256) {
        this.file = file;
        this.contents = contents;
        this.config = config;
        this.sha256 = sha256;
    }

    /** Reads a model; the file may have at most 2^31 - 1 bytes. */
    public static ModelFile read(Path path) throws IOException {
        long size = Files.size(path);
        if (size > Integer.MAX_VALUE - 8) {
            throw new CorruptModelException(path + " has " + size + " bytes, must be under 2^31 - 8");
        }
        return parse(Files.readAllBytes(path), Optional.empty());
    }

    /** Reads a model up to the end of {@code in}. */
    public static ModelFile read(InputStream in) throws IOException {
        return parse(in.readAllBytes(), Optional.empty());
    }

    /** Reads a model from the bytes of a file. */
    public static ModelFile read(byte[] file) throws CorruptModelException {
        return parse(file.clone(), Optional.empty());
    }

    /** Reads a model whose hash is known, so that it need not be computed. */
    static ModelFile read(InputStream in, String sha256) throws IOException {
        return parse(in.readAllBytes(), Optional.of(sha256));
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The names of the tensors. */
    public Set<String> tensorNames() {
        return Set.copyOf(contents.tensors().keySet());
    }

    public boolean hasTensor(String name) {
        return contents.tensors().containsKey(name);
    }

    /**
     * The tensor {@code name}.
     *
     * @throws CorruptModelException when there is none
     */
    public Tensor tensor(String name) throws CorruptModelException {
        Tensor tensor = contents.tensors().get(name);
        if (tensor == null) {
            throw new CorruptModelException("the model has no tensor '" + name + "'");
        }
        return tensor;
    }

    /**
     * The tensor {@code name}, its shape checked; an extent of -1 stands for any.
     *
     * @throws CorruptModelException when there is none or it has another shape
     */
    public Tensor tensor(String name, int... shape) throws CorruptModelException {
        Tensor tensor = tensor(name);
        int[] found = tensor.shape();
        boolean fits = found.length == shape.length;
        for (int i = 0; fits && i < shape.length; i++) {
            fits = shape[i] == -1 || shape[i] == found[i];
        }
        if (!fits) {
            throw new CorruptModelException("the model's tensor '" + name + "' is " + tensor + ", must have the shape "
                    + Arrays.toString(shape));
        }
        return tensor;
    }

    /** What the model says about itself. */
    public ModelConfig config() {
        return config;
    }

    /** All strings of {@code __metadata__}, the configuration's JSON among them. */
    public Map<String, String> metadata() {
        return Map.copyOf(contents.metadata());
    }

    /** Size of the file. */
    public long sizeBytes() {
        return file.length;
    }

    /** Content hash: SHA-256 of the bytes of the file, 64 hexadecimal digits. */
    public String sha256() {
        Optional<String> known = sha256;
        if (known.isEmpty()) {
            known = Optional.of(HexFormat.of().formatHex(digest().digest(file)));
            sha256 = known;
        }
        return known.get();
    }

    /** The first three bytes of {@link #sha256()} as six hexadecimal digits: what bitstreams carry. */
    public String shortHash() {
        return sha256().substring(0, SHORT_HASH_DIGITS);
    }

    /** Writes the bytes of the file. */
    public void write(OutputStream out) throws IOException {
        out.write(file);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ModelFile that && Arrays.equals(file, that.file);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(file);
    }

    @Override
    public String toString() {
        return "ModelFile[" + contents.tensors().size() + " tensors, " + file.length + " bytes, " + shortHash() + "]";
    }

    /** The SHA-256 of the file {@code path}, without reading it as a model. */
    static String sha256(Path path) throws IOException {
        MessageDigest digest = digest();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(path)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static ModelFile parse(byte[] file, Optional<String> sha256) throws CorruptModelException {
        Safetensors contents = Safetensors.read(file);
        String json = contents.metadata().get(CONFIG);
        ModelConfig config = json == null ? ModelConfig.of(Map.of()) : ModelConfig.parse(json);
        return new ModelFile(file, contents, config, sha256);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Collects the parts of a model. */
    public static final class Builder {
        private final Map<String, Tensor> tensors = new TreeMap<>();
        private final Map<String, String> metadata = new TreeMap<>();
        private ModelConfig config = ModelConfig.of(Map.of());

        private Builder() {}

        /** Sets the configuration. */
        public Builder config(ModelConfig value) {
            config = value;
            return this;
        }

        /**
         * Adds a tensor.
         *
         * @throws IllegalArgumentException when the name is taken
         */
        public Builder tensor(String name, Tensor tensor) {
            if (tensors.putIfAbsent(name, tensor) != null) {
                throw new IllegalArgumentException("tensor '" + name + "' is there already");
            }
            return this;
        }

        /** Adds a string to {@code __metadata__}; the key {@code config} belongs to the configuration. */
        public Builder metadata(String key, String value) {
            if (key.equals(CONFIG)) {
                throw new IllegalArgumentException("key is '" + CONFIG + "', which holds the configuration");
            }
            metadata.put(key, value);
            return this;
        }

        /** Adds the strings of {@code model}'s {@code __metadata__}; its configuration is not among them. */
        public Builder metadataOf(ModelFile model) {
            model.contents.metadata().forEach((key, value) -> {
                if (!key.equals(CONFIG)) {
                    metadata(key, value);
                }
            });
            return this;
        }

        /** The model. Equal parts give equal bytes and so an equal hash. */
        public ModelFile build() {
            Map<String, String> all = new TreeMap<>(metadata);
            all.put(CONFIG, config.toJson());
            Safetensors contents = new Safetensors(new TreeMap<>(tensors), all);
            return new ModelFile(contents.write(), contents, config, Optional.empty());
        }
    }
}
