package dev.tessera.vqmodels.lowbit;

import dev.tessera.vqmodels.DType;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.util.Arrays;
import java.util.Map;

/** Puts low-bit weights into a model behind {@code prefix}; {@link WeightsReader} undoes it. */
record WeightsWriter(String prefix, ModelFile.Builder tensors, Map<String, Object> config) {
    void write(QuantizedWeights weights) {
        switch (weights) {
            case ScalarWeights w -> writeScalar(w);
            case Vq16Weights w -> {
                writeSize(w.format().formatName(), w);
                config.put(prefix + ".dim", w.dim());
                config.put(prefix + ".rows_per_codebook", w.rowsPerCodebook());
                int books = (w.rows() - 1) / w.rowsPerCodebook() + 1;
                tensors.tensor(
                        prefix + ".codebooks",
                        Tensor.ofHalfFloats(w.codebooks(), books, Vq16Weights.CODEBOOK_SIZE, w.dim()));
                writeCodes(DType.U8, w.packed(), RowTiles.tiles(w.rows()), -1, 16);
                writeScales(w.scales());
            }
            case PqWeights w -> {
                writeSize(w.format().formatName(), w);
                config.put(prefix + ".dim", w.dim());
                config.put(prefix + ".shared", w.shared());
                tensors.tensor(
                        prefix + ".codebooks",
                        Tensor.ofHalfFloats(w.codebooks(), w.shared() ? 1 : w.subspaces(), w.codebookSize(), w.dim()));
                writeCodes(DType.U8, w.packed(), -1, w.rows(), 8);
                writeScales(w.scales());
            }
            case PyramidWeights w -> {
                writeSize(w.format().formatName(), w);
                config.put(prefix + ".dim", w.dim());
                config.put(prefix + ".pulses", w.pulses());
                writeCodes(DType.U8, w.packed(), w.rows(), w.groups(), PyramidWeights.CODE_BYTES);
                writeScales(w.scales());
            }
            case PlaneWeights w -> writePlanes(w);
            case SparseOutlierWeights w -> {
                config.put(prefix + ".format", WeightsFile.OUTLIERS);
                writeDense(w);
                tensors.tensor(prefix + ".row_starts", Tensor.ofInts(w.rowStarts(), w.rowStarts().length));
                int[] columns = w.columns();
                tensors.tensor(
                        prefix + ".columns",
                        w.cols() <= SparseOutlierWeights.SHORT_COLUMNS
                                ? Tensor.ofUnsignedShorts(columns, columns.length)
                                : Tensor.ofInts(columns, columns.length));
                writeHalves(".values", w.stored(), columns.length);
            }
            case LowRankWeights w -> {
                config.put(prefix + ".format", WeightsFile.LOW_RANK);
                writeDense(w);
                writeHalves(".left", w.storedLeft(), w.rows(), w.rank());
                writeHalves(".right", w.storedRight(), w.rank(), w.cols());
            }
            case RotatedWeights w -> {
                config.put(prefix + ".format", WeightsFile.ROTATED);
                writeDense(w);
                byte[] signs = w.rotation().signs();
                tensors.tensor(prefix + ".signs", Tensor.ofUnsignedBytes(signs, signs.length));
            }
        }
    }

    private void writeDense(WrappedWeights weights) {
        new WeightsWriter(WeightsFile.densePrefix(prefix), tensors, config).write(weights.dense());
    }

    private void writeScalar(ScalarWeights weights) {
        ScalarFormat format = weights.scalarFormat();
        writeSize(format.format().formatName(), weights);
        config.put(prefix + ".group_size", format.groupSize());
        config.put(prefix + ".affine", format.affine());
        config.put(prefix + ".scale_type", format.scaleType().typeName());
        writeScales(weights.scales());
        switch (weights) {
            case Int8Weights w -> writeCodes(DType.I8, w.packed(), w.rows(), w.cols());
            case Fp8Weights w -> writeCodes(DType.F8_E4M3, w.packed(), w.rows(), w.cols());
            case IntWeights w -> {
                writeCodes(DType.U8, w.packed(), RowTiles.tiles(w.rows()), -1, w.planes(), 16);
                if (format.affine()) {
                    tensors.tensor(
                            prefix + ".zeros",
                            Tensor.ofUnsignedBytes(
                                    w.zeroCodes(),
                                    RowTiles.tiles(w.rows()),
                                    w.scales().groups(),
                                    16));
                }
            }
            case TernaryWeights w -> writeCodes(DType.U8, w.packed(), RowTiles.tiles(w.rows()), -1, 2, 16);
            case BinaryWeights w -> writeCodes(DType.U8, w.packed(), RowTiles.tiles(w.rows()), -1, 1, 16);
            case Float4Weights w -> writeCodes(DType.U8, w.packed(), RowTiles.tiles(w.rows()), -1, 16);
            case Fp6Weights w -> writeCodes(DType.U8, w.packed(), RowTiles.tiles(w.rows()), -1, 3, 16);
        }
    }

    private void writePlanes(PlaneWeights weights) {
        writeSize(weights.format().formatName(), weights);
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

    private void writeSize(String format, QuantizedWeights weights) {
        config.put(prefix + ".format", format);
        config.put(prefix + ".rows", weights.rows());
        config.put(prefix + ".cols", weights.cols());
    }

    /** @param shape with at most one -1, which stands for what the number of codes leaves */
    private void writeCodes(DType type, byte[] codes, int... shape) {
        int known = Arrays.stream(shape).filter(extent -> extent != -1).reduce(1, (a, b) -> a * b);
        int[] whole = Arrays.stream(shape)
                .map(extent -> extent == -1 ? codes.length / known : extent)
                .toArray();
        tensors.tensor(prefix + ".codes", Tensor.ofBytes(type, codes, whole));
    }

    private void writeScales(GroupScales scales) {
        DType type = scales.type() == ScaleType.HALF ? DType.F16 : DType.U8;
        tensors.tensor(
                prefix + ".scales",
                Tensor.ofBytes(type, scales.codes(), RowTiles.tiles(scales.rows()), scales.groups(), 16));
        tensors.tensor(prefix + ".scale_parameters", Tensor.ofFloats(scales.parameters(), scales.parameters().length));
    }

    private void writeHalves(String name, HalfFloats halves, int... shape) {
        tensors.tensor(prefix + name, Tensor.ofHalfFloats(halves.halves(), shape));
        tensors.tensor(prefix + name + "_unit", Tensor.ofFloats(new float[] {halves.unit()}, 1));
    }
}
