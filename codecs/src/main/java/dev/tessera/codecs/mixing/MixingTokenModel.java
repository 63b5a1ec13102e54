package dev.tessera.codecs.mixing;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;

/**
 * The strong model: every decision of a token is predicted under several contexts of neighbouring tokens and, where the
 * code vectors are known, from geometry; the predictions are mixed in the logistic domain (Mattern 2012; Mahoney 2005).
 *
 * <p>Geometry: an on-line linear prediction of the vector at this position (the signal's, not the token's) less what
 * the
 * stages so far gave is compared with both children of the tree node (where it lies between them, and the Gaussian
 * log-likelihood ratio at the error variance of this kind of neighbourhood), and every upper node has a logistic
 * regression of its own on the neighbours' vectors.
 *
 * <p>Memory: 4 bytes times 2^tableBits for each of 6 to 12 tables; for each stage at most 4096 sets of 16 mixing
 * weights and
 * as many regressions of up to 112 weights, those of nodes that were met; 4 bytes a token, and up to 96 bytes a
 * position
 * for the vectors. Final adjustment by adaptive probability maps was tried and made both test streams larger.
 */
public final class MixingTokenModel implements TokenStreamModel {
    private final Walk walk;

    /**
     * @param height rows of a grid, 1 for a sequence
     */
    public MixingTokenModel(TokenStreamSpec spec, int height, int width) {
        TokenGrid.check(height, width);
        Geometry geometry = spec.geometry().isEmpty() ? null : new Geometry(spec, height, width);
        this.walk = new Walk(
                new TokenGrid(geometry == null ? Geometry.trees(spec, height) : geometry.trees(), height, width),
                geometry,
                spec.tableBits());
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
        private static final int MAX_CONTEXTS = 12;
        private static final int MAX_DEPTH = 16;
        private static final int INITIAL_WEIGHT = 65536 * 15 / 100;
        private static final int LOWEST = 24; // of 65536
        private static final int UNITS = 16; // of the coarse place between the children

        private final Geometry geometry; // null when the code vectors are unknown
        private final NodeRegression regression;
        private final ContextTable[] tables; // the counts of the first two choose mixing weights
        private final ContextTable fineUnits;
        private final ContextTable activeUnits;
        private final DecisionMixer mixer;
        private final int nodes;
        private final int ownNodes; // nodes with mixing weights of their own
        private final int[] hashes = new int[MAX_CONTEXTS];
        private final int[] buckets;
        private final int[] slots;
        private int contexts;
        private int fineSlot;
        private int activeSlot;
        private int equalities;
        private boolean prepared;

        Walk(TokenGrid grid, Geometry geometry, int tableBits) {
            super(grid);
            this.geometry = geometry;
            collect();
            this.tables = new ContextTable[contexts];
            for (int i = 0; i < contexts; i++) {
                tables[i] = new ContextTable(tableBits);
            }
            this.buckets = new int[contexts];
            this.slots = new int[contexts];
            this.nodes = grid.largestTree();
            this.ownNodes = Math.min(NodeRegression.NODES, nodes);
            boolean known = geometry != null;
            this.regression = known ? new NodeRegression(grid.stages, nodes, geometry.features().length) : null;
            this.fineUnits = known ? new ContextTable(tableBits) : null;
            this.activeUnits = known ? new ContextTable(tableBits) : null;
            int inputs = contexts + (known ? 5 : 0) + 1;
            int depths = grid.stages * MAX_DEPTH;
            int[] choices = {grid.stages * ownNodes, grid.stages * 16, depths * UNITS};
            this.mixer = new DecisionMixer(inputs, choices, depths, INITIAL_WEIGHT);
        }

        @Override
        void prepare() {
            if (prepared) {
                return;
            }
            prepared = true;
            collect();
            if (geometry != null) {
                if (grid.stage() == 0) {
                    geometry.startPosition(grid.y(), grid.x());
                }
                geometry.startStage(grid.y(), grid.x());
            }
        }

        @Override
        int predict(int depth, int node, boolean learning) {
            int level = depth & ContextTable.LEVELS - 1;
            int local = 1 << level | node & (1 << level) - 1;
            int[] inputs = mixer.inputs();
            for (int i = 0; i < contexts; i++) {
                if (level == 0) {
                    buckets[i] = tables[i].bucket(ContextTable.hash(hashes[i], node), learning);
                }
                slots[i] = buckets[i] + local;
                inputs[i] = tables[i].input(slots[i]);
            }
            int next = contexts;
            int s = grid.stage();
            int fourth = equalities;
            if (geometry != null) {
                geometry.look(grid.tree(), node);
                int unit = geometry.unit();
                int coarse = LogisticTables.clamp(3 * unit + 128 >> 8, 7) + 7;
                fourth = coarse;
                int place = s * nodes + node;
                fineSlot = fineUnits.slot(place * 64 + LogisticTables.clamp(unit + 16 >> 5, 24) + 24);
                activeSlot = activeUnits.slot((place * UNITS + coarse) * 16 + geometry.activity());
                inputs[next] = fineUnits.input(fineSlot);
                inputs[next + 1] = activeUnits.input(activeSlot);
                inputs[next + 2] = unit;
                inputs[next + 3] = geometry.likelihood();
                inputs[next + 4] = regression.predict(s, node, geometry.features());
                next += 5;
            }
            inputs[next] = 256;
            int seen = Math.min(3, tables[0].count(slots[0])) * 4 + Math.min(3, tables[1].count(slots[1]) >> 2);
            int depthChoice = s * MAX_DEPTH + depth;
            mixer.choose(0, s * ownNodes + (node < ownNodes ? node : 0));
            mixer.choose(1, s * 16 + seen);
            mixer.choose(2, depthChoice * UNITS + fourth);
            int probability = LogisticTables.squash(mixer.mix(depthChoice));
            return Math.max(LOWEST, Math.min(65536 - LOWEST, probability));
        }

        @Override
        void learn(int bit) {
            mixer.update(bit);
            for (int i = 0; i < contexts; i++) {
                tables[i].update(slots[i], bit);
            }
            if (geometry != null) {
                fineUnits.update(fineSlot, bit);
                activeUnits.update(activeSlot, bit);
                regression.update(bit, geometry.features());
            }
        }

        @Override
        void place(int rank) {
            int y = grid.y();
            int x = grid.x();
            int s = grid.stage();
            if (geometry != null) {
                geometry.finishStage(grid.tree(), y, x, rank);
                if (s == grid.stages - 1) {
                    geometry.finishPosition(y, x);
                }
            }
            if (grid.put(rank) && geometry != null) {
                geometry.clear();
            }
            prepared = false;
        }

        private void collect() {
            contexts = 0;
            if (grid.height > 1) {
                collectGrid();
            } else {
                collectSequence();
            }
        }

        /** Chosen by trial; with geometry most exact contexts stopped paying, the vectors say the same. */
        private void collectGrid() {
            int s = grid.stage();
            int w = grid.rank(s, 0, -1);
            int n = grid.rank(s, -1, 0);
            int nw = grid.rank(s, -1, -1);
            int right = grid.rank(s, -1, 1);
            int ne = right < 0 ? n : right;
            int before = s == 0 ? 0 : grid.rank(s - 1, 0, 0);
            add(w, n);
            add(w, before);
            add(n, before);
            add(0, before);
            add(pair(prefix(w, 4), prefix(n, 4)), pair(prefix(ne, 4), prefix(nw, 4)));
            add(ne, 0);
            if (geometry != null) {
                add(pair(prefix(w, 6), prefix(n, 6)), before);
            } else {
                add(pair(n, w), nw);
                add(pair(n, w), ne);
                add(ne, n);
                add(nw, n);
                add(grid.rank(s, 0, -2), w);
                add(nw, 0);
            }
            equalities = (w == n ? 1 : 0) | (n == ne ? 2 : 0) | (w == nw ? 4 : 0) | (n == nw ? 8 : 0);
        }

        private void collectSequence() {
            int s = grid.stage();
            int w = grid.rank(s, 0, -1);
            int ww = grid.rank(s, 0, -2);
            int before = s == 0 ? -1 : grid.rank(s - 1, 0, 0);
            add(w, s == 0 ? ww : before);
            add(w, -1);
            add(before, 0);
            add(0, 0);
            if (geometry == null) {
                int first = s == 0 ? -1 : grid.rank(0, 0, 0);
                int second = s < 2 ? -1 : grid.rank(s - 2, 0, 0);
                add(pair(prefix(w, 5), prefix(ww, 5)), s == 0 ? 0 : grid.prefix(s - 1, before, 5));
                add(before, second);
                add(w, ww);
                add(second, 0);
                add(s == 0 ? grid.prefix(0, grid.rank(0, 0, -3), 6) : first, prefix(w, 6));
                add(grid.rank(0, 0, -1), first);
            }
            equalities = w == ww ? 1 : 0;
        }

        private void add(int a, int b) {
            hashes[contexts] = ContextTable.hash(grid.stage(), contexts, a, b);
            contexts++;
        }

        private int prefix(int rank, int bits) {
            return grid.prefix(grid.stage(), rank, bits);
        }

        private static int pair(int a, int b) {
            return a * 0x10003 + b;
        }
    }
}
