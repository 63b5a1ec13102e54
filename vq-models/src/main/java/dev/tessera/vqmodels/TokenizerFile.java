package dev.tessera.vqmodels;

import dev.tessera.codebook.GroupedQuantizer;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import java.util.Arrays;

/** What the files of neural tokenizers have in common, whatever their medium. */
public final class TokenizerFile {
    private static final String PRIOR = "prior.";

    private TokenizerFile() {}

    /**
     * The quantizer under {@link CodebookFile#PREFIX}, of one stage or of residual stages, or groups of dimensions with one each.
     *
     * @param maxCodebookSize what the entropy coder can code
     * @throws CorruptModelException when there is none, or it is not what the configuration says
     */
    public static Quantizer quantizer(ModelFile file, int maxCodebookSize) throws CorruptModelException {
        ModelConfig config = file.config();
        Quantizer quantizer = CodebookFile.quantizer(file, CodebookFile.PREFIX);
        int[] sizes = quantizer.codebookSizes();
        check("num_stages", config.integer("num_stages") == sizes.length, config.integer("num_stages"), sizes.length);
        int[] said = config.integers("codebook_sizes");
        check("codebook_sizes", Arrays.equals(said, sizes), Arrays.toString(said), Arrays.toString(sizes));
        int largest = Arrays.stream(sizes).max().orElseThrow();
        check("codebook_size", config.integer("codebook_size") == largest, config.integer("codebook_size"), largest);
        check("codebook_size", largest <= maxCodebookSize, largest, "at most " + maxCodebookSize);
        check(
                "codebook_dim",
                config.integer("codebook_dim") == quantizer.dim(),
                config.integer("codebook_dim"),
                quantizer.dim());
        check(
                "quantizer.type",
                isStaged(quantizer)
                        || quantizer instanceof GroupedQuantizer grouped
                                && grouped.groups().stream().allMatch(TokenizerFile::isStaged),
                config.string("quantizer.type") + " of " + sizes.length + " stages",
                "residual_quantizer, or have one stage, or groups of these");
        return quantizer;
    }

    private static boolean isStaged(Quantizer quantizer) {
        return quantizer.stages() == 1 || quantizer instanceof ResidualQuantizer;
    }

    /** Refuses a model of which {@code name} is not as it must be. */
    public static void check(String name, boolean fits, Object found, Object wanted) throws CorruptModelException {
        if (!fits) {
            throw new CorruptModelException("the model's " + name + " is " + found + ", must be " + wanted);
        }
    }

    /**
     * All of {@code model} but its configuration and its prior; matrices and kernels of the networks, which are nearly all of it, in
     * F16, or in the fewer bits that they have.
     */
    public static ModelFile.Builder withHalfWeights(ModelFile model) throws CorruptModelException {
        ModelFile.Builder builder = ModelFile.builder();
        for (String name : model.tensorNames()) {
            if (name.startsWith(PRIOR)) {
                continue;
            }
            Tensor tensor = model.tensor(name);
            boolean weights = name.startsWith("encoder.") || name.startsWith("decoder.");
            boolean half = weights && tensor.type() == DType.F32 && tensor.shape().length > 1;
            builder.tensor(name, half ? Tensor.ofHalfFloats(tensor.toFloats(), tensor.shape()) : tensor);
        }
        return builder.metadataOf(model);
    }

    /**
     * What the first stages of {@code quantizer} say; groups of dimensions of which no stage is left are zeros.
     *
     * @param indices {@code [positions x stages of the quantizer]}
     * @param stages number of first stages, all of them unless {@link #quantizer} gave a quantizer of several
     * @param shape of the grid of positions
     */
    public static Latents dequantize(Quantizer quantizer, int[] indices, int stages, int... shape) {
        int all = quantizer.stages();
        if (stages == all) {
            return quantizer.dequantize(indices, shape);
        }
        return switch (quantizer) {
            case ResidualQuantizer residual ->
                new ResidualQuantizer(residual.codebooks().subList(0, stages))
                        .dequantize(stages(indices, all, 0, stages), shape);
            case GroupedQuantizer grouped -> firstGroups(grouped, indices, stages, shape);
            default ->
                throw new IllegalArgumentException("stages is " + stages + ", must be " + all + " for this quantizer");
        };
    }

    private static Latents firstGroups(GroupedQuantizer grouped, int[] indices, int stages, int... shape) {
        int positions = indices.length / grouped.stages();
        float[] values = new float[Math.multiplyExact(positions, grouped.dim())];
        int firstStage = 0;
        int firstDim = 0;
        for (Quantizer group : grouped.groups()) {
            int kept = Math.min(group.stages(), stages - firstStage);
            if (kept < 1) {
                break;
            }
            int[] own = stages(indices, grouped.stages(), firstStage, group.stages());
            Latents part = dequantize(group, own, kept, positions);
            for (int i = 0; i < positions; i++) {
                System.arraycopy(part.data(), i * group.dim(), values, i * grouped.dim() + firstDim, group.dim());
            }
            firstStage += group.stages();
            firstDim += group.dim();
        }
        return Latents.of(shape, grouped.dim(), values);
    }

    /** {@code [positions x kept]}, the stages from {@code first} on, of {@code [positions x stages]}. */
    private static int[] stages(int[] indices, int stages, int first, int kept) {
        int[] some = new int[indices.length / stages * kept];
        for (int i = 0; i < some.length; i++) {
            some[i] = indices[i / kept * stages + first + i % kept];
        }
        return some;
    }

    /** {@code [positions x kept]} of {@code [positions x stages]}. */
    public static int[] firstStages(int[] indices, int stages, int kept) {
        return stages(indices, stages, 0, kept);
    }
}
