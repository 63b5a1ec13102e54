package dev.tessera.samples.fuzz;

import java.util.List;
import java.util.Random;

/**
 * A reader and whole streams that it reads.
 *
 * @param damage makes of a whole stream what the reader is given
 */
record Target(String name, List<byte[]> streams, Damage damage, Reader reader) {
    /** Reads the bytes to their end, or throws. */
    interface Reader {
        void read(byte[] bytes) throws Exception;
    }

    /** Damages a copy of a stream. */
    interface Damage {
        byte[] of(byte[] stream, Random random) throws Exception;
    }

    Target(String name, List<byte[]> streams, Reader reader) {
        this(name, streams, Mutator::mutate, reader);
    }
}
