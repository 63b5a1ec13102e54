package dev.tessera.vqmodels.lowbit.cache;

import dev.tessera.codebook.internal.Checks;

/**
 * The keys and values of the tokens that one head of attention looks back at. The newest tokens are kept as floats until a group of
 * them is full; then the group is quantized. Not for several threads.
 */
public abstract sealed class AttentionCache permits GroupedCache, ProductCache {
    private final int keyDim;
    private final int valueDim;
    private final int group;
    private final float[] keys; // of the newest tokens, [group x keyDim]
    private final float[] values;
    private int recent;
    private int stored;

    AttentionCache(int keyDim, int valueDim, int group) {
        this.keyDim = Checks.requireAtLeast(1, keyDim, "keyDim");
        this.valueDim = Checks.requireAtLeast(1, valueDim, "valueDim");
        this.group = Checks.requireAtLeast(1, group, "group");
        this.keys = new float[Math.multiplyExact(group, keyDim)];
        this.values = new float[Math.multiplyExact(group, valueDim)];
    }

    /** Dimensions of a key and a query. */
    public final int keyDim() {
        return keyDim;
    }

    public final int valueDim() {
        return valueDim;
    }

    /** Tokens that are quantized together. */
    public final int group() {
        return group;
    }

    /** Tokens so far. */
    public final int size() {
        return stored + recent;
    }

    /** Tokens that are not quantized yet. */
    public final int recent() {
        return recent;
    }

    /** Bytes of codes, scales and floats of all tokens, without the codebooks, which tokens share. */
    public final long bytes() {
        return storedBytes() + (long) Float.BYTES * recent * (keyDim + valueDim);
    }

    /**
     * Adds a token.
     *
     * @param key {@code [keyDim]}, finite
     * @param value {@code [valueDim]}, finite
     */
    public final void append(float[] key, float[] value) {
        requireDim("key", key, keyDim);
        requireDim("value", value, valueDim);
        Checks.requireFinite(key, "key");
        Checks.requireFinite(value, "value");
        System.arraycopy(key, 0, keys, recent * keyDim, keyDim);
        System.arraycopy(value, 0, values, recent * valueDim, valueDim);
        if (++recent == group) {
            store(keys, values);
            stored += group;
            recent = 0;
        }
    }

    /**
     * The products of a query with the keys of all tokens, oldest first; not scaled.
     *
     * @param query {@code [keyDim]}
     * @return {@code [size]}
     */
    public final float[] scores(float[] query) {
        requireDim("query", query, keyDim);
        float[] scores = new float[size()];
        storedScores(query, scores);
        for (int t = 0; t < recent; t++) {
            float sum = 0;
            for (int d = 0; d < keyDim; d++) {
                sum = Math.fma(query[d], keys[t * keyDim + d], sum);
            }
            scores[stored + t] = sum;
        }
        return scores;
    }

    /**
     * The sum of the values of all tokens, each times its weight.
     *
     * @param weights {@code [size]}, as softmax makes them of scores
     * @return {@code [valueDim]}
     */
    public final float[] mix(float[] weights) {
        requireDim("weights", weights, size());
        float[] sum = new float[valueDim];
        storedMix(weights, sum);
        for (int t = 0; t < recent; t++) {
            for (int d = 0; d < valueDim; d++) {
                sum[d] = Math.fma(weights[stored + t], values[t * valueDim + d], sum[d]);
            }
        }
        return sum;
    }

    /** Quantizes a group; the arrays are used again. */
    abstract void store(float[] keys, float[] values);

    /** Bytes of what {@link #store} kept. */
    abstract long storedBytes();

    /** Fills the scores of the stored tokens. */
    abstract void storedScores(float[] query, float[] scores);

    /** Adds the values of the stored tokens. */
    abstract void storedMix(float[] weights, float[] sum);

    private static void requireDim(String name, float[] values, int length) {
        if (values.length != length) {
            throw new IllegalArgumentException(name + " has " + values.length + " values, must have " + length);
        }
    }
}
