package dev.tessera.codecs.rans;

/**
 * The decoding loop in plain Java; it is the specification. Measured on C2 of JDK 25: states in an array are as fast
 * as states in unrolled locals, which spill; 32 are faster than 8 or 4.
 */
final class ScalarRans {
    private ScalarRans() {}

    /**
     * Decodes {@code count} symbols, a multiple of {@code lanes}, with the first {@code lanes} states, and stops early
     * behind {@code wordCount}.
     *
     * @param words with room for one round of steps behind {@code wordCount}
     * @return the new position, beyond {@code wordCount} if the words did not suffice
     */
    static int decode(
            FrequencyTable table,
            int[] state,
            int lanes,
            short[] words,
            int position,
            int wordCount,
            int[] symbols,
            int offset,
            int count) {
        int[] slotSymbols = table.slotSymbols();
        int[] slotSteps = table.slotSteps();
        int bits = table.bits();
        int mask = (1 << bits) - 1;
        int at = position;
        for (int i = offset; i < offset + count && at <= wordCount; i += lanes) {
            for (int j = 0; j < lanes; j++) {
                int x = state[j];
                int slot = x & mask;
                int step = slotSteps[slot];
                symbols[i + j] = slotSymbols[slot];
                x = ((step >>> 16) + 1) * (x >>> bits) + (step & 0xFFFF);
                int refill = (x >>> 16) - 1 >> 31; // -1 below 2^16; branch-free, as it is close to a coin toss
                state[j] = x << (refill & 16) | words[at] & 0xFFFF & refill;
                at -= refill;
            }
        }
        return at;
    }
}
