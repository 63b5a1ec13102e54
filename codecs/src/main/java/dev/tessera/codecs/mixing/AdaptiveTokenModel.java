package dev.tessera.codecs.mixing;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;

/**
 * The fast model: adaptive frequencies of order 0, 1 or 2 and no mixing. An estimate of a higher order counts for
 * n / (n + 1.5) after n observations, the next lower order for the rest (after Bell, Cleary and Witten 1990, blending).
 *
 * <p>Order 1 knows the token to the left, or at later stages the stage before; order 2 also the token above, or in
 * sequences the token two to the left, at later stages the one to the left.
 */
public final class AdaptiveTokenModel implements TokenStreamModel {
    private static final int LOWEST = 32; // of 65536: no decision is surer than 11 bits

    private final Walk walk;

    /**
     * @param order 0, 1 or 2
     * @param height rows of a grid, 1 for a sequence
     */
    public AdaptiveTokenModel(TokenStreamSpec spec, int order, int height, int width) {
        if (order < 0 || order > 2) {
            throw new IllegalArgumentException("order is " + order + ", must be in [0, 2]");
        }
        this.walk = new Walk(new TokenGrid(spec.trees(height > 1), height > 1, height, width), order, spec.tableBits());
    }

    @Override
    public void encode(RangeEncoder encoder, int index) {
        walk.encodeToken(encoder, index);
    }

    @Override
    public int decode(RangeDecoder decoder) {
        return walk.decodeToken(decoder);
    }

    @Override
    public int cost(int index) {
        return walk.costOfToken(index);
    }

    private static final class Walk extends DecisionModel {
        private final ContextTable[] tables;
        private final int[] hashes;
        private final ContextBuckets buckets;
        private final int[] slots;

        Walk(TokenGrid grid, int order, int tableBits) {
            super(grid);
            this.tables = new ContextTable[order + 1];
            for (int i = 0; i <= order; i++) {
                tables[i] = new ContextTable(tableBits);
            }
            this.hashes = new int[order + 1];
            this.buckets = new ContextBuckets(tables);
            this.slots = new int[order + 1];
        }

        @Override
        void prepare() {
            int s = grid.stage();
            int left = grid.rank(s, 0, -1);
            int first = s == 0 ? left : grid.rank(s - 1, 0, 0);
            int second = grid.isGrid ? grid.rank(s, -1, 0) : s == 0 ? grid.rank(s, 0, -2) : left;
            hashes[0] = ContextTable.hash(s, 0, 0, 0);
            if (hashes.length > 1) {
                hashes[1] = ContextTable.hash(s, 1, first, 0);
            }
            if (hashes.length > 2) {
                hashes[2] = ContextTable.hash(s, 2, first, second);
            }
        }

        @Override
        int predict(int depth, int node, boolean learning) {
            int level = depth & ContextTable.LEVELS - 1;
            int local = 1 << level | node & (1 << level) - 1;
            int probability = 32768;
            if (level == 0) {
                for (int i = 0; i < hashes.length; i++) {
                    buckets.ask(i, ContextTable.hash(hashes[i], node));
                }
                buckets.find(learning);
            }
            for (int i = 0; i < tables.length; i++) {
                slots[i] = buckets.at(i) + local;
                int weight = LogisticTables.confidence(tables[i].count(slots[i]));
                probability += (tables[i].probability(slots[i]) - probability) * weight >> 8;
            }
            return Math.max(LOWEST, Math.min(65536 - LOWEST, probability));
        }

        @Override
        void learn(int bit) {
            for (int i = 0; i < tables.length; i++) {
                tables[i].update(slots[i], bit);
            }
        }

        @Override
        void place(int rank) {
            grid.put(rank);
        }
    }
}
