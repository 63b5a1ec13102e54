package dev.tessera.codebook.implicit;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * A number system with a radix of its own for every digit; the first digit is the least significant. Joins digits to one
 * index, sum over j of digit[j] x (radix[0] x ... x radix[j-1]), and splits it again, exactly. Immutable.
 *
 * <p>A quantizer whose index does not fit an int gives several: {@link #grouped()} joins consecutive digits to as few
 * stages as possible, each with at most 2^31 - 1 values. The joint index of the digits is the joint index of the stages:
 * {@code grouped().joinBig(stageIndices)}.
 */
public final class MixedRadix {
    private final int[] radices;
    private final BigInteger size;
    private final int[] stageEnds; // stage s joins the digits [stageEnds[s - 1], stageEnds[s])
    private final int[] stageSizes;

    private MixedRadix(int[] radices) {
        this.radices = radices;
        BigInteger product = BigInteger.ONE;
        for (int radix : radices) {
            product = product.multiply(BigInteger.valueOf(radix));
        }
        this.size = product;
        int[] ends = new int[radices.length];
        int[] sizes = new int[radices.length];
        int stages = 0;
        long stageSize = 1;
        for (int j = 0; j < radices.length; j++) {
            if (stageSize * radices[j] > Integer.MAX_VALUE) { // taking as many digits as fit gives the fewest stages
                ends[stages] = j;
                sizes[stages++] = (int) stageSize;
                stageSize = 1;
            }
            stageSize *= radices[j];
        }
        ends[stages] = radices.length;
        sizes[stages++] = (int) stageSize;
        this.stageEnds = Arrays.copyOf(ends, stages);
        this.stageSizes = Arrays.copyOf(sizes, stages);
    }

    /** The system with {@code radices}, each at least 1, at least one of them. */
    public static MixedRadix of(int... radices) {
        if (radices.length < 1) {
            throw new IllegalArgumentException("radices is empty, there must be at least 1 digit");
        }
        for (int j = 0; j < radices.length; j++) {
            if (radices[j] < 1) {
                throw new IllegalArgumentException("radix " + j + " is " + radices[j] + ", must be at least 1");
            }
        }
        return new MixedRadix(radices.clone());
    }

    /** Number of values of each digit, least significant first. */
    public int[] radices() {
        return radices.clone();
    }

    /** Number of digits. */
    public int digits() {
        return radices.length;
    }

    /** Number of joint indices, the product of the radices. */
    public BigInteger size() {
        return size;
    }

    /** Whether every joint index fits a long: {@link #size()} is below 2^63. */
    public boolean fitsLong() {
        return size.bitLength() < Long.SIZE;
    }

    /** Number of values of each stage. */
    public int[] stageSizes() {
        return stageSizes.clone();
    }

    /** The system whose digits are the stages. */
    public MixedRadix grouped() {
        return new MixedRadix(stageSizes);
    }

    /**
     * The joint index of {@code digits}.
     *
     * @throws ArithmeticException when {@link #fitsLong()} is false
     */
    public long join(int... digits) {
        checkDigits(digits);
        requireLong();
        long index = 0;
        for (int j = radices.length - 1; j >= 0; j--) {
            index = index * radices[j] + digits[j];
        }
        return index;
    }

    /** The joint index of {@code digits}, whatever its size. */
    public BigInteger joinBig(int... digits) {
        checkDigits(digits);
        BigInteger index = BigInteger.ZERO;
        for (int j = radices.length - 1; j >= 0; j--) {
            index = index.multiply(BigInteger.valueOf(radices[j])).add(BigInteger.valueOf(digits[j]));
        }
        return index;
    }

    /**
     * The digits of a joint index.
     *
     * @param index in {@code [0, size())}
     * @throws ArithmeticException when {@link #fitsLong()} is false
     */
    public int[] split(long index) {
        requireLong();
        if (index < 0 || index >= size.longValueExact()) {
            throw new IllegalArgumentException("index is " + index + ", must be in [0, " + size + ")");
        }
        int[] digits = new int[radices.length];
        long rest = index;
        for (int j = 0; j < radices.length; j++) {
            digits[j] = (int) (rest % radices[j]);
            rest /= radices[j];
        }
        return digits;
    }

    /** {@link #split(long)} for any size. */
    public int[] split(BigInteger index) {
        if (index.signum() < 0 || index.compareTo(size) >= 0) {
            throw new IllegalArgumentException("index is " + index + ", must be in [0, " + size + ")");
        }
        int[] digits = new int[radices.length];
        BigInteger rest = index;
        for (int j = 0; j < radices.length; j++) {
            BigInteger[] parts = rest.divideAndRemainder(BigInteger.valueOf(radices[j]));
            digits[j] = parts[1].intValueExact();
            rest = parts[0];
        }
        return digits;
    }

    /** Writes one index per stage to {@code indices[offset ..]}; the digits are not checked. */
    void joinStages(int[] digits, int[] indices, int offset) {
        int j = radices.length - 1;
        for (int s = stageEnds.length - 1; s >= 0; s--) {
            int begin = s == 0 ? 0 : stageEnds[s - 1];
            int index = 0;
            for (; j >= begin; j--) {
                index = index * radices[j] + digits[j];
            }
            indices[offset + s] = index;
        }
    }

    /** Inverse of {@link #joinStages}; the indices are checked. */
    void splitStages(int[] indices, int offset, int[] digits) {
        int j = 0;
        for (int s = 0; s < stageEnds.length; s++) {
            int rest = indices[offset + s];
            if (rest < 0 || rest >= stageSizes[s]) {
                throw new IllegalArgumentException(
                        "index " + (offset + s) + " is " + rest + ", must be in [0, " + stageSizes[s] + ")");
            }
            for (; j < stageEnds[s]; j++) {
                digits[j] = rest % radices[j];
                rest /= radices[j];
            }
        }
    }

    private void requireLong() {
        if (!fitsLong()) {
            throw new ArithmeticException("there are " + size + " joint indices, a long holds less than 2^63");
        }
    }

    private void checkDigits(int[] digits) {
        if (digits.length != radices.length) {
            throw new IllegalArgumentException("there are " + digits.length + " digits, must be " + radices.length);
        }
        for (int j = 0; j < digits.length; j++) {
            if (digits[j] < 0 || digits[j] >= radices[j]) {
                throw new IllegalArgumentException(
                        "digit " + j + " is " + digits[j] + ", must be in [0, " + radices[j] + ")");
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MixedRadix that && Arrays.equals(radices, that.radices);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(radices);
    }

    @Override
    public String toString() {
        return "MixedRadix" + Arrays.toString(radices);
    }
}
