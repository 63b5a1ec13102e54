package dev.tessera.codecs;

import java.util.Arrays;

/** Frequencies with running sums in a binary indexed tree that can grow (Fenwick 1994): O(log size) per call. */
final class FenwickTree {
    private int[] tree; // 1-based
    private int size;
    private int total;

    private FenwickTree(int capacity) {
        this.tree = new int[capacity + 1];
    }

    static FenwickTree empty() {
        return new FenwickTree(15);
    }

    static FenwickTree ofOnes(int size) {
        FenwickTree tree = new FenwickTree(size);
        for (int i = 1; i <= size; i++) {
            tree.tree[i] = Integer.lowestOneBit(i);
        }
        tree.size = size;
        tree.total = size;
        return tree;
    }

    int size() {
        return size;
    }

    int total() {
        return total;
    }

    /** Sum of the frequencies before {@code index}. */
    int sum(int index) {
        int sum = 0;
        for (int i = index; i > 0; i &= i - 1) {
            sum += tree[i];
        }
        return sum;
    }

    int get(int index) {
        int i = index + 1;
        int frequency = tree[i];
        int stop = i & i - 1;
        for (int j = i - 1; j > stop; j &= j - 1) {
            frequency -= tree[j];
        }
        return frequency;
    }

    /** The index whose interval holds {@code cumulative}, which must be below the total. */
    int find(int cumulative) {
        int i = 0;
        int left = cumulative;
        for (int bit = Integer.highestOneBit(size); bit != 0; bit >>= 1) {
            int j = i + bit;
            if (j <= size && tree[j] <= left) {
                i = j;
                left -= tree[j];
            }
        }
        return i;
    }

    void add(int index, int amount) {
        for (int i = index + 1; i <= size; i += Integer.lowestOneBit(i)) {
            tree[i] += amount;
        }
        total += amount;
    }

    /** Adds one index more, with {@code frequency}. */
    void append(int frequency) {
        size++;
        if (size == tree.length) {
            tree = Arrays.copyOf(tree, 2 * size);
        }
        tree[size] = 0;
        int stop = size & size - 1;
        int sum = frequency;
        for (int j = size - 1; j > stop; j &= j - 1) {
            sum += tree[j];
        }
        tree[size] = sum;
        total += frequency;
    }

    /** Halves every frequency, rounding up. */
    void halve() {
        for (int index = size - 1; index >= 0; index--) { // backwards: get() looks at lower nodes only
            int frequency = get(index);
            tree[index + 1] = (frequency + 1) / 2;
        }
        total = 0;
        for (int i = 1; i <= size; i++) {
            total += tree[i];
        }
        for (int i = 1; i <= size; i++) {
            int parent = i + Integer.lowestOneBit(i);
            if (parent <= size) {
                tree[parent] += tree[i];
            }
        }
    }
}
