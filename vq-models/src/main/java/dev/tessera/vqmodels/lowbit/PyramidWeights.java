package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.implicit.PyramidEnumeration;
import dev.tessera.codebook.internal.Checks;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Pyramid vector quantization of weights (Fischer 1986; Liguori 2017): {@code dim} consecutive inputs of a row are a scale times a
 * vector of integers whose magnitudes sum to {@code pulses}, stored as its number in {@link PyramidEnumeration}, 64 bits. Where
 * {@code cols} is no multiple of {@code dim}, the last vector reaches beyond it. Immutable.
 */
public final class PyramidWeights implements QuantizedWeights {
    /** Bytes of the number of a vector, little-endian. */
    static final int CODE_BYTES = 8;

    /** Most inputs of a vector, and most pulses. */
    public static final int MOST = 256;

    private final int rows;
    private final int cols;
    private final PyramidEnumeration pyramid;
    private final byte[] packed; // [rows][groups][8]
    private final GroupScales scales;

    /**
     * @param dim in [1, 256]
     * @param pulses in [1, 256], such that there are fewer than 2^63 vectors
     * @param packed numbers of vectors, {@code [rows][groups][8]}
     * @param scales one for every vector, {@link ScaleType#HALF}
     */
    PyramidWeights(int rows, int cols, int dim, int pulses, byte[] packed, GroupScales scales) {
        this.rows = Checks.requireAtLeast(1, rows, "rows");
        this.cols = Checks.requireAtLeast(1, cols, "cols");
        Checks.requireIn(1, MOST, dim, "dim");
        Checks.requireIn(1, MOST, pulses, "pulses");
        this.pyramid = new PyramidEnumeration(dim, pulses);
        BigInteger size = pyramid.size();
        if (size.bitLength() >= Long.SIZE) {
            throw new IllegalArgumentException("dim is " + dim + " and pulses is " + pulses + ", which makes " + size
                    + " vectors, must be fewer than 2^63");
        }
        GroupScales.requireLength("packed", packed.length, (long) rows * groups() * CODE_BYTES);
        scales.checkFits(ScaleType.HALF, rows, groups());
        this.packed = packed;
        this.scales = scales;
        for (int i = 0; i < rows * groups(); i++) {
            if (code(i) < 0 || code(i) >= size.longValueExact()) {
                throw new IllegalArgumentException("code is " + code(i) + ", must be in [0, " + size + ")");
            }
        }
    }

    /**
     * Packs numbers of vectors.
     *
     * @param codes {@code [rows x ceil(cols / dim)]}
     */
    public static PyramidWeights of(int rows, int cols, int dim, int pulses, long[] codes, GroupScales scales) {
        ByteBuffer packed = ByteBuffer.allocate(Math.multiplyExact(codes.length, CODE_BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        packed.asLongBuffer().put(codes);
        return new PyramidWeights(rows, cols, dim, pulses, packed.array(), scales);
    }

    private long code(int vector) {
        return ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).getLong(vector * CODE_BYTES);
    }

    /** Inputs of a vector. */
    public int dim() {
        return pyramid.dim();
    }

    /** The sum of magnitudes of a vector. */
    public int pulses() {
        return pyramid.pulses();
    }

    /** Vectors of a row. */
    public int groups() {
        return (cols - 1) / dim() + 1;
    }

    byte[] packed() {
        return packed;
    }

    GroupScales scales() {
        return scales;
    }

    @Override
    public WeightFormat format() {
        return WeightFormat.PVQ;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int cols() {
        return cols;
    }

    @Override
    public long bytes() {
        return packed.length + scales.bytes();
    }

    @Override
    public void dequantizeRow(int row, float[] target, int offset) {
        for (int group = 0; group < groups(); group++) {
            int[] vector = pyramid.vector(BigInteger.valueOf(code(row * groups() + group)));
            float scale = scales.get(row, group);
            for (int i = 0; i < vector.length && group * vector.length + i < cols; i++) {
                target[offset + group * vector.length + i] = scale * vector[i];
            }
        }
    }
}
