package dev.tessera.codecs.mixing;

import java.util.Arrays;
import java.util.stream.Stream;

/**
 * The decisions of a {@link MixingTokenModel}: contexts, geometry and their mixing. With a prior every context counts twice:
 * slowly, going on from what was shipped, and afresh for the file at hand; the mixer, which was shipped too, weighs both.
 */
final class MixingWalk extends DecisionModel {
    private static final int MAX_DEPTH = 16;
    private static final int INITIAL_WEIGHT = 65536 * 15 / 100;
    private static final int LOWEST = 24; // of 65536
    private static final int UNITS = 16; // of the coarse place between the children

    private final Geometry geometry; // null when the code vectors are unknown
    private final NodeRegression regression;
    private final TokenNetwork.Run network; // null without one
    private final TokenContexts contexts;
    private final ContextTable[] tables; // the counts of the first two choose mixing weights
    private final ContextTable[] fresh; // of this file only; none without a prior
    private final ContextTable fineUnits;
    private final ContextTable activeUnits;
    private final DecisionMixer mixer;
    private final int nodes;
    private final int ownNodes; // nodes with mixing weights of their own
    private final ContextBuckets buckets; // of the tables, then of the fresh ones
    private final int[] slots;
    private int fineSlot;
    private int activeSlot;
    private boolean prepared;

    /**
     * A blank walk.
     *
     * @param network what a prior knows beside counts, or null
     * @param freshBits log2 of the slots of each table of this file's own contexts, 0 for none
     */
    MixingWalk(TokenGrid grid, boolean known, TokenNetwork network, int tableBits, int freshBits) {
        super(grid);
        this.network = network == null ? null : network.new Run();
        this.geometry = known ? new Geometry(grid) : null;
        this.contexts = new TokenContexts(grid, known);
        this.tables = tables(contexts.count(), tableBits);
        this.fresh = tables(freshBits == 0 ? 0 : contexts.count(), freshBits);
        this.buckets = new ContextBuckets(
                Stream.concat(Arrays.stream(tables), Arrays.stream(fresh)).toArray(ContextTable[]::new));
        this.slots = new int[tables.length + fresh.length];
        this.nodes = grid.largestTree();
        this.ownNodes = Math.min(NodeRegression.NODES, nodes);
        this.regression = known ? new NodeRegression(grid.stages, nodes, geometry.features().length) : null;
        this.fineUnits = known ? new ContextTable(tableBits) : null;
        this.activeUnits = known ? new ContextTable(tableBits) : null;
        int inputs = slots.length + (known ? 5 : 0) + (network == null ? 0 : 1) + 1;
        int depths = grid.stages * MAX_DEPTH;
        int[] choices = {grid.stages * ownNodes, grid.stages * 16, depths * UNITS};
        this.mixer = new DecisionMixer(inputs, choices, depths, INITIAL_WEIGHT);
    }

    /** What was learnt and outlives the file, live; as many arrays of the same lengths for equal specs. */
    Stream<Learnt> state() {
        Stream<Learnt> counts = Arrays.stream(tables).map(ContextTable::state);
        Stream<Learnt> all = Stream.concat(counts, mixer.state());
        return geometry == null
                ? all
                : Stream.of(
                                all,
                                Stream.of(fineUnits.state(), activeUnits.state()),
                                regression.state(),
                                geometry.state())
                        .flatMap(s -> s);
    }

    private static ContextTable[] tables(int count, int bits) {
        ContextTable[] tables = new ContextTable[count];
        for (int i = 0; i < count; i++) {
            tables[i] = new ContextTable(bits);
        }
        return tables;
    }

    @Override
    void prepare() {
        if (prepared) {
            return;
        }
        prepared = true;
        contexts.collect();
        if (network != null) {
            network.prepare(grid);
        }
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
        int own = tables.length;
        if (level == 0) {
            findBuckets(node, learning);
        }
        for (int i = 0; i < own; i++) {
            slots[i] = buckets.at(i) + local;
            inputs[i] = tables[i].input(slots[i]);
        }
        for (int i = 0; i < fresh.length; i++) {
            slots[own + i] = buckets.at(own + i) + local;
            inputs[own + i] = fresh[i].input(slots[own + i]);
        }
        int next = slots.length;
        int s = grid.stage();
        int fourth = contexts.equalities();
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
        if (network != null) {
            inputs[next] = network.logit(node);
            next++;
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

    private void findBuckets(int node, boolean learning) {
        for (int i = 0; i < tables.length; i++) {
            int hash = ContextTable.hash(contexts.hash(i), node);
            buckets.ask(i, hash);
            if (fresh.length > 0) {
                buckets.ask(tables.length + i, hash);
            }
        }
        buckets.find(learning);
    }

    @Override
    void learn(int bit) {
        mixer.update(bit);
        for (int i = 0; i < tables.length; i++) {
            tables[i].update(slots[i], bit);
        }
        for (int i = 0; i < fresh.length; i++) {
            fresh[i].update(slots[tables.length + i], bit);
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
}
