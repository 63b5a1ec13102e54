package dev.tessera.codecs.rans;

import dev.tessera.codecs.CoderSupport;
import java.util.Arrays;

/** Run by {@link RansModesTest}: both loops on one stream; prints lanes, whether vectors are chosen, and a hash. */
final class RansDigest {
    private RansDigest() {}

    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        int[] symbols = CoderSupport.draw(5, count, 300, s -> 1 / (s + 3.0));
        FrequencyTable table = FrequencyTable.fromCounts(CoderSupport.counts(symbols, 300), 12);
        byte[] stream = new RansEncoder(table).encode(symbols);
        int[] scalar = new RansDecoder(table, 32, false).decode(stream, count);
        int[] vector = new RansDecoder(table, 32, true).decode(stream, count);
        if (!Arrays.equals(symbols, scalar) || !Arrays.equals(symbols, vector)) {
            throw new AssertionError("symbols differ");
        }
        System.out.print(VectorRans.lanes() + " " + Integer.toHexString(Arrays.hashCode(stream)));
    }
}
