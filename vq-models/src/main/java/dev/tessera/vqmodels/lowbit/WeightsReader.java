package dev.tessera.vqmodels.lowbit;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.DType;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Makes low-bit weights of what {@link WeightsWriter} put behind {@code prefix}. Names of tensors and numbers are behind it.
 *
 * @param depth how many wrappers are around these weights
 */
record WeightsReader(ModelFile file, String prefix, int depth) {
    private static final int DEEPEST = 4;

    QuantizedWeights read() throws CorruptModelException {
        if (depth > DEEPEST) {
            throw new CorruptModelException("weights are nested deeper than " + DEEPEST);
        }
        try {
            return make();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CorruptModelException("the parts '" + prefix + "' make no weights: " + e.getMessage(), e);
        }
    }

    private QuantizedWeights make() throws CorruptModelException {
        String name = string(".format");
        if (name.equals(WeightsFile.OUTLIERS)) {
            QuantizedWeights dense = dense();
            return new SparseOutlierWeights(
                    dense,
                    typed(".row_starts", DType.I32, -1).toInts(),
                    typed(".columns", dense.cols() <= SparseOutlierWeights.SHORT_COLUMNS ? DType.U16 : DType.I32, -1)
                            .toInts(),
                    halves(".values", -1));
        }
        if (name.equals(WeightsFile.LOW_RANK)) {
            QuantizedWeights dense = dense();
            HalfFloats left = halves(".left", dense.rows(), -1);
            int rank = left.values().length / dense.rows();
            return new LowRankWeights(dense, rank, left, halves(".right", rank, dense.cols()));
        }
        if (name.equals(WeightsFile.ROTATED)) {
            QuantizedWeights dense = dense();
            byte[] signs = typed(".signs", DType.U8, -1).toBytes();
            return RotatedWeights.of(dense, new Rotation(dense.cols(), signs));
        }
        WeightFormat format = WeightFormat.ofName(name)
                .orElseThrow(() -> new CorruptModelException("'" + name + "' is no weight format of this build"));
        int rows = size(".rows");
        int cols = size(".cols");
        if ((long) rows * cols > Integer.MAX_VALUE - 16) {
            throw new CorruptModelException(
                    "'" + prefix + "' has " + (long) rows * cols + " weights, must have fewer than 2^31 - 16");
        }
        return switch (format) {
            case VQ16 ->
                new Vq16Weights(
                        rows,
                        cols,
                        integer(".dim"),
                        integer(".rows_per_codebook"),
                        typed(".codebooks", DType.F16, -1, Vq16Weights.CODEBOOK_SIZE, -1)
                                .toFloats(),
                        codes(DType.U8, RowTiles.tiles(rows), -1, 16),
                        scales(ScaleType.HALF, rows, 1));
            case PQ -> {
                Tensor books = typed(".codebooks", DType.F16, -1, -1, integer(".dim"));
                yield new PqWeights(
                        rows,
                        cols,
                        integer(".dim"),
                        books.shape()[1],
                        flag(".shared"),
                        books.toFloats(),
                        codes(DType.U8, -1, rows, 8),
                        scales(ScaleType.HALF, rows, 1));
            }
            case PVQ -> {
                int dim = size(".dim");
                int groups = (cols - 1) / dim + 1;
                yield new PyramidWeights(
                        rows,
                        cols,
                        dim,
                        size(".pulses"),
                        codes(DType.U8, rows, groups, PyramidWeights.CODE_BYTES),
                        scales(ScaleType.HALF, rows, groups));
            }
            case PLANES -> planes(rows, cols);
            default -> scalar(format, rows, cols);
        };
    }

    /** What a wrapper wraps. */
    private QuantizedWeights dense() throws CorruptModelException {
        return new WeightsReader(file, WeightsFile.densePrefix(prefix), depth + 1).read();
    }

