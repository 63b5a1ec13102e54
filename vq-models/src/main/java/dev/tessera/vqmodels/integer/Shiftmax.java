package dev.tessera.vqmodels.integer;

import java.util.List;

/**
 * Softmax as integer frequencies for an entropy coder: exponentials by shifts ({@code Shiftmax} of Li and Gu 2023, I-ViT) of the distance
 * from the largest input, brought to a sum of exactly 2^bits with at least 1 for each symbol. A larger input never has the
 * smaller frequency; what rounding leaves over goes to the first of the largest.
 */
public final class Shiftmax extends IntegerLayer {
    static final int MAX_BITS = 15;

    private final int bits;

    /**
     * @param in 2 to 2^bits logits
     * @param bits 1 to {@value #MAX_BITS}
     */
    public Shiftmax(IntegerFormat in, int bits) {
        super(List.of(in), output(in, bits));
        this.bits = bits;
    }

    private static IntegerFormat output(IntegerFormat in, int bits) {
        requireIn(1, MAX_BITS, bits, "bits");
        requireIn(2, 1 << bits, in.size(), "symbols of frequencies that sum to 2^" + bits);
        return new IntegerFormat(in.size(), 0, (1 << bits) - 1, new Dyadic(1, bits));
    }

    /** log2 of the sum of all frequencies. */
    public int bits() {
        return bits;
    }

    @Override
    void apply(int[][] in, int[] out, Scratch scratch) {
        int[] logits = in[0];
        int size = output().size();
        int largest = 0;
        for (int i = 1; i < size; i++) {
            if (logits[i] > logits[largest]) {
                largest = i;
            }
        }
        Dyadic unit = inputs().getFirst().unit();
        long total = 0; // below 2^40
        for (int i = 0; i < size; i++) {
            out[i] = ShiftExponential.of(ShiftExponential.argument(logits[largest] - logits[i], unit));
            total += out[i];
        }
        int shared = (1 << bits) - size; // beyond the 1 of each
        int left = shared;
        for (int i = 0; i < size; i++) {
            int share = (int) ((long) out[i] * shared / total);
            out[i] = share + 1;
            left -= share;
        }
        out[largest] += left;
    }
}
