package dev.tessera.codecs.mixing;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Adaptive probabilities of one kind of binary decision: several contexts, each with a slow estimate, which a prior may
 * start, and a fast one, which follows the file, mixed in the logistic domain ({@link DecisionMixer}). Integers only.
 *
 * <p>Use for each decision: {@link #context} for all contexts, {@link #opinion} for all opinions, {@link #choose} for all
 * weight sets, {@link #predict}, and if the decision is coded {@link #learn}. Asking for a prediction changes nothing.
 */
public final class MixedBits {
    private static final int COUNT_BITS = 10;
    private static final int COUNT_MASK = (1 << COUNT_BITS) - 1;
    private static final int COUNT_LIMIT = 400;
    private static final int FAST_SHIFT = 4;
    private static final int EVEN = 1 << 31; // a probability of 1/2 that nothing stands behind
    private static final int INPUTS_PER_CONTEXT = 2;
    private static final int BIAS = 256;

    private final int[] offsets; // first slot of each context, one more for the end
    private final int[] slow; // probability of a one in 1/2^22, then the count
    private final int[] fast; // in 1/65536
    private final int[] current;
    private final int firstOpinion; // among the inputs of the mixer
    private final DecisionMixer mixer;
    private int probability;

    /**
     * @param slots how many values each context takes
     * @param choices how many values the context of each weight set takes
     */
    public MixedBits(int[] slots, int[] choices) {
        this(slots, choices, 0);
    }

    /** @param opinions how many probabilities come from elsewhere, by {@link #opinion} */
    public MixedBits(int[] slots, int[] choices, int opinions) {
        this.offsets = new int[slots.length + 1];
        for (int i = 0; i < slots.length; i++) {
            offsets[i + 1] = offsets[i] + slots[i];
        }
        this.slow = new int[offsets[slots.length]];
        this.fast = new int[slow.length];
        Arrays.fill(slow, EVEN);
        Arrays.fill(fast, 1 << 15);
        this.current = new int[slots.length];
        this.firstOpinion = INPUTS_PER_CONTEXT * slots.length + 1;
        this.mixer = new DecisionMixer(firstOpinion + opinions, choices, 1, 65536 / (slots.length + opinions));
        mixer.inputs()[firstOpinion - 1] = BIAS;
    }

    private MixedBits(MixedBits other) {
        this.offsets = other.offsets;
        this.slow = other.slow.clone();
        this.fast = other.fast.clone();
        this.current = other.current.clone();
        this.mixer = other.mixer.copy();
        this.firstOpinion = other.firstOpinion;
    }

    /** An independent model in the same state. */
    public MixedBits copy() {
        return new MixedBits(this);
    }

    /** Sets context {@code index} of the next decision to {@code value}. */
    public void context(int index, int value) {
        current[index] = offsets[index] + value;
    }

    /** Sets what opinion {@code index} says of the next decision: the probability of a one in 1/65536, in [0, 65535]. */
    public void opinion(int index, int ofOne) {
        mixer.inputs()[firstOpinion + index] = LogisticTables.stretch(ofOne);
    }

    /** Sets the context of weight set {@code set}. */
    public void choose(int set, int choice) {
        mixer.choose(set, choice);
    }

    /** The probability of a one in 1/65536, in [22, 65514]. */
    public int predict() {
        int[] inputs = mixer.inputs();
        for (int i = 0; i < current.length; i++) {
            int state = slow[current[i]];
            inputs[INPUTS_PER_CONTEXT * i] =
                    LogisticTables.stretch(state >>> 16) * LogisticTables.confidence(state & COUNT_MASK) >> 8;
            inputs[INPUTS_PER_CONTEXT * i + 1] = LogisticTables.stretch(fast[current[i]]);
        }
        probability = LogisticTables.squash(mixer.mix(0));
        return probability;
    }

    /** Learns the decision that was predicted last. */
    public void learn(int bit) {
        mixer.update(bit);
        for (int slot : current) {
            int state = slow[slot];
            int count = state & COUNT_MASK;
            int p = state >>> COUNT_BITS;
            int target = bit == 0 ? 0 : (1 << 22) - 1;
            p += (int) ((long) (target - p) * LogisticTables.rate(count) >> 16);
            slow[slot] = p << COUNT_BITS | Math.min(COUNT_LIMIT, count + 1);
            fast[slot] += ((bit << 16) - bit - fast[slot]) >> FAST_SHIFT;
        }
    }

    /** -log2 of the probability of {@code bit} when a one has {@code probability} in 1/65536; in 1/65536 bits. */
    public static int cost(int bit, int probability) {
        return LogisticTables.cost(bit == 0 ? 65536 - probability : probability);
    }

    /** Bytes of {@link #save}. */
    public int stateBytes() {
        return 4 * slow.length + mixer.stateBytes();
    }

    /** Writes what has been learnt; what only this file taught (the fast estimates) is left out. */
    public void save(ByteBuffer out) {
        for (int state : slow) {
            out.putInt(state ^ EVEN);
        }
        mixer.save(out);
    }

    /** Starts from what {@link #save} wrote: the fast estimates begin at the slow ones, counts above {@code trust} at it. */
    public void restore(ByteBuffer in, int trust) {
        for (int i = 0; i < slow.length; i++) {
            int state = in.getInt() ^ EVEN;
            slow[i] = state & ~COUNT_MASK | Math.min(trust, state & COUNT_MASK);
            fast[i] = state >>> 16;
        }
        mixer.restore(in);
    }
}