    private ScalarWeights scalar(WeightFormat name, int rows, int cols) throws CorruptModelException {
        ScalarFormat format = new ScalarFormat(
                name,
                integer(".group_size"),
                flag(".affine"),
                ScaleType.valueOf(string(".scale_type").toUpperCase(Locale.ROOT)));
        GroupScales scales = scales(format.scaleType(), rows, format.groups(cols));
        return switch (name) {
            case INT8 -> new Int8Weights(format, rows, cols, codes(DType.I8, rows, cols), scales);
            case FP8 -> new Fp8Weights(format, rows, cols, codes(DType.F8_E4M3, rows, cols), scales);
            case INT4, INT3, INT2 -> {
                byte[] codes = codes(DType.U8, RowTiles.tiles(rows), -1, name.codeBits(), 16);
                byte[] zeros = format.affine()
                        ? typed(".zeros", DType.U8, RowTiles.tiles(rows), scales.groups(), 16)
                                .toBytes()
                        : new byte[0];
                yield new IntWeights(format, rows, cols, codes, scales, zeros);
            }
            case TERNARY ->
                new TernaryWeights(format, rows, cols, codes(DType.U8, RowTiles.tiles(rows), -1, 2, 16), scales);
            case BINARY ->
                new BinaryWeights(format, rows, cols, codes(DType.U8, RowTiles.tiles(rows), -1, 1, 16), scales);
            case NF4, FP4, MXFP4, NVFP4 ->
                new Float4Weights(format, rows, cols, codes(DType.U8, RowTiles.tiles(rows), -1, 16), scales);
            case FP6 -> new Fp6Weights(format, rows, cols, codes(DType.U8, RowTiles.tiles(rows), -1, 3, 16), scales);
            case VQ16, PQ, PVQ, PLANES -> throw new IllegalArgumentException(name + " is not scalar");
        };
    }

    private PlaneWeights planes(int rows, int cols) throws CorruptModelException {
        Tensor stored = typed(".signs", DType.U8, -1, rows, (cols - 1) / 8 + 1);
        int planes = stored.shape()[0];
        Tensor leftTensor = typed(".left", DType.F16, planes, rows, -1);
        int rank = leftTensor.shape()[2];
        float[] right = typed(".right", DType.F16, planes, rank, cols).toFloats();
        float[] units = typed(".units", DType.F32, 2 * planes).toFloats();
        float[] left = leftTensor.toFloats();
        byte[] signs = stored.toBytes();
        int signBytes = signs.length / Math.max(1, planes);
        List<PlaneWeights.Plane> all = new ArrayList<>();
        for (int p = 0; p < planes; p++) {
            all.add(new PlaneWeights.Plane(
                    Arrays.copyOfRange(signs, p * signBytes, (p + 1) * signBytes),
                    new HalfFloats(Arrays.copyOfRange(left, p * rows * rank, (p + 1) * rows * rank), units[2 * p]),
                    new HalfFloats(
                            Arrays.copyOfRange(right, p * rank * cols, (p + 1) * rank * cols), units[2 * p + 1])));
        }
        return new PlaneWeights(rows, cols, rank, all);
    }

    private int integer(String name) throws CorruptModelException {
        return file.config().integer(prefix + name);
    }

    private boolean flag(String name) throws CorruptModelException {
        return file.config().flag(prefix + name);
    }

    private String string(String name) throws CorruptModelException {
        return file.config().string(prefix + name);
    }

    private int size(String name) throws CorruptModelException {
        int size = integer(name);
        if (size < 1) {
            throw new CorruptModelException(
                    "the model's configuration has " + prefix + name + " = " + size + ", must be at least 1");
        }
        return size;
    }

    private byte[] codes(DType type, int... shape) throws CorruptModelException {
        return typed(".codes", type, shape).toBytes();
    }

    /** Tensors are looked at before anything of the size of the matrix is made. */
    private GroupScales scales(ScaleType type, int rows, int groups) throws CorruptModelException {
        Tensor codes =
                typed(".scales", type == ScaleType.HALF ? DType.F16 : DType.U8, RowTiles.tiles(rows), groups, 16);
        float[] parameters = typed(".scale_parameters", DType.F32, -1).toFloats();
        return new GroupScales(type, rows, groups, codes.toBytes(), parameters);
    }

    private HalfFloats halves(String name, int... shape) throws CorruptModelException {
        return new HalfFloats(
                typed(name, DType.F16, shape).toFloats(),
                typed(name + "_unit", DType.F32, 1).toFloats()[0]);
    }

    private Tensor typed(String name, DType type, int... shape) throws CorruptModelException {
        Tensor tensor = file.tensor(prefix + name, shape);
        if (tensor.type() != type) {
            throw new CorruptModelException(
                    "the model's tensor '" + prefix + name + "' is " + tensor + ", must be " + type);
        }
        return tensor;
    }
}
