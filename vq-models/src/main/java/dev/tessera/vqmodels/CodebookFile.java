package dev.tessera.vqmodels;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Quantizers in model files: stage {@code s} is the tensor {@code <prefix>.<s>.codebook}, F32 {@code [K x D]}.
 *
 * <p>A model may hold several quantizers under prefixes of their own. A file that holds nothing else, as {@code fit} writes
 * it, uses the prefix {@value #PREFIX} and this configuration: {@code format_version} {@value #FORMAT_VERSION},
 * {@code model_type} ({@code vector_quantizer}, {@code residual_quantizer} or {@code product_quantizer}, whose subspaces take
 * the place of the stages), {@code quantizer} (name of the learner), {@code codebook_size}, {@code codebook_sizes}, {@code codebook_dim}, {@code num_stages}, {@code seed}, {@code name},
 * {@code kind}, {@code media}.
 */
public final class CodebookFile {
    /** Version of the configuration that this build writes and reads. */
    public static final int FORMAT_VERSION = 1;

    /** Prefix of the tensors of a model's only quantizer. */
    public static final String PREFIX = "quantizer";

    private static final String VECTOR = "vector_quantizer";
    private static final String RESIDUAL = "residual_quantizer";
    private static final String PRODUCT = "product_quantizer";

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
        config.put("model_type", modelType(quantizer));
        config.put("name", learner + "-codebook");
        config.put("kind", "classical");
        config.put("media", "features");
        config.put("quantizer", learner);
        config.put("codebook_size", Arrays.stream(sizes).max().orElseThrow());
        config.put("codebook_sizes", sizes);
        config.put("codebook_dim", quantizer.dim());
        config.put("num_stages", sizes.length);
        config.put("seed", seed);
        ModelFile.Builder builder = ModelFile.builder().config(ModelConfig.of(config));
        addTo(builder, PREFIX, quantizer);
        return builder.build();
    }

    /** The quantizer of a file that {@link #of} made. */
    public static Quantizer quantizer(ModelFile file) throws CorruptModelException {
        file.config().requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        int stages = file.config().integer("num_stages");
        String type = file.config().string("model_type");
        return switch (type) {
            case VECTOR -> {
                if (stages != 1) {
                    throw new CorruptModelException("a " + VECTOR + " has 1 stage, this one has " + stages);
                }
                yield new VectorQuantizer(codebook(file, PREFIX, 0));
            }
            case RESIDUAL -> residualQuantizer(file, PREFIX, stages);
            case PRODUCT -> productQuantizer(file, PREFIX, stages);
            default -> throw new CorruptModelException("the model_type '" + type + "' is no quantizer of this build");
        };
    }

    /** Adds the codebooks of {@code quantizer} to a model that holds more. */
    public static void addTo(ModelFile.Builder builder, String prefix, Quantizer quantizer) {
        List<Codebook> codebooks = switch (quantizer) {
            case VectorQuantizer vector -> List.of(vector.codebook());
            case ResidualQuantizer residual -> residual.codebooks();
            case ProductQuantizer product -> product.codebooks();
        };
        for (int s = 0; s < codebooks.size(); s++) {
            Codebook codebook = codebooks.get(s);
            builder.tensor(
                    tensorName(prefix, s),
                    Tensor.ofFloats(codebook.toArray(), codebook.codebookSize(), codebook.codeDim()));
        }
    }

    /** The codebook of stage {@code stage} under {@code prefix}, from any floating-point type. */
    public static Codebook codebook(ModelFile file, String prefix, int stage) throws CorruptModelException {
        String name = tensorName(prefix, stage);
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

    private static List<Codebook> codebooks(ModelFile file, String prefix, int stages) throws CorruptModelException {
        List<Codebook> codebooks = new ArrayList<>();
        for (int s = 0; s < stages; s++) {
            codebooks.add(codebook(file, prefix, s));
        }
        return codebooks;
    }

    private static String modelType(Quantizer quantizer) {
        return switch (quantizer) {
            case VectorQuantizer _ -> VECTOR;
            case ResidualQuantizer _ -> RESIDUAL;
            case ProductQuantizer _ -> PRODUCT;
        };
    }

    private static String tensorName(String prefix, int stage) {
        return prefix + "." + stage + ".codebook";
    }
}
