package dev.tessera.vqmodels.lowbit;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import java.util.Map;

/**
 * Low-bit weights in model files: tensors and configuration behind a prefix, as docs/formats/weights.md lays them out.
 * What is read has the same bits as what was written.
 */
public final class WeightsFile {
    static final String OUTLIERS = "outliers";
    static final String LOW_RANK = "low_rank";
    static final String ROTATED = "rotated";
    private static final String DENSE = ".dense";

    private WeightsFile() {}

    /**
     * Adds weights to a model.
     *
     * @param prefix of all names, such as {@code decoder.0.weight}
     * @param tensors takes the tensors
     * @param config takes the numbers; of these the caller makes the model's configuration
     */
    public static void write(
            String prefix, QuantizedWeights weights, ModelFile.Builder tensors, Map<String, Object> config) {
        new WeightsWriter(prefix, tensors, config).write(weights);
    }

    /** The key of the shape that a layer knows its weights by, such as that of a kernel; {@code rows} is its first extent. */
    public static String shapeKey(String prefix) {
        return prefix + ".shape";
    }

    /** Behind which the weights stand that a wrapper behind {@code prefix} wraps. */
    public static String densePrefix(String prefix) {
        return prefix + DENSE;
    }

    /** The prefix of the outermost wrapper of the weights behind {@code prefix}. */
    public static String outerPrefix(String prefix) {
        return prefix.endsWith(DENSE) ? outerPrefix(prefix.substring(0, prefix.length() - DENSE.length())) : prefix;
    }

    /** Whether {@code file} has low-bit weights behind {@code prefix}. */
    public static boolean has(ModelFile file, String prefix) {
        return file.config().has(prefix + ".format");
    }

    /**
     * The weights behind {@code prefix}.
     *
     * @throws CorruptModelException when something is missing or does not fit
     */
    public static QuantizedWeights read(ModelFile file, String prefix) throws CorruptModelException {
        return new WeightsReader(file, prefix, 0).read();
    }
}
