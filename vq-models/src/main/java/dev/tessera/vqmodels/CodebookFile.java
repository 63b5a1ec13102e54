package dev.tessera.vqmodels;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Quantizers in model files: stage {@code s} is the tensor {@code <prefix>.<s>.codebook}, F32 {@code [K x D]}.
 *
 * <p>A model may hold several quantizers of codebooks under prefixes of their own. A file that holds nothing else, as {@code fit}
 * writes it, may be of any kind of quantizer; it uses the prefix {@value #PREFIX} and the configuration of
 * docs/formats/model.md.
 */
public final class CodebookFile {
    /** Version of the configuration that this build writes and reads. */
    public static final int FORMAT_VERSION = 1;

    /** Prefix of the tensors of a model's only quantizer. */
    public static final String PREFIX = "quantizer";

    private CodebookFile() {}

    /**
     * A model file that holds {@code quantizer} alone.
     *
     * @param learner name of the learner that made it, as the command line calls it
     * @param seed the seed that it was learned with
     */
    public static ModelFile of(Quantizer quantizer, String learner, long seed) {
        int[] sizes = quantizer.codebookSizes();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("format_version", FORMAT_VERSION);
        config.put("model_type", QuantizerType.of(quantizer).fileName());
        config.put("name", learner + "-codebook");
        config.put("kind", "classical");
        config.put("media", "features");
        config.put("quantizer", learner);
        config.put("codebook_size", largest(sizes));
        config.put("codebook_sizes", sizes);
        config.put("codebook_dim", quantizer.dim());
        config.put("num_stages", sizes.length);
        config.put("seed", seed);
        ModelFile.Builder builder = ModelFile.builder();
        new QuantizerWriter(builder, config).write(PREFIX, quantizer);
        return builder.config(ModelConfig.of(config)).build();
    }

    /** The quantizer of a file that {@link #of} made. */
    public static Quantizer quantizer(ModelFile file) throws CorruptModelException {
        file.config().requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        QuantizerType type = QuantizerType.ofFileName(file.config().string("model_type"));
        Quantizer quantizer = new QuantizerReader(file).read(PREFIX, type);
        int[] sizes = quantizer.codebookSizes();
        ModelConfig config = file.config();
        check("num_stages", config.integer("num_stages"), sizes.length);
        check("codebook_dim", config.integer("codebook_dim"), quantizer.dim());
        check("codebook_size", config.integer("codebook_size"), largest(sizes));
        if (!Arrays.equals(config.integers("codebook_sizes"), sizes)) {
            throw new CorruptModelException("the model's configuration has other codebook_sizes than its quantizer");
        }
        return quantizer;
    }

    /**
     * Adds any quantizer to a model that holds more: its kind as {@code <prefix>.type} and its parts as docs/formats/model.md names
     * them.
     */
    public static void addTo(
            ModelFile.Builder builder, Map<String, Object> config, String prefix, Quantizer quantizer) {
        config.put(prefix + ".type", QuantizerType.of(quantizer).fileName());
        new QuantizerWriter(builder, config).write(prefix, quantizer);
    }

    /** The quantizer that {@link #addTo(ModelFile.Builder, Map, String, Quantizer)} put under {@code prefix}. */
    public static Quantizer quantizer(ModelFile file, String prefix) throws CorruptModelException {
        QuantizerType type = QuantizerType.ofFileName(file.config().string(prefix + ".type"));
        return new QuantizerReader(file).read(prefix, type);
    }

    private static int largest(int[] sizes) {
        return Arrays.stream(sizes).max().orElseThrow();
    }

    private static void check(String name, int said, int found) throws CorruptModelException {
        if (said != found) {
            throw new CorruptModelException(
                    "the model's configuration has " + name + " = " + said + ", its quantizer has " + found);
        }
    }

    /** Adds the codebooks of a residual or product quantizer to a model that holds more. */
    public static void addTo(ModelFile.Builder builder, String prefix, List<Codebook> codebooks) {
        for (int s = 0; s < codebooks.size(); s++) {
            Codebook codebook = codebooks.get(s);
            builder.tensor(
                    tensorName(prefix, s),
                    Tensor.ofFloats(codebook.toArray(), codebook.codebookSize(), codebook.codeDim()));
        }
    }

    /** The codebook of stage {@code stage} under {@code prefix}, from any floating-point type. */
    public static Codebook codebook(ModelFile file, String prefix, int stage) throws CorruptModelException {
        return codebook(file, tensorName(prefix, stage));
    }

    static Codebook codebook(ModelFile file, String name) throws CorruptModelException {
        Tensor tensor = file.tensor(name, -1, -1);
        int[] shape = tensor.shape();
        try {
            return Codebook.of(shape[0], shape[1], tensor.toFloats());
        } catch (IllegalArgumentException e) {
            throw new CorruptModelException("the model's tensor '" + name + "' is no codebook: " + e.getMessage(), e);
        }
    }

    /** The residual quantizer of {@code stages} codebooks under {@code prefix}. */
    public static ResidualQuantizer residualQuantizer(ModelFile file, String prefix, int stages)
            throws CorruptModelException {
        List<Codebook> codebooks = codebooks(file, prefix, stages);
        try {
            return new ResidualQuantizer(codebooks);
        } catch (IllegalArgumentException e) {
            throw new CorruptModelException("the model's codebooks '" + prefix + "' do not fit: " + e.getMessage(), e);
        }
    }

    /** The product quantizer of {@code subspaces} codebooks under {@code prefix}. */
    public static ProductQuantizer productQuantizer(ModelFile file, String prefix, int subspaces)
            throws CorruptModelException {
        List<Codebook> codebooks = codebooks(file, prefix, subspaces);
        try {
            return new ProductQuantizer(codebooks);
        } catch (IllegalArgumentException e) {
            throw new CorruptModelException("the model's codebooks '" + prefix + "' do not fit: " + e.getMessage(), e);
        }
    }

    static List<Codebook> codebooks(ModelFile file, String prefix, int stages) throws CorruptModelException {
        List<Codebook> codebooks = new ArrayList<>();
        for (int s = 0; s < stages; s++) {
            codebooks.add(codebook(file, prefix, s));
        }
        return codebooks;
    }

    static String tensorName(String prefix, int stage) {
        return prefix + "." + stage + ".codebook";
    }
}
