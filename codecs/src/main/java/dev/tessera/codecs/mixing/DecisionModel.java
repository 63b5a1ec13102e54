package dev.tessera.codecs.mixing;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;

/** The walk down the decision tree of a token, the same for every model of the decisions. */
abstract class DecisionModel {
    final TokenGrid grid;

    DecisionModel(TokenGrid grid) {
        this.grid = grid;
    }

    /** Gets ready for the next token; called before every walk, also when nothing has changed since the last one. */
    abstract void prepare();

    /**
     * The probability of a one in 1/65536, in [1, 65535].
     *
     * @param learning whether {@link #learn} will follow; otherwise nothing may change
     */
    abstract int predict(int depth, int node, boolean learning);

    /** Learns the decision that was predicted last. */
    abstract void learn(int bit);

    /** The token is known: takes it into the neighbourhood of those to come. */
    abstract void place(int rank);

    final void encodeToken(RangeEncoder encoder, int index) {
        int rank = grid.checkedRank(index);
        CodeTree tree = grid.tree();
        prepare();
        int node = 1;
        for (int depth = 0; depth < tree.bits; depth++) {
            int bit = rank >> tree.bits - 1 - depth & 1;
            if (tree.splits(node, depth)) {
                encoder.encodeBit(bit, predict(depth, node, true));
                learn(bit);
            }
            node = node << 1 | bit;
        }
        place(rank);
    }

    /** Learns a token without coding it. */
    final void observeToken(int index) {
        int rank = grid.checkedRank(index);
        CodeTree tree = grid.tree();
        prepare();
        int node = 1;
        for (int depth = 0; depth < tree.bits; depth++) {
            int bit = rank >> tree.bits - 1 - depth & 1;
            if (tree.splits(node, depth)) {
                predict(depth, node, true);
                learn(bit);
            }
            node = node << 1 | bit;
        }
        place(rank);
    }

    final int decodeToken(RangeDecoder decoder) {
        CodeTree tree = grid.tree();
        prepare();
        int node = 1;
        for (int depth = 0; depth < tree.bits; depth++) {
            int bit = 0;
            if (tree.splits(node, depth)) {
                bit = decoder.decodeBit(predict(depth, node, true));
                learn(bit);
            }
            node = node << 1 | bit;
        }
        int rank = node - (1 << tree.bits);
        place(rank);
        return tree.index(rank);
    }

    final int costOfToken(int index) {
        int rank = grid.checkedRank(index);
        CodeTree tree = grid.tree();
        prepare();
        int cost = 0;
        int node = 1;
        for (int depth = 0; depth < tree.bits; depth++) {
            int bit = rank >> tree.bits - 1 - depth & 1;
            if (tree.splits(node, depth)) {
                int p = predict(depth, node, false);
                cost += LogisticTables.cost(bit == 1 ? p : 65536 - p);
            }
            node = node << 1 | bit;
        }
        return cost;
    }
}
