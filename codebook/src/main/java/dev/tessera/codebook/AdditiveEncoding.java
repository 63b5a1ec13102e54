package dev.tessera.codebook;

import dev.tessera.codebook.internal.SplitMix64;

/**
 * The search of {@link AdditiveQuantizer} for one vector at a time. Scratch of one thread. Costs are squared distances
 * less |x|^2; a choice is replaced only by a strictly cheaper one, and the lowest index wins ties.
 */
final class AdditiveEncoding {
    private final AdditiveTables tables;
    private final AdditiveSearch search;
    private final int stages;
    private final float[][] terms; // [stages][K], of the current vector
    private final float[][] costs; // [stages][K], scratch
    private final int[] best;
    private final int[] trial;

    AdditiveEncoding(AdditiveTables tables, AdditiveSearch search) {
        this.tables = tables;
        this.search = search;
        this.stages = tables.codebooks();
        this.terms = new float[stages][];
        this.costs = new float[stages][];
        for (int m = 0; m < stages; m++) {
            terms[m] = new float[tables.codebookSize(m)];
            costs[m] = new float[tables.codebookSize(m)];
        }
        this.best = new int[stages];
        this.trial = new int[stages];
    }

    /** Indices for the vector at {@code x[from ..]} into {@code indices[at ..]}. */
    void encode(float[] x, int from, int[] indices, int at) {
        tables.fill(x, from, terms);
        beam();
        localSearch();
        System.arraycopy(best, 0, indices, at, stages);
    }

    /** Like {@link #encode}, from the choice in {@code indices[at ..]} instead of a beam search. */
    void improve(float[] x, int from, int[] indices, int at) {
        tables.fill(x, from, terms);
        System.arraycopy(indices, at, best, 0, stages);
        localSearch();
        System.arraycopy(best, 0, indices, at, stages);
    }

    /** Codebook after codebook the cheapest extensions of the choices kept so far. */
    private void beam() {
        int[][] kept = {new int[stages]};
        float[] keptCosts = {0};
        int width = 1;
        for (int m = 0; m < stages; m++) {
            Beam next = new Beam(search.beamWidth());
            for (int b = 0; b < width; b++) {
                float[] cost = conditional(kept[b], m, m);
                for (int i = 0; i < cost.length; i++) {
                    next.offer(keptCosts[b] + cost[i], b, i);
                }
            }
            int[][] extended = new int[next.size][];
            for (int b = 0; b < next.size; b++) {
                extended[b] = kept[next.parents[b]].clone();
                extended[b][m] = next.indices[b];
            }
            kept = extended;
            keptCosts = next.costs;
            width = next.size;
        }
        System.arraycopy(kept[0], 0, best, 0, stages);
    }

    /**
     * What each code vector of codebook {@code m} adds, given the indices of the first {@code known} other codebooks.
     */
    private float[] conditional(int[] indices, int m, int known) {
        float[] cost = costs[m];
        System.arraycopy(terms[m], 0, cost, 0, cost.length);
        for (int l = 0; l < known; l++) {
            if (l != m) {
                float[] pair = tables.pairs(l, indices[l], m);
                for (int i = 0; i < cost.length; i++) {
                    cost[i] += pair[i];
                }
            }
        }
        return cost;
    }

    private void localSearch() {
        float bestCost = cost(best);
        System.arraycopy(best, 0, trial, 0, stages);
        bestCost = descend(bestCost);
        SplitMix64 random = new SplitMix64(search.seed());
        for (int round = 0; round < search.rounds(); round++) {
            System.arraycopy(best, 0, trial, 0, stages);
            perturb(random);
            bestCost = descend(bestCost);
        }
    }

    /** Runs sweeps on {@link #trial} and keeps it if it is cheaper than {@code bestCost}; returns the cheaper cost. */
    private float descend(float bestCost) {
        boolean changed = true;
        for (int sweep = 0; sweep < search.sweeps() && changed; sweep++) {
            changed = false;
            for (int m = 0; m < stages; m++) {
                int index = lowest(conditional(trial, m, stages));
                changed |= index != trial[m];
                trial[m] = index;
            }
        }
        float cost = cost(trial);
        if (cost < bestCost) {
            System.arraycopy(trial, 0, best, 0, stages);
            return cost;
        }
        return bestCost;
    }

    private static int lowest(float[] cost) {
        int lowest = 0;
        for (int i = 1; i < cost.length; i++) {
            if (cost[i] < cost[lowest]) {
                lowest = i;
            }
        }
        return lowest;
    }

    /** New random indices for {@code perturbed} different stages (selection sampling over the stages). */
    private void perturb(SplitMix64 random) {
        int wanted = Math.min(search.perturbed(), stages);
        for (int m = 0; m < stages && wanted > 0; m++) {
            if (random.nextInt(stages - m) < wanted) {
                trial[m] = random.nextInt(tables.codebookSize(m));
                wanted--;
            }
        }
    }

    private float cost(int[] indices) {
        float cost = 0;
        for (int m = 0; m < stages; m++) {
            float own = terms[m][indices[m]];
            for (int l = 0; l < m; l++) {
                own += tables.pairs(l, indices[l], m)[indices[m]];
            }
            cost += own;
        }
        return cost;
    }

    /** The cheapest offers in rising order of cost; of equal ones the earlier stands first. */
    private static final class Beam {
        final float[] costs;
        final int[] parents;
        final int[] indices;
        int size;

        Beam(int width) {
            this.costs = new float[width];
            this.parents = new int[width];
            this.indices = new int[width];
        }

        void offer(float cost, int parent, int index) {
            if (size == costs.length && !(cost < costs[size - 1])) {
                return;
            }
            int at = size < costs.length ? size++ : size - 1;
            while (at > 0 && cost < costs[at - 1]) {
                costs[at] = costs[at - 1];
                parents[at] = parents[at - 1];
                indices[at] = indices[at - 1];
                at--;
            }
            costs[at] = cost;
            parents[at] = parent;
            indices[at] = index;
        }
    }
}
