package dev.tessera.vqmodels;

import dev.tessera.codebook.AdditiveQuantizer;
import dev.tessera.codebook.AdditiveSearch;
import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.EcvqQuantizer;
import dev.tessera.codebook.FactorizedQuantizer;
import dev.tessera.codebook.GroupedQuantizer;
import dev.tessera.codebook.PaletteQuantizer;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.ProjectedQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.RotatedQuantizer;
import dev.tessera.codebook.SphericalQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.implicit.BinarySphericalQuantizer;
import dev.tessera.codebook.implicit.BitOrder;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import dev.tessera.codebook.implicit.LatentQuantizer;
import dev.tessera.codebook.implicit.LookupFreeQuantizer;
import dev.tessera.codebook.implicit.PyramidVectorQuantizer;
import dev.tessera.codebook.implicit.RaBitQuantizer;
import dev.tessera.codebook.implicit.RandomProjection;
import dev.tessera.codebook.implicit.RandomProjectionQuantizer;
import dev.tessera.codebook.implicit.ResidualFsq;
import dev.tessera.codebook.implicit.ScalarQuantizer;
import java.util.ArrayList;
import java.util.List;

/** Puts quantizers together from what {@link QuantizerWriter} wrote. */
final class QuantizerReader {
    /** Dimensions and counts that a file can claim without a tensor behind them. */
    private static final int MOST = 1 << 16;

    private static final int MOST_PROJECTED = 1 << 26;
    private static final int DEEPEST = 8;

    private final ModelFile file;
    private final ModelConfig config;

    QuantizerReader(ModelFile file) {
        this.file = file;
        this.config = file.config();
    }

    Quantizer read(String prefix, QuantizerType type) throws CorruptModelException {
        return read(prefix, type, 0);
    }

    private Quantizer nested(String prefix, int depth) throws CorruptModelException {
        if (depth > DEEPEST) {
            throw new CorruptModelException("quantizers are nested deeper than " + DEEPEST);
        }
        return read(prefix, QuantizerType.ofFileName(config.string(prefix + ".type")), depth);
    }

    private Quantizer read(String prefix, QuantizerType type, int depth) throws CorruptModelException {
        try {
            return make(prefix, type, depth);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CorruptModelException(
                    "the parts '" + prefix + "' make no " + type.fileName() + ": " + e.getMessage(), e);
        }
    }

