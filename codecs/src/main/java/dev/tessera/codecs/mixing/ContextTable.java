package dev.tessera.codecs.mixing;

import java.util.Arrays;

/**
 * Adaptive probabilities of the decisions under hashed contexts. Sixteen slots are a bucket: the hash that owns it,
 * then
 * the fifteen nodes of four levels of the decision tree, so that a token of ten bits touches three places of memory.
 *
 * <p>A slot is a probability of a one in 1/2^22 above a count of 10 bits, stored with its top bit flipped: zero
 * memory is
 * an even chance that nothing stands behind.
 */
final class ContextTable {
    /** Levels of the decision tree in a bucket. */
    static final int LEVELS = 4;

    private static final int BUCKET = 1 << LEVELS;
    private static final int COUNT_LIMIT = 255;
    private static final int FRESH = 1 << 31;

    private final int[] slots; // the last bucket stays empty
    private final int shift;

    ContextTable(int tableBits) {
        this.slots = new int[(1 << tableBits) + BUCKET];
        this.shift = 36 - tableBits;
    }

    /** What was learnt, live. */
    Learnt state() {
        return new Learnt(slots, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /** The hash of a context: its number and what it sees. */
    static int hash(int stage, int context, int a, int b) {
        int h = (stage * 32 + context + 1) * 0x2C1B3C6D + a * 0x297A2D39;
        h = (h ^ h >>> 15) * 0x7FEB352D + b * 0x1B56C4E9;
        h = (h ^ h >>> 16) * 0x846CA68B;
        return h ^ h >>> 15;
    }

    /** The hash of a context at a node where a bucket begins. */
    static int hash(int context, int node) {
        int h = context + node * 0x9E3779B1;
        h = (h ^ h >>> 16) * 0x85EBCA6B;
        return h ^ h >>> 13;
    }

    /** Where the bucket of {@code hash} would be. */
    int home(int hash) {
        return hash >>> shift << 4;
    }

    /** The hash that owns the bucket at {@code home}: a read from memory that others need not wait for. */
    int owner(int home) {
        return slots[home];
    }

    /**
     * The bucket of {@code hash} at its {@code home}, whose {@code owner} was read; one that belongs to another context is
     * cleared if {@code claim}, else an empty one is given, so that asking for a cost changes nothing.
     */
    int bucket(int hash, int home, int owner, boolean claim) {
        int mine = hash | 1;
        if (owner != mine) {
            if (!claim) {
                return slots.length - BUCKET;
            }
            Arrays.fill(slots, home, home + BUCKET, 0);
            slots[home] = mine;
        }
        return home;
    }

    /** The slot of a small dense context, for tables that are used without buckets. */
    int slot(int number) {
        return number & slots.length - BUCKET - 1;
    }

    /** The stretched probability, drawn towards 0 while few observations stand behind it. */
    int input(int slot) {
        int entry = slots[slot] ^ FRESH;
        return LogisticTables.stretch(entry >>> 16) * LogisticTables.confidence(entry & 1023) >> 8;
    }

    /** In 1/65536. */
    int probability(int slot) {
        return (slots[slot] ^ FRESH) >>> 16;
    }

    int count(int slot) {
        return slots[slot] & 1023;
    }

    void update(int slot, int bit) {
        int entry = slots[slot] ^ FRESH;
        int count = entry & 1023;
        int probability = entry >>> 10;
        int target = bit == 0 ? 0 : (1 << 22) - 1;
        probability += (int) ((long) (target - probability) * LogisticTables.rate(count) >> 16);
        slots[slot] = (probability << 10 | Math.min(COUNT_LIMIT, count + 1)) ^ FRESH;
    }
}
