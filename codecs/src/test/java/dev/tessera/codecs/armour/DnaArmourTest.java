package dev.tessera.codecs.armour;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.UnsupportedVersionException;
import dev.tessera.codecs.armour.ArmourReport.RefusedStrand;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DnaArmourTest {
    private static final String LETTERS = "ACGT";

    private static byte[] random(int length, long seed) {
        byte[] data = new byte[length];
        new Random(seed).nextBytes(data);
        return data;
    }

    private static byte[] filled(int length, int value) {
        byte[] data = new byte[length];
        Arrays.fill(data, (byte) value);
        return data;
    }

    private static String substitute(String strand, int position, int shift) {
        char other = LETTERS.charAt((LETTERS.indexOf(strand.charAt(position)) + shift) % 4);
        return strand.substring(0, position) + other + strand.substring(position + 1);
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = DnaArmourTest.class.getResourceAsStream("/golden/dna/0/" + name)) {
            return in.readAllBytes();
        }
    }

    private static void assertStrandIsLegal(String strand) {
        assertEquals(150, strand.length());
        int run = 1;
        int gc = 0;
        for (int i = 0; i < strand.length(); i++) {
            run = i > 0 && strand.charAt(i) == strand.charAt(i - 1) ? run + 1 : 1;
            assertTrue(run <= 3, "run of " + run + " at " + i + " of " + strand);
            gc += "GC".indexOf(strand.charAt(i)) >= 0 ? 1 : 0;
            gc -= i >= 50 && "GC".indexOf(strand.charAt(i - 50)) >= 0 ? 1 : 0;
            if (i >= 49) {
                assertTrue(gc >= 20 && gc <= 30, gc + " G+C in the 50 bases before " + (i + 1) + " of " + strand);
            }
        }
    }

    private static void assertLegalAndBack(byte[] data) throws IOException {
        List<String> strands = DnaArmour.encode(data);
        strands.forEach(DnaArmourTest::assertStrandIsLegal);
        DnaArmour.Contents contents = DnaArmour.decode(strands);
        assertArrayEquals(data, contents.data());
        assertEquals(new ArmourReport(strands.size(), strands.size(), 0, 0, List.of()), contents.report());
        assertArrayEquals(data, DnaArmour.read(DnaArmour.write(data)).data());
    }

    /** Both files were written by src/test/python/reference_dna.py. */
    @Test
    void goldenFilesAreWrittenAndReadAlike() throws IOException {
        byte[] tsr = HexFormat.ofDelimiter(" ").parseHex("d4 00 a1 b2 c3 ff 03 ff 03 05 01 23 45 67 6c 19");
        byte[] mixed = new byte[384];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = (byte) (i < 256 ? i : i < 320 ? 0 : 255);
        }
        assertArrayEquals(golden("image-512x512.dna"), DnaArmour.write(tsr));
        assertArrayEquals(golden("mixed-384.dna"), DnaArmour.write(mixed));
        assertArrayEquals(tsr, DnaArmour.read(golden("image-512x512.dna")).data());
        assertArrayEquals(mixed, DnaArmour.read(golden("mixed-384.dna")).data());
    }

    @Test
    void adversarialBytesKeepTheConstraints() throws IOException {
        for (int value : new int[] {0x00, 0xFF, 0x55, 0xAA, 0x0F, 0x80, 0x01}) {
            assertLegalAndBack(filled(1000, value));
        }
        assertLegalAndBack(random(31 * 1000, 5));
        for (int length = 0; length < 100; length++) {
            assertLegalAndBack(random(length, length));
        }
    }

    @Property(tries = 300)
    void anyBytesKeepTheConstraintsAndComeBack(@ForAll @Size(max = 400) byte[] data) throws IOException {
        assertLegalAndBack(data);
    }

    /** Every parity base, index and checksum is counted. */
    @Test
    void netRate() {
        assertEquals(1.641, 8.0 * 4000 / (150 * DnaArmour.encode(new byte[4000]).size()), 0.0005);
        assertEquals(1.616, 8.0 * 1000 / (150 * DnaArmour.encode(new byte[1000]).size()), 0.0005);
        assertEquals(1.333, 8.0 * 100 / (150 * DnaArmour.encode(new byte[100]).size()), 0.0005);
        assertEquals(1, DnaArmour.encode(new byte[26]).size());
        assertEquals(2, DnaArmour.encode(new byte[27]).size());
        for (int bytes = 0; bytes < 20_000; bytes++) {
            double rate = 8.0 * bytes / (150.0 * DnaArmour.segments(bytes));
            assertTrue(rate >= (bytes >= 2000 ? 1.6 : bytes >= 184 ? 1.4 : 0), bytes + " bytes: " + rate);
        }
        assertEquals(1 << 22, DnaArmour.segments(DnaArmour.MAX_BYTES));
        assertThrows(IllegalArgumentException.class, () -> DnaArmour.segments(DnaArmour.MAX_BYTES + 1));
    }

    @Test
    void tenThousandFilesWithOneSubstitutionInEverySegmentComeBack() throws IOException {
        Random random = new Random(7);
        for (int file = 0; file < 10_000; file++) {
            byte[] data = random(random.nextInt(80), file);
            List<String> strands = DnaArmour.encode(data);
            strands.replaceAll(s -> substitute(s, random.nextInt(150), 1 + random.nextInt(3)));
            Collections.shuffle(strands, random);
            DnaArmour.Contents contents = DnaArmour.decode(strands);
            assertArrayEquals(data, contents.data());
            assertEquals(strands.size(), contents.report().correctedSubstitutions());
        }
    }

    /** All 100,575 pairs of substitutions in one strand: none is taken for anything else. */
    @Test
    void everyPairOfSubstitutionsInOneSegmentIsReported() throws IOException {
        String strand = DnaArmour.encode("two substitutions".getBytes(StandardCharsets.US_ASCII))
                .getFirst();
        for (int i = 0; i < 150; i++) {
            for (int j = i + 1; j < 150; j++) {
                for (int shifts = 0; shifts < 9; shifts++) {
                    String damaged = substitute(substitute(strand, i, 1 + shifts % 3), j, 1 + shifts / 3);
                    assertEquals(new DnaSegment.Reading.Refused("two or more wrong bases"), DnaSegment.read(damaged));
                }
            }
        }
    }

    @Test
    void twoSubstitutionsNameStrandAndSegment() {
        Random random = new Random(9);
        for (int trial = 0; trial < 500; trial++) {
            List<String> strands = DnaArmour.encode(random(100, trial));
            int hit = random.nextInt(strands.size() - 1);
            int first = random.nextInt(149);
            int second = random.nextInt(first + 1, 150);
            strands.set(
                    hit,
                    substitute(
                            substitute(strands.get(hit), first, 1 + random.nextInt(3)), second, 1 + random.nextInt(3)));
            CorruptBitstreamException e =
                    assertThrows(CorruptBitstreamException.class, () -> DnaArmour.decode(strands));
            assertTrue(
                    e.getMessage()
                            .endsWith("missing segment " + hit + "; refused strand " + (hit + 1)
                                    + " (two or more wrong bases)"),
                    e.getMessage());
        }
    }

    @Test
    void copiesReplaceDamagedStrandsAndTheReportSaysSo() throws IOException {
        byte[] data = random(200, 1);
        List<String> strands = DnaArmour.encode(data);
        List<String> pool = new ArrayList<>(strands);
        pool.add(3, substitute(substitute(strands.get(5), 10, 1), 90, 2));
        pool.add(substitute(strands.get(2), 149, 3));
        pool.add(strands.get(1).substring(1));
        DnaArmour.Contents contents = DnaArmour.decode(pool);
        assertArrayEquals(data, contents.data());
        assertEquals(
                new ArmourReport(
                        10,
                        7,
                        1,
                        1,
                        List.of(
                                new RefusedStrand(4, "two or more wrong bases"),
                                new RefusedStrand(10, "149 bases, must be 150"))),
                contents.report());
    }

    @Test
    void lostSegmentsAreNamed() {
        List<String> strands = DnaArmour.encode(random(300, 2));
        for (int lost = 0; lost < strands.size(); lost++) {
            List<String> rest = new ArrayList<>(strands);
            rest.remove(lost);
            String missing = lost == strands.size() - 1 ? "the last one" : Integer.toString(lost);
            assertMessage("missing segment " + missing, rest);
        }
        assertMessage("missing segments 1, 2, 3 and 5 more", List.of(strands.getFirst(), strands.getLast()));
        assertMessage("missing segment the last one", List.of());
    }

    @Test
    void strandsOfTwoStreamsAreNotMixed() {
        List<String> one = DnaArmour.encode(random(100, 3));
        List<String> other = DnaArmour.encode(random(100, 4));
        List<String> longer = DnaArmour.encode(random(200, 4));
        assertMessage("strand 5 contradicts an earlier strand of segment 0", concatenate(one, other));
        assertMessage("the checksum over all 4 segments", concatenate(one.subList(0, 2), other.subList(2, 4)));
        String beyond = new DnaSegment(0, 6, false, new byte[31]).toLetters();
        assertMessage("segment 6 stands behind segment 3", concatenate(one, List.of(beyond)));
        String secondEnd = new DnaSegment(0, 2, true, new byte[31]).toLetters();
        assertMessage("both claim to be the last", concatenate(List.of(secondEnd), one.subList(3, 4)));
    }

    private static List<String> concatenate(List<String> a, List<String> b) {
        List<String> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }

    private static void assertMessage(String part, List<String> strands) {
        CorruptBitstreamException e = assertThrows(CorruptBitstreamException.class, () -> DnaArmour.decode(strands));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void oneUnreadableBaseIsCorrectedTwoAreNot() throws IOException {
        String strand = DnaArmour.encode(new byte[9]).getFirst();
        for (int i = 0; i < 150; i++) {
            String unreadable = strand.substring(0, i) + 'N' + strand.substring(i + 1);
            DnaArmour.Contents contents = DnaArmour.decode(List.of(unreadable));
            assertArrayEquals(new byte[9], contents.data());
            assertEquals(1, contents.report().correctedSubstitutions());
            String second = substitute(unreadable, (i + 50) % 150, 1);
            assertEquals(new DnaSegment.Reading.Refused("two or more wrong bases"), DnaSegment.read(second));
        }
        assertEquals(
                new DnaSegment.Reading.Refused("two or more unreadable bases"),
                DnaSegment.read("N" + strand.substring(1, 149) + "N"));
    }

    @Test
    void otherVersionsAreRefused() {
        String strand = new DnaSegment(2, 0, true, new byte[31]).toLetters();
        assertStrandIsLegal(strand);
        assertThrows(UnsupportedVersionException.class, () -> DnaArmour.decode(List.of(strand)));
    }

    @Test
    void textMayBeWrappedOrBareOrInSmallLetters() throws IOException {
        byte[] data = random(150, 8);
        List<String> strands = DnaArmour.encode(data);
        String bare = String.join("\r\n", strands);
        StringBuilder wrapped = new StringBuilder("\n>first\n");
        for (String strand : strands) {
            wrapped.append(strand, 0, 60).append('\n').append(strand, 60, 120).append("\n\n");
            wrapped.append(strand.substring(120).toLowerCase(Locale.ROOT)).append("\n> next\n");
        }
        for (String text : List.of(bare, bare + "\n", wrapped.toString())) {
            assertArrayEquals(
                    data,
                    DnaArmour.read(text.getBytes(StandardCharsets.US_ASCII)).data());
        }
    }

    @Test
    void armourIsRecognisedByItsStart() {
        byte[] text = DnaArmour.write(new byte[3]);
        assertTrue(DnaArmour.isArmoured(text));
        byte[] bare = DnaArmour.encode(new byte[3]).getFirst().getBytes(StandardCharsets.US_ASCII);
        assertTrue(DnaArmour.isArmoured(bare));
        bare[0] = 'N';
        assertTrue(DnaArmour.isArmoured(bare));
        bare[1] = 'I';
        assertFalse(DnaArmour.isArmoured(bare));
        assertFalse(DnaArmour.isArmoured(new byte[0]));
    }

    @Test
    void damageIsFoundOrChangesNothing() throws IOException {
        byte[] data = random(120, 11);
        byte[] text = DnaArmour.write(data);
        Random random = new Random(12);
        int back = 0;
        for (int trial = 0; trial < 5_000; trial++) {
            byte[] damaged = Arrays.copyOf(text, random.nextInt(8) == 0 ? random.nextInt(text.length) : text.length);
            for (int n = random.nextInt(6); n > 0 && damaged.length > 0; n--) {
                int at = random.nextInt(damaged.length);
                damaged[at] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : LETTERS.charAt(random.nextInt(4)));
            }
            try {
                assertArrayEquals(data, DnaArmour.read(damaged).data());
                back++;
            } catch (CorruptBitstreamException | UnsupportedVersionException e) {
                // found
            }
        }
        assertTrue(back > 300 && back < 4_700, back + " came back: damage must reach both ends");
    }

    @Test
    void textThatIsNoArmourIsRefusedQuickly() {
        byte[] huge = new byte[10_000_000];
        Arrays.fill(huge, (byte) 'A');
        assertThrows(CorruptBitstreamException.class, () -> DnaArmour.read(huge));
        assertThrows(CorruptBitstreamException.class, () -> DnaArmour.read(new byte[0]));
        assertThrows(CorruptBitstreamException.class, () -> DnaArmour.read(random(100_000, 1)));
        String farAway = new DnaSegment(0, (1 << 22) - 1, true, new byte[31]).toLetters();
        assertMessage("missing segments 0, 1, 2 and 4194300 more", List.of(farAway));
    }
}
