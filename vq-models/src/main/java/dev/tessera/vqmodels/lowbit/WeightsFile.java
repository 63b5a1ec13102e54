package dev.tessera.vqmodels.lowbit;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.DType;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Low-bit weights in model files: tensors and configuration behind a prefix, as docs/formats/weights.md lays them out.
 * What is read has
 * the same bits as what was written.
 */
public final class WeightsFile {
    private static final String OUTLIERS = "outliers";
    private static final String LOW_RANK = "low_rank";
    private static final String ROTATED = "rotated";
    private static final String DENSE = ".dense";
    private static final int DEEPEST = 4;

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
        switch (weights) {
            case ScalarWeights w -> writeScalar(prefix, w, tensors, config);
            case Vq16Weights w -> {
                writeSize(prefix, w.format().formatName(), w, config);
                config.put(prefix + ".dim", w.dim());
                config.put(prefix + ".rows_per_codebook", w.rowsPerCodebook());
                int books = (w.rows() - 1) / w.rowsPerCodebook() + 1;
                tensors.tensor(
                        prefix + ".codebooks",
                        Tensor.ofHalfFloats(w.codebooks(), books, Vq16Weights.CODEBOOK_SIZE, w.dim()));
                writeCodes(prefix, DType.U8, w.packed(), tensors, (w.rows() + 15) / 16, -1, 16);
                writeScales(prefix, w.scales(), tensors);
            }
            case PqWeights w -> {
                writeSize(prefix, w.format().formatName(), w, config);
                config.put(prefix + ".dim", w.dim());
                config.put(prefix + ".shared", w.shared());
                tensors.tensor(
                        prefix + ".codebooks",
                        Tensor.ofHalfFloats(w.codebooks(), w.shared() ? 1 : w.subspaces(), w.codebookSize(), w.dim()));
                writeCodes(prefix, DType.U8, w.packed(), tensors, -1, w.rows(), 8);
                writeScales(prefix, w.scales(), tensors);
            }
            case PyramidWeights w -> {
                writeSize(prefix, w.format().formatName(), w, config);
                config.put(prefix + ".dim", w.dim());
                config.put(prefix + ".pulses", w.pulses());
                writeCodes(prefix, DType.U8, w.packed(), tensors, w.rows(), w.groups(), PyramidWeights.CODE_BYTES);
                writeScales(prefix, w.scales(), tensors);
            }
            case PlaneWeights w -> writePlanes(prefix, w, tensors, config);
            case SparseOutlierWeights w -> {
                config.put(prefix + ".format", OUTLIERS);
                write(prefix + DENSE, w.dense(), tensors, config);
                tensors.tensor(prefix + ".row_starts", Tensor.ofInts(w.rowStarts(), w.rowStarts().length));
                int[] columns = w.columns();
                tensors.tensor(
                        prefix + ".columns",
                        w.cols() <= SparseOutlierWeights.SHORT_COLUMNS
                                ? Tensor.ofUnsignedShorts(columns, columns.length)
                                : Tensor.ofInts(columns, columns.length));
                writeHalves(prefix + ".values", w.stored(), tensors, columns.length);
            }
            case LowRankWeights w -> {
                config.put(prefix + ".format", LOW_RANK);
                write(prefix + DENSE, w.dense(), tensors, config);
                writeHalves(prefix + ".left", w.storedLeft(), tensors, w.rows(), w.rank());
                writeHalves(prefix + ".right", w.storedRight(), tensors, w.rank(), w.cols());
            }
            case RotatedWeights w -> {
                config.put(prefix + ".format", ROTATED);
                write(prefix + DENSE, w.dense(), tensors, config);
                byte[] signs = w.rotation().signs();
                tensors.tensor(prefix + ".signs", Tensor.ofUnsignedBytes(signs, signs.length));
            }
        }
    }

    private static void writeScalar(
            String prefix, ScalarWeights weights, ModelFile.Builder tensors, Map<String, Object> config) {
        ScalarFormat format = weights.scalarFormat();
        writeSize(prefix, format.format().formatName(), weights, config);
        config.put(prefix + ".group_size", format.groupSize());
        config.put(prefix + ".affine", format.affine());
        config.put(prefix + ".scale_type", format.scaleType().typeName());
        writeScales(prefix, weights.scales(), tensors);
        switch (weights) {
            case Int8Weights w -> writeCodes(prefix, DType.I8, w.packed(), tensors, w.rows(), w.cols());
            case Fp8Weights w -> writeCodes(prefix, DType.F8_E4M3, w.packed(), tensors, w.rows(), w.cols());
            case IntWeights w -> {
                writeCodes(prefix, DType.U8, w.packed(), tensors, (w.rows() + 15) / 16, -1, w.planes(), 16);
                if (format.affine()) {
                    tensors.tensor(
                            prefix + ".zeros",
                            Tensor.ofUnsignedBytes(
                                    w.zeroCodes(),
                                    (w.rows() + 15) / 16,
                                    w.scales().groups(),
                                    16));
                }
            }
            case TernaryWeights w -> writeCodes(prefix, DType.U8, w.packed(), tensors, (w.rows() + 15) / 16, -1, 2, 16);
            case BinaryWeights w -> writeCodes(prefix, DType.U8, w.packed(), tensors, (w.rows() + 15) / 16, -1, 1, 16);
            case Float4Weights w -> writeCodes(prefix, DType.U8, w.packed(), tensors, (w.rows() + 15) / 16, -1, 16);
            case Fp6Weights w -> writeCodes(prefix, DType.U8, w.packed(), tensors, (w.rows() + 15) / 16, -1, 3, 16);
        }
    }

    private static void writePlanes(
            String prefix, PlaneWeights weights, ModelFile.Builder tensors, Map<String, Object> config) {
        writeSize(prefix, weights.format().formatName(), weights, config);
        int planes = weights.planes();
        int rows = weights.rows();
        int cols = weights.cols();
        int rank = weights.rank();
        byte[] signs = new byte[planes * rows * ((cols + 7) / 8)];
        float[] left = new float[planes * rows * rank];
        float[] right = new float[planes * rank * cols];
        float[] units = new float[2 * planes];
        for (int p = 0; p < planes; p++) {
            PlaneWeights.Plane plane = weights.stored().get(p);
            System.arraycopy(plane.signs(), 0, signs, p * plane.signs().length, plane.signs().length);
            System.arraycopy(plane.left().halves(), 0, left, p * rows * rank, rows * rank);
            System.arraycopy(plane.right().halves(), 0, right, p * rank * cols, rank * cols);
            units[2 * p] = plane.left().unit();
            units[2 * p + 1] = plane.right().unit();
        }
        tensors.tensor(prefix + ".signs", Tensor.ofUnsignedBytes(signs, planes, rows, (cols + 7) / 8));
        tensors.tensor(prefix + ".left", Tensor.ofHalfFloats(left, planes, rows, rank));
        tensors.tensor(prefix + ".right", Tensor.ofHalfFloats(right, planes, rank, cols));
        tensors.tensor(prefix + ".units", Tensor.ofFloats(units, units.length));
    }

    private static PlaneWeights planes(ModelFile file, String prefix, int rows, int cols) throws CorruptModelException {
        Tensor stored = typed(file, prefix + ".signs", DType.U8, -1, rows, (cols - 1) / 8 + 1);
        int planes = stored.shape()[0];
        Tensor leftTensor = typed(file, prefix + ".left", DType.F16, planes, rows, -1);
        int rank = leftTensor.shape()[2];
        float[] right =
                typed(file, prefix + ".right", DType.F16, planes, rank, cols).toFloats();
        float[] units = typed(file, prefix + ".units", DType.F32, 2 * planes).toFloats();
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

    private static void writeSize(String prefix, String format, QuantizedWeights weights, Map<String, Object> config) {
        config.put(prefix + ".format", format);
        config.put(prefix + ".rows", weights.rows());
        config.put(prefix + ".cols", weights.cols());
    }

    /** @param shape with at most one -1, which stands for what the number of codes leaves */
    private static void writeCodes(String prefix, DType type, byte[] codes, ModelFile.Builder tensors, int... shape) {
        int known = Arrays.stream(shape).filter(extent -> extent != -1).reduce(1, (a, b) -> a * b);
        int[] whole = Arrays.stream(shape)
                .map(extent -> extent == -1 ? codes.length / known : extent)
                .toArray();
        tensors.tensor(prefix + ".codes", Tensor.ofBytes(type, codes, whole));
    }

    private static void writeScales(String prefix, GroupScales scales, ModelFile.Builder tensors) {
        DType type = scales.type() == ScaleType.HALF ? DType.F16 : DType.U8;
        tensors.tensor(
                prefix + ".scales",
                Tensor.ofBytes(type, scales.codes(), (scales.rows() + 15) / 16, scales.groups(), 16));
        tensors.tensor(prefix + ".scale_parameters", Tensor.ofFloats(scales.parameters(), scales.parameters().length));
    }

    private static void writeHalves(String name, HalfFloats halves, ModelFile.Builder tensors, int... shape) {
        tensors.tensor(name, Tensor.ofHalfFloats(halves.halves(), shape));
        tensors.tensor(name + "_unit", Tensor.ofFloats(new float[] {halves.unit()}, 1));
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
        return read(file, prefix, 0);
    }

    private static QuantizedWeights read(ModelFile file, String prefix, int depth) throws CorruptModelException {
        if (depth > DEEPEST) {
            throw new CorruptModelException("weights are nested deeper than " + DEEPEST);
        }
        try {
            return make(file, prefix, depth);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CorruptModelException("the parts '" + prefix + "' make no weights: " + e.getMessage(), e);
        }
    }

    private static QuantizedWeights make(ModelFile file, String prefix, int depth) throws CorruptModelException {
        String name = file.config().string(prefix + ".format");
        if (name.equals(OUTLIERS)) {
            QuantizedWeights dense = read(file, prefix + DENSE, depth + 1);
            return new SparseOutlierWeights(
                    dense,
                    typed(file, prefix + ".row_starts", DType.I32, -1).toInts(),
                    typed(
                                    file,
                                    prefix + ".columns",
                                    dense.cols() <= SparseOutlierWeights.SHORT_COLUMNS ? DType.U16 : DType.I32,
                                    -1)
                            .toInts(),
                    halves(file, prefix + ".values", -1));
        }
        if (name.equals(LOW_RANK)) {
            QuantizedWeights dense = read(file, prefix + DENSE, depth + 1);
            HalfFloats left = halves(file, prefix + ".left", dense.rows(), -1);
            int rank = left.values().length / dense.rows();
            return new LowRankWeights(dense, rank, left, halves(file, prefix + ".right", rank, dense.cols()));
        }
        if (name.equals(ROTATED)) {
            QuantizedWeights dense = read(file, prefix + DENSE, depth + 1);
            byte[] signs = typed(file, prefix + ".signs", DType.U8, -1).toBytes();
            return RotatedWeights.of(dense, new Rotation(dense.cols(), signs));
        }
        WeightFormat format = WeightFormat.ofName(name)
                .orElseThrow(() -> new CorruptModelException("'" + name + "' is no weight format of this build"));
        ModelConfig config = file.config();
        int rows = size(config, prefix + ".rows");
        int cols = size(config, prefix + ".cols");
        if ((long) rows * cols > Integer.MAX_VALUE - 16) {
            throw new CorruptModelException(
                    "'" + prefix + "' has " + (long) rows * cols + " weights, must have fewer than 2^31 - 16");
        }
        return switch (format) {
            case VQ16 ->
                new Vq16Weights(
                        rows,
                        cols,
                        config.integer(prefix + ".dim"),
                        config.integer(prefix + ".rows_per_codebook"),
                        typed(file, prefix + ".codebooks", DType.F16, -1, Vq16Weights.CODEBOOK_SIZE, -1)
                                .toFloats(),
                        codes(file, prefix, DType.U8, tiles(rows), -1, 16),
                        scales(file, prefix, ScaleType.HALF, rows, 1));
            case PQ -> {
                Tensor books = typed(file, prefix + ".codebooks", DType.F16, -1, -1, config.integer(prefix + ".dim"));
                yield new PqWeights(
                        rows,
                        cols,
                        config.integer(prefix + ".dim"),
                        books.shape()[1],
                        config.flag(prefix + ".shared"),
                        books.toFloats(),
                        codes(file, prefix, DType.U8, -1, rows, 8),
                        scales(file, prefix, ScaleType.HALF, rows, 1));
            }
            case PVQ -> {
                int dim = size(config, prefix + ".dim");
                int groups = (cols - 1) / dim + 1;
                yield new PyramidWeights(
                        rows,
                        cols,
                        dim,
                        size(config, prefix + ".pulses"),
                        codes(file, prefix, DType.U8, rows, groups, PyramidWeights.CODE_BYTES),
                        scales(file, prefix, ScaleType.HALF, rows, groups));
            }
            case PLANES -> planes(file, prefix, rows, cols);
            default -> scalar(file, prefix, format, rows, cols);
        };
    }

    private static ScalarWeights scalar(ModelFile file, String prefix, WeightFormat name, int rows, int cols)
            throws CorruptModelException {
        ScalarFormat format = new ScalarFormat(
                name,
                file.config().integer(prefix + ".group_size"),
                file.config().flag(prefix + ".affine"),
                ScaleType.valueOf(file.config().string(prefix + ".scale_type").toUpperCase(Locale.ROOT)));
        GroupScales scales = scales(file, prefix, format.scaleType(), rows, format.groups(cols));
        return switch (name) {
            case INT8 -> new Int8Weights(format, rows, cols, codes(file, prefix, DType.I8, rows, cols), scales);
            case FP8 -> new Fp8Weights(format, rows, cols, codes(file, prefix, DType.F8_E4M3, rows, cols), scales);
            case INT4, INT3, INT2 -> {
                byte[] codes = codes(file, prefix, DType.U8, tiles(rows), -1, name.codeBits(), 16);
                byte[] zeros = format.affine()
                        ? typed(file, prefix + ".zeros", DType.U8, tiles(rows), scales.groups(), 16)
                                .toBytes()
                        : new byte[0];
                yield new IntWeights(format, rows, cols, codes, scales, zeros);
            }
            case TERNARY ->
                new TernaryWeights(format, rows, cols, codes(file, prefix, DType.U8, tiles(rows), -1, 2, 16), scales);
            case BINARY ->
                new BinaryWeights(format, rows, cols, codes(file, prefix, DType.U8, tiles(rows), -1, 1, 16), scales);
            case NF4, FP4, MXFP4, NVFP4 ->
                new Float4Weights(format, rows, cols, codes(file, prefix, DType.U8, tiles(rows), -1, 16), scales);
            case FP6 ->
                new Fp6Weights(format, rows, cols, codes(file, prefix, DType.U8, tiles(rows), -1, 3, 16), scales);
            case VQ16, PQ, PVQ, PLANES -> throw new IllegalArgumentException(name + " is not scalar");
        };
    }

    private static int tiles(int rows) {
        return (rows - 1) / 16 + 1;
    }

    private static int size(ModelConfig config, String name) throws CorruptModelException {
        int size = config.integer(name);
        if (size < 1) {
            throw new CorruptModelException(
                    "the model's configuration has " + name + " = " + size + ", must be at least 1");
        }
        return size;
    }

    private static byte[] codes(ModelFile file, String prefix, DType type, int... shape) throws CorruptModelException {
        return typed(file, prefix + ".codes", type, shape).toBytes();
    }

    /** Tensors are looked at before anything of the size of the matrix is made. */
    private static GroupScales scales(ModelFile file, String prefix, ScaleType type, int rows, int groups)
            throws CorruptModelException {
        Tensor codes =
                typed(file, prefix + ".scales", type == ScaleType.HALF ? DType.F16 : DType.U8, tiles(rows), groups, 16);
        float[] parameters =
                typed(file, prefix + ".scale_parameters", DType.F32, -1).toFloats();
        return new GroupScales(type, rows, groups, codes.toBytes(), parameters);
    }

    private static HalfFloats halves(ModelFile file, String name, int... shape) throws CorruptModelException {
        return new HalfFloats(
                typed(file, name, DType.F16, shape).toFloats(),
                typed(file, name + "_unit", DType.F32, 1).toFloats()[0]);
    }

    private static Tensor typed(ModelFile file, String name, DType type, int... shape) throws CorruptModelException {
        Tensor tensor = file.tensor(name, shape);
        if (tensor.type() != type) {
            throw new CorruptModelException("the model's tensor '" + name + "' is " + tensor + ", must be " + type);
        }
        return tensor;
    }
}
