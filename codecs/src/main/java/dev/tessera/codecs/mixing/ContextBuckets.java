package dev.tessera.codecs.mixing;

/**
 * The buckets of one decision in several tables. All of them are asked for before any is looked at, so that the reads from memory,
 * which cost more than all the rest of a model, run at the same time.
 */
final class ContextBuckets {
    private final ContextTable[] tables;
    private final int[] hashes;
    private final int[] places; // home of the hash, then its bucket
    private final int[] owners;

    ContextBuckets(ContextTable... tables) {
        this.tables = tables;
        this.hashes = new int[tables.length];
        this.places = new int[tables.length];
        this.owners = new int[tables.length];
    }

    /** Asks for the bucket of {@code hash} in table {@code i}. */
    void ask(int i, int hash) {
        hashes[i] = hash;
        places[i] = tables[i].home(hash);
        owners[i] = tables[i].owner(places[i]);
    }

    /** Settles what was asked for in all tables; see {@link ContextTable#bucket}. */
    void find(boolean claim) {
        for (int i = 0; i < tables.length; i++) {
            places[i] = tables[i].bucket(hashes[i], places[i], owners[i], claim);
        }
    }

    /** The bucket in table {@code i}. */
    int at(int i) {
        return places[i];
    }
}
