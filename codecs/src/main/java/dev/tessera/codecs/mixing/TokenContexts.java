package dev.tessera.codecs.mixing;

/** What {@link MixingWalk} counts tokens under: hashes of the neighbouring tokens, and which of those are equal. */
final class TokenContexts {
    private static final int MAX_CONTEXTS = 12;

    private final TokenGrid grid;
    private final boolean known; // the code vectors
    private final int[] hashes = new int[MAX_CONTEXTS];
    private int count;
    private int equalities;

    TokenContexts(TokenGrid grid, boolean known) {
        this.grid = grid;
        this.known = known;
        collect();
    }

    int count() {
        return count;
    }

    int hash(int context) {
        return hashes[context];
    }

    /** Which neighbours are equal, in [0, 15]. */
    int equalities() {
        return equalities;
    }

    /** Looks at the neighbours of the next token. */
    void collect() {
        count = 0;
        if (grid.isGrid) {
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
        if (known) {
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
        if (!known) {
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
        hashes[count] = ContextTable.hash(grid.stage(), count, a, b);
        count++;
    }

    private int prefix(int rank, int bits) {
        return grid.prefix(grid.stage(), rank, bits);
    }

    private static int pair(int a, int b) {
        return a * 0x10003 + b;
    }
}
