package dev.tessera.vqmodels;

import dev.tessera.codebook.AdditiveQuantizer;
import dev.tessera.codebook.AdditiveSearch;
import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.EcvqQuantizer;
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

    /** Random numbers that a file can ask for: 2^24 draws take about a second. */
    private static final long MOST_RANDOM = 1 << 24;

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
            case RESIDUAL_QUANTIZER -> new ResidualQuantizer(codebooks(prefix, depth));
            case PRODUCT_QUANTIZER -> new ProductQuantizer(codebooks(prefix, depth));
            case SPHERICAL_QUANTIZER ->
                new SphericalQuantizer(
                        CodebookFile.codebook(file, prefix + ".search"), CodebookFile.codebook(file, prefix, 0));
            case ECVQ_QUANTIZER ->
                new EcvqQuantizer(
                        CodebookFile.codebook(file, prefix, 0),
                        floats(prefix + ".rates"),
                        config.number(prefix + ".lambda"));
            case PALETTE_QUANTIZER -> new PaletteQuantizer(bytes(prefix + ".srgb"));
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
                        codebooks(prefix, depth),
                        new AdditiveSearch(
                                count(prefix + ".beam_width"),
                                number(prefix + ".rounds", 0),
                                count(prefix + ".perturbed"),
                                count(prefix + ".sweeps"),
                                config.longInteger(prefix + ".seed")));
            case PROJECTED_QUANTIZER -> {
                Quantizer inner = nested(prefix + ".inner", depth + 1);
                float[] outBias = floats(prefix + ".out.bias");
                int dim = outBias.length;
                yield new ProjectedQuantizer(
                        dim,
                        matrix(prefix + ".in.weight", inner.dim(), dim),
                        floats(prefix + ".in.bias"),
                        inner,
                        matrix(prefix + ".out.weight", dim, inner.dim()),
                        outBias);
            }
            case ROTATED_QUANTIZER -> {
                Quantizer inner = nested(prefix + ".inner", depth + 1);
                yield new RotatedQuantizer(
                        matrix(prefix + ".rotation", inner.dim(), inner.dim()), floats(prefix + ".mean"), inner);
            }
            case FINITE_SCALAR_QUANTIZER ->
                new FiniteScalarQuantizer(
                        integers(prefix + ".levels"),
                        FiniteScalarQuantizer.Bound.valueOf(config.string(prefix + ".bound")));
            case RESIDUAL_FSQ ->
                new ResidualFsq(
                        integers(prefix + ".levels"), count(prefix + ".stages"), config.flag(prefix + ".soft_clamp"));
            case SCALAR_QUANTIZER ->
                new ScalarQuantizer(integers(prefix + ".bits"), floats(prefix + ".low"), floats(prefix + ".step"));
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
                float[] mean = floats(prefix + ".mean");
                int projectedDim = count(prefix + ".projected_dim");
                long random = ((long) table.codebookSize() + mean.length) * projectedDim;
                if (random > MOST_RANDOM) {
                    throw new CorruptModelException(
                            "the model asks for " + random + " random numbers, must be at most " + MOST_RANDOM);
                }
                yield new RandomProjectionQuantizer(
                        new RandomProjection(
                                config.longInteger(prefix + ".seed"),
                                table.codebookSize(),
                                projectedDim,
                                mean,
                                floats(prefix + ".scale")),
                        table);
            }
            case RABIT_QUANTIZER ->
                new RaBitQuantizer(
                        floats(prefix + ".centre"), floats(prefix + ".gains"), config.longInteger(prefix + ".seed"));
        };
    }

    /** The outermost quantizer of a file of the first kind has only the number of its stages. */
    private List<Codebook> codebooks(String prefix, int depth) throws CorruptModelException {
        String name = prefix + ".codebooks";
        boolean first = depth == 0 && !config.has(name);
        return CodebookFile.codebooks(file, prefix, count(first ? "num_stages" : name));
    }

    private int count(String name) throws CorruptModelException {
        return number(name, 1);
    }

    private int number(String name, int least) throws CorruptModelException {
        int number = config.integer(name);
        if (number < least || number > MOST) {
            throw new CorruptModelException("the model's configuration has " + name + " = " + number + ", must be in ["
                    + least + ", " + MOST + "]");
        }
        return number;
    }

    /** One number a dimension. */
    private int[] integers(String name) throws CorruptModelException {
        int[] integers = config.integers(name);
        if (integers.length > MOST) {
            throw new CorruptModelException("the model's configuration has " + integers.length + " numbers in " + name
                    + ", must have at most " + MOST);
        }
        return integers;
    }

    private BitOrder bitOrder(String prefix) throws CorruptModelException {
        return BitOrder.valueOf(config.string(prefix + ".bit_order"));
    }

    private float[] floats(String name) throws CorruptModelException {
        return file.tensor(name, -1).toFloats();
    }

    private float[] matrix(String name, int rows, int columns) throws CorruptModelException {
        return file.tensor(name, rows, columns).toFloats();
    }

    private byte[] bytes(String name) throws CorruptModelException {
        Tensor tensor = file.tensor(name, -1, 3);
        if (tensor.type() != DType.U8) {
            throw new CorruptModelException("the model's tensor '" + name + "' is " + tensor + ", must be U8");
        }
        return tensor.toBytes();
    }
}
