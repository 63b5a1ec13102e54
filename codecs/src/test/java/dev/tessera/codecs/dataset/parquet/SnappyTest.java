package dev.tessera.codecs.dataset.parquet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tessera.codecs.CorruptBitstreamException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnappyTest {
    private static byte[] decompress(String hex, int length) throws CorruptBitstreamException {
        return Snappy.decompress(HexFormat.of().parseHex(hex), length, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "00, ''", // nothing
        "03 08 616263, abc", // literal of three
        "0A 04 6162 11 02, ababababab", // one-byte distance, overlapping
        "09 08 616263 16 0300, abcabcabc", // two-byte distance
        "09 08 616263 17 03000000, abcabcabc", // four-byte distance
        "04 F0 03 61626364, abcd", // literal with its length in one byte
        "04 F4 0300 61626364, abcd", // in two
    })
    void readsEveryKindOfElement(String hex, String expected) throws CorruptBitstreamException {
        byte[] out = decompress(hex.replace(" ", ""), expected.length());
        assertEquals(expected, new String(out, StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @CsvSource({
        "'', 0", // no length
        "03 08 6162, 3", // literal beyond the input
        "02 08 616263, 2", // literal beyond the output
        "04 08 616263, 4", // output not filled
        "04 08 616263, 3", // other length than the page's
        "04 00 61 11 02, 5", // copy from before the start
        "05 00 61 11 00, 5", // copy from nowhere
        "09 08 616263 16 03, 9", // distance cut
        "06 08 616263 16 0300, 6", // copy beyond the output
        "04 FC FFFFFFFF 61, 4", // literal of 4 GB
        "FFFFFFFFFFFF, 3"
    })
    void refusesDamage(String hex, int length) {
        assertThrows(CorruptBitstreamException.class, () -> decompress(hex.replace(" ", ""), length));
    }

    @Test
    void copiesRunsOfOneByte() throws CorruptBitstreamException {
        byte[] expected = new byte[65];
        assertArrayEquals(expected, decompress("41" + "0000" + "FE0100", 65));
    }
}
