package dev.tessera.vqmodels.lowbit.cache;

import java.util.ArrayList;
import java.util.List;

/**
 * Integers of 2, 4 or 8 bits with a least value and a step for every group: keys by channel, along the tokens of a group, because
 * some channels of keys are large in all tokens; values by token, along its channels (Liu et al. 2024, KIVI).
 *
 * <p>Bits per number: those of the code, and 32 over the length of the group (keys) or {@link #valueGroup} (values).
 */
public final class GroupedCache extends AttentionCache {
    private final int bits;
    private final int valueGroup;
    private final List<AffineRun> keys = new ArrayList<>(); // by group of tokens, then channel
    private final List<AffineRun> values = new ArrayList<>(); // by token, then group of channels

    /**
     * @param bits 2, 4 or 8
     * @param group tokens that are quantized together, at least 1; 32 and 128 are usual
     * @param valueGroup channels of a value that share a step, at least 1; the last group may be shorter
     */
    public GroupedCache(int keyDim, int valueDim, int bits, int group, int valueGroup) {
        super(keyDim, valueDim, group);
        if (bits != 2 && bits != 4 && bits != 8) {
            throw new IllegalArgumentException("bits is " + bits + ", must be 2, 4 or 8");
        }
        if (valueGroup < 1) {
            throw new IllegalArgumentException("valueGroup is " + valueGroup + ", must be at least 1");
        }
        this.bits = bits;
        this.valueGroup = valueGroup;
    }

    public int bits() {
        return bits;
    }

    public int valueGroup() {
        return valueGroup;
    }

    @Override
    void store(float[] newKeys, float[] newValues) {
        for (int channel = 0; channel < keyDim(); channel++) {
            keys.add(AffineRun.of(bits, strided(newKeys, channel, keyDim(), group()), 0, group()));
        }
        for (int token = 0; token < group(); token++) {
            for (int channel = 0; channel < valueDim(); channel += valueGroup) {
                int count = Math.min(valueGroup, valueDim() - channel);
                values.add(AffineRun.of(bits, newValues, token * valueDim() + channel, count));
            }
        }
    }

    @Override
    long storedBytes() {
        return keys.stream().mapToLong(AffineRun::bytes).sum()
                + values.stream().mapToLong(AffineRun::bytes).sum();
    }

    @Override
    void storedScores(float[] query, float[] scores) {
        for (int i = 0; i < keys.size(); i++) {
            keys.get(i).addTo(query[i % keyDim()], scores, i / keyDim() * group());
        }
    }

    @Override
    void storedMix(float[] weights, float[] sum) {
        int runs = (valueDim() - 1) / valueGroup + 1;
        for (int i = 0; i < values.size(); i++) {
            values.get(i).addTo(weights[i / runs], sum, i % runs * valueGroup);
        }
    }

    /** Every {@code step}th value from {@code first} on. */
    private static float[] strided(float[] values, int first, int step, int count) {
        float[] some = new float[count];
        for (int i = 0; i < count; i++) {
            some[i] = values[first + i * step];
        }
        return some;
    }
}
