package dev.tessera.vqmodels.lowbit.cache;

/**
 * Values that share a least one and a step, both F16: value = least + step x code.
 *
 * @param codes {@code bits} bits each, the first in the low bits of the first byte
 */
record AffineRun(int bits, int count, byte[] codes, short least, short step) {
    private static final float LARGEST = 65_504; // of F16

    /**
     * Quantizes {@code values[from .. from + count)}.
     *
     * @throws IllegalArgumentException when a value is beyond F16
     */
    static AffineRun of(int bits, float[] values, int from, int count) {
        float smallest = Float.POSITIVE_INFINITY;
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + count; i++) {
            smallest = Math.min(smallest, values[i]);
            largest = Math.max(largest, values[i]);
        }
        if (smallest < -LARGEST || largest > LARGEST) {
            throw new IllegalArgumentException(
                    "values go from " + smallest + " to " + largest + ", must be in [-65504, 65504]");
        }
        int levels = (1 << bits) - 1;
        short least = Float.floatToFloat16(smallest);
        float start = Float.float16ToFloat(least);
        short step = Float.floatToFloat16((largest - start) / levels);
        float width = Float.float16ToFloat(step);
        byte[] codes = new byte[(count * bits + 7) / 8];
        for (int i = 0; i < count && width > 0; i++) {
            int code = Math.clamp(Math.round((values[from + i] - start) / width), 0, levels);
            codes[i * bits >> 3] |= (byte) (code << (i * bits & 7));
        }
        return new AffineRun(bits, count, codes, least, step);
    }

    /** Adds {@code factor} times the values to {@code out[at .. at + count)}. */
    void addTo(float factor, float[] out, int at) {
        float base = factor * Float.float16ToFloat(least);
        float width = factor * Float.float16ToFloat(step);
        int mask = (1 << bits) - 1;
        for (int i = 0; i < count; i++) {
            int code = codes[i * bits >> 3] >> (i * bits & 7) & mask;
            out[at + i] += Math.fma(width, code, base);
        }
    }

    int bytes() {
        return codes.length + 2 * Short.BYTES;
    }
}