    private Quantizer make(String prefix, QuantizerType type, int depth) throws CorruptModelException {
        return switch (type) {
            case VECTOR_QUANTIZER -> new VectorQuantizer(CodebookFile.codebook(file, prefix, 0));
            case RESIDUAL_QUANTIZER -> new ResidualQuantizer(codebooks(prefix));
            case PRODUCT_QUANTIZER -> new ProductQuantizer(codebooks(prefix));
            case SPHERICAL_QUANTIZER ->
                new SphericalQuantizer(
                        CodebookFile.codebook(file, prefix + ".search"), CodebookFile.codebook(file, prefix, 0));
            case ECVQ_QUANTIZER ->
                new EcvqQuantizer(
                        CodebookFile.codebook(file, prefix, 0),
                        floats(prefix + ".rates"),
                        config.number(prefix + ".lambda"));
            case PALETTE_QUANTIZER ->
                new PaletteQuantizer(file.tensor(prefix + ".srgb", -1, 3).toBytes());
            case GROUPED_QUANTIZER -> {
                List<Quantizer> groups = new ArrayList<>();
                int count = count(prefix + ".groups");
                for (int g = 0; g < count; g++) {
                    groups.add(nested(prefix + ".group" + g, depth + 1));
                }
                yield new GroupedQuantizer(groups);
            }
            case ADDITIVE_QUANTIZER ->
                new AdditiveQuantizer(
                        codebooks(prefix),
                        new AdditiveSearch(
                                count(prefix + ".beam_width"),
                                config.integer(prefix + ".rounds"),
                                config.integer(prefix + ".perturbed"),
                                config.integer(prefix + ".sweeps"),
                                config.longInteger(prefix + ".seed")));
            case PROJECTED_QUANTIZER -> {
                float[] outBias = floats(prefix + ".out.bias");
                yield new ProjectedQuantizer(
                        outBias.length,
                        matrix(prefix + ".in.weight"),
                        floats(prefix + ".in.bias"),
                        nested(prefix + ".inner", depth + 1),
                        matrix(prefix + ".out.weight"),
                        outBias);
            }
            case ROTATED_QUANTIZER ->
                new RotatedQuantizer(
                        matrix(prefix + ".rotation"), floats(prefix + ".mean"), nested(prefix + ".inner", depth + 1));
            case FACTORIZED_QUANTIZER ->
                new FactorizedQuantizer(
                        matrix(prefix + ".in.weight"),
                        floats(prefix + ".in.bias"),
                        CodebookFile.codebook(file, prefix, 0),
                        config.flag(prefix + ".normalized"),
                        matrix(prefix + ".out.weight"),
                        floats(prefix + ".out.bias"));
            case FINITE_SCALAR_QUANTIZER ->
                new FiniteScalarQuantizer(
                        config.integers(prefix + ".levels"),
                        FiniteScalarQuantizer.Bound.valueOf(config.string(prefix + ".bound")));
            case RESIDUAL_FSQ ->
                new ResidualFsq(
                        config.integers(prefix + ".levels"),
                        count(prefix + ".stages"),
                        config.flag(prefix + ".soft_clamp"));
            case SCALAR_QUANTIZER ->
                new ScalarQuantizer(
                        config.integers(prefix + ".bits"), floats(prefix + ".low"), floats(prefix + ".step"));
            case LOOKUP_FREE_QUANTIZER ->
                new LookupFreeQuantizer(
                        count(prefix + ".dim"),
                        file.tensor(prefix + ".scale", 1).toFloats()[0],
                        bitOrder(prefix));
            case BINARY_SPHERICAL_QUANTIZER -> new BinarySphericalQuantizer(count(prefix + ".dim"), bitOrder(prefix));
            case LATENT_QUANTIZER -> {
                float[][] values = new float[count(prefix + ".dim")][];
                for (int d = 0; d < values.length; d++) {
                    values[d] = floats(prefix + ".values" + d);
                }
                yield new LatentQuantizer(values);
            }
            case PYRAMID_VECTOR_QUANTIZER ->
                new PyramidVectorQuantizer(
                        count(prefix + ".dim"), count(prefix + ".pulses"), floats(prefix + ".gains"));
            case RANDOM_PROJECTION_QUANTIZER -> {
                Codebook table = CodebookFile.codebook(file, prefix, 0);
                if ((long) table.codebookSize() * count(prefix + ".projected_dim") > MOST_PROJECTED) {
                    throw new CorruptModelException(
                            "the model's random codebook would have more than " + MOST_PROJECTED + " values");
                }
                yield new RandomProjectionQuantizer(
                        new RandomProjection(
                                config.longInteger(prefix + ".seed"),
                                table.codebookSize(),
                                count(prefix + ".projected_dim"),
                                floats(prefix + ".mean"),
                                floats(prefix + ".scale")),
                        table);
            }
            case RABIT_QUANTIZER ->
                new RaBitQuantizer(
                        floats(prefix + ".centre"), floats(prefix + ".gains"), config.longInteger(prefix + ".seed"));
        };
    }

    /** The outermost quantizer of a file of the first kind has only the number of its stages. */
    private List<Codebook> codebooks(String prefix) throws CorruptModelException {
        String name = prefix + ".codebooks";
        return CodebookFile.codebooks(file, prefix, count(config.has(name) ? name : "num_stages"));
    }

    private int count(String name) throws CorruptModelException {
        int count = config.integer(name);
        if (count < 1 || count > MOST) {
            throw new CorruptModelException(
                    "the model's configuration has " + name + " = " + count + ", must be in [1, " + MOST + "]");
        }
        return count;
    }

    private BitOrder bitOrder(String prefix) throws CorruptModelException {
        return BitOrder.valueOf(config.string(prefix + ".bit_order"));
    }

    private float[] floats(String name) throws CorruptModelException {
        return file.tensor(name, -1).toFloats();
    }

    private float[] matrix(String name) throws CorruptModelException {
        return file.tensor(name, -1, -1).toFloats();
    }
}
