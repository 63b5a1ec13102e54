package dev.tessera.codecs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The state in which a {@link GridModel} starts: learnt from training files and shipped with a model, or blank.
 * Immutable.
 *
 * <p>Serialized ({@link #state}) little-endian: the probabilities of all slots (u16), their counts (u8), the mixing
 * weights (i32); sizes follow from the {@link GridSpec}.
 */
public final class GridPrior {
    static final int CONTEXTS = 8;

    private final GridSpec spec;
    final char[] probabilities; // [CONTEXTS x 2^tableBits], in 1/65536
    final byte[] counts;
    final int[] weights; // see GridMixer

    GridPrior(GridSpec spec, char[] probabilities, byte[] counts, int[] weights) {
        this.spec = spec;
        this.probabilities = probabilities;
        this.counts = counts;
        this.weights = weights;
    }

    /** Knows nothing. */
    public static GridPrior blank(GridSpec spec) {
        char[] probabilities = new char[slots(spec)];
        Arrays.fill(probabilities, (char) 32768);
        return new GridPrior(spec, probabilities, new byte[slots(spec)], GridMixer.initialWeights(spec));
    }

    /**
     * The prior that {@code state} holds.
     *
     * @throws CorruptBitstreamException when the length is not what {@code spec} asks for
     */
    public static GridPrior of(GridSpec spec, byte[] state) throws CorruptBitstreamException {
        int slots = slots(spec);
        int weightCount = GridMixer.weightCount(spec);
        long expected = 3L * slots + 4L * weightCount;
        if (state.length != expected) {
            throw new CorruptBitstreamException(0, "prior has " + state.length + " bytes, must have " + expected);
        }
        ByteBuffer in = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
        char[] probabilities = new char[slots];
        byte[] counts = new byte[slots];
        int[] weights = new int[weightCount];
        in.asCharBuffer().get(probabilities);
        in.position(2 * slots);
        in.get(counts);
        in.asIntBuffer().get(weights);
        for (int i = 0; i < weightCount; i++) {
            if (Math.abs((long) weights[i]) > LogisticMixer.WEIGHT_LIMIT) {
                throw new CorruptBitstreamException(
                        3L * slots + 4L * i,
                        "mixing weight is " + weights[i] + ", must be within +-" + LogisticMixer.WEIGHT_LIMIT);
            }
        }
        return new GridPrior(spec, probabilities, counts, weights);
    }

    public GridSpec spec() {
        return spec;
    }

    /** The bytes that {@link #of} reads. */
    public byte[] state() {
        int slots = slots(spec);
        ByteBuffer out = ByteBuffer.allocate(3 * slots + 4 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        out.asCharBuffer().put(probabilities);
        out.position(2 * slots);
        out.put(counts);
        out.asIntBuffer().put(weights);
        return out.array();
    }

    private static int slots(GridSpec spec) {
        return CONTEXTS << spec.tableBits();
    }
}
