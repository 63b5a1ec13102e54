package dev.tessera.codecs.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.UnsupportedVersionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TsrFileTest {
    static final ModelHash MODEL = ModelHash.ofHex("a1b2c3");
    private static final TsrLimits NO_LIMITS = new TsrLimits(Long.MAX_VALUE, Long.MAX_VALUE);

    private static TsrHeader image(int width, int height) {
        return new TsrHeader(MODEL, new ImageGeometry(width, height), 5);
    }

    private static TsrHeader audio(long samples, int rate, int channels) {
        return new TsrHeader(MODEL, new AudioGeometry(samples, rate, channels), 5);
    }

    /** {@code body} with a correct checksum behind it. */
    private static byte[] sealed(String hex) {
        byte[] body = HexFormat.ofDelimiter(" ").parseHex(hex);
        byte[] file = Arrays.copyOf(body, body.length + 2);
        int crc = Crc16.of(body, body.length);
        file[body.length] = (byte) (crc >>> 8);
        file[body.length + 1] = (byte) crc;
        return file;
    }

    @Test
    void checksumHasTheCheckValueOfItsCatalogue() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertEquals(0xD64E, Crc16.of(digits, digits.length)); // CRC-16/GENIBUS
    }

    @Test
    void headerTakesTwelveBytesAtTheUsualSizes() {
        assertEquals(12, TsrFile.headerBytes(image(512, 512)));
        assertEquals(12, TsrFile.headerBytes(image(16384, 16384)));
        assertEquals(10, TsrFile.headerBytes(image(1, 128)));
        assertEquals(12, TsrFile.headerBytes(audio(5 * 24_000, 24_000, 1)));
        assertEquals(12, TsrFile.headerBytes(audio(5 * 48_000, 48_000, 2)));
        assertEquals(11, TsrFile.headerBytes(audio(16_000, 16_000, 1)));
    }

    @Property(tries = 500)
    void imageComesBack(
            @ForAll @IntRange(min = 1, max = ImageGeometry.MAX_EXTENT) int width,
            @ForAll @IntRange(min = 1, max = ImageGeometry.MAX_EXTENT) int height,
            @ForAll @IntRange(max = TsrHeader.MAX_PARAMETERS) int parameters,
            @ForAll @Size(max = 40) byte[] payload)
            throws IOException {
        TsrHeader header = new TsrHeader(MODEL, new ImageGeometry(width, height), parameters);
        byte[] file = TsrFile.write(header, payload);
        assertEquals(TsrFile.headerBytes(header) + payload.length, file.length);
        TsrFile read = TsrFile.read(file, NO_LIMITS);
        assertEquals(header, read.header());
        assertArrayEquals(payload, read.payload());
    }

    @Property(tries = 500)
    void audioComesBack(
            @ForAll @IntRange(max = Integer.MAX_VALUE / 16) int samples,
            @ForAll @IntRange(min = 1, max = AudioGeometry.MAX_SAMPLE_RATE) int rate,
            @ForAll @IntRange(min = 1, max = AudioGeometry.MAX_CHANNELS) int channels,
            @ForAll @Size(max = 40) byte[] payload)
            throws IOException {
        TsrHeader header = new TsrHeader(MODEL, new AudioGeometry(samples, rate, channels), 0);
        TsrFile read = TsrFile.read(TsrFile.write(header, payload), NO_LIMITS);
        assertEquals(header, read.header());
        assertArrayEquals(payload, read.payload());
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400, 192000, 768000, 1
            })
    void everySampleRateComesBack(int rate) throws IOException {
        TsrHeader header = audio(7, rate, 16);
        assertEquals(header, TsrFile.read(TsrFile.write(header, new byte[3])).header());
    }

    @Test
    void limitsAreCheckedBeforeAnythingElseHappens() throws IOException {
        byte[] large = TsrFile.write(image(1 << 28, 1 << 28), new byte[0]);
        CorruptBitstreamException e = assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(large));
        assertTrue(e.getMessage().contains("268435456 x 268435456"), e.getMessage());

        byte[] atLimit = TsrFile.write(image(1 << 14, 1 << 13), new byte[0]);
        assertEquals(1 << 14, ((ImageGeometry) TsrFile.read(atLimit).header().geometry()).width());
        byte[] aboveLimit = TsrFile.write(image((1 << 14) + 1, 1 << 13), new byte[0]);
        assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(aboveLimit));

        byte[] fourHours = TsrFile.write(audio(14_400L * 8000, 8000, 1), new byte[0]);
        assertEquals(audio(14_400L * 8000, 8000, 1), TsrFile.read(fourHours).header());
        byte[] longer = TsrFile.write(audio(14_400L * 8000 + 1, 8000, 1), new byte[0]);
        assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(longer));
        assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(fourHours, new TsrLimits(1, 14_399)));
    }

    @Test
    void sequencesComeBackAndAreCountedWhole() throws IOException {
        TsrHeader header = new TsrHeader(MODEL, new SequenceGeometry(300, 200, 10, 30_000, 1001), 5);
        byte[] file = TsrFile.write(header, new byte[] {7});
        String expected = "d401a1b2c3ab02c70109afea01e80705" + "07";
        assertEquals(expected, HexFormat.of().formatHex(file, 0, file.length - 2));
        assertEquals(header, TsrFile.read(file).header());
        assertEquals(header, TsrFile.read(file, new TsrLimits(600_000, 1)).header());
        assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(file, new TsrLimits(599_999, 1)));
        byte[] dots = TsrFile.write(new TsrHeader(MODEL, new SequenceGeometry(1, 1, 1000, 1, 1), 5), new byte[1]);
        assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(dots, new TsrLimits(1_023_999, 1)));
        assertEquals(1, TsrFile.read(dots, new TsrLimits(1_024_000, 1)).chunkCount());
        for (int[] wrong :
                new int[][] {{0, 1, 1, 1, 1}, {1, 1, 0, 1, 1}, {1, 1, 1, 0, 1}, {1, 1, 1, 1, (1 << 21) + 1}}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new SequenceGeometry(wrong[0], wrong[1], wrong[2], wrong[3], wrong[4]));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "D4 01 A1 B2 C3 00 00 05", // a sequence without frames and rate
                "D4 01 A1 B2 C3 00 00 00 03 01 05", // 4 ticks in 2 seconds
                "D4 03 A1 B2 C3 00 10 05", // a sound with the flag of sequences
                "D4 05 00 00 00 01 05 05", // a tensor with it
                "D4 09 A1 B2 C3 00 00 00 18 00 05", // a sequence in the layout progressive
                "D4 01 A1 B2 C3 00 00 00 FF FF FF 00 00 05", // overlong rate
                "D4 08 A1 B2 C3 00 00 05", // layout progressive
                "D4 18 A1 B2 C3 00 00 05", // layout 3
                "D4 04 00 00 00 00 00 05", // a tensor without axes
                "D4 04 00 00 00 09 01 01 01 01 01 01 01 01 01 05", // nine axes
                "D4 04 00 00 00 21 05 05", // element type 2
                "D4 04 00 00 00 03 05 05", // cut in the shape
                "D4 04 00 00 00 01 FF FF FF FF 07 05", // 2^31 - 1 elements
                "D4 04 00 00 00 01 FF FF FF FF 7F 05", // an extent of 2^35 - 1
                "D4 04 00 00 00 02 80 80 04 80 80 02 05", // 2^16 x 2^15 elements
                "D4 06 A1 B2 C3 00 00 05", // media 3
                "D4 00 A1 B2 C3 80 00 00 05", // overlong width
                "D4 00 A1 B2 C3 FF FF FF FF 00 00 05", // width of five bytes
                "D4 00 A1 B2 C3 00 FF FF FF", // cut in the height
                "D4 00 A1 B2 C3 00 00 FF", // cut in the parameters
                "D4 00 A1 B2 C3 00 00 85 00", // overlong parameters
                "D4 02 A1 B2 C3 00 D0 05", // rate code 13
                "D4 02 A1 B2 C3 00 E0 05", // rate code 14
                "D4 02 A1 B2 C3 00 F0 00 05", // rate 0
                "D4 02 A1 B2 C3 00 F0 81 F0 2E 05", // rate 768,001
                "D4 02 A1 B2 C3 00 F0 80 FD 00 05", // overlong
                "D4 02 A1 B2 C3 00 F0 C0 BB 01 05", // 24,000 Hz, which has a code
                "D4 02 A1 B2 C3 FF FF FF FF 07 51 05", // 2^31 - 1 samples of two channels
                "D4 02 A1 B2 C3 FF FF FF FF 7F 5F 05" // 2^35 - 1 samples of sixteen channels
            })
    void fieldsOutOfRangeAreCorrupt(String hex) {
        assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(sealed(hex), NO_LIMITS));
    }

    @Test
    void otherFilesAndVersionsAreTold() {
        byte[] png = HexFormat.of().parseHex("89504e470d0a1a0a0000000d49484452");
        assertTrue(assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(png))
                .getMessage()
                .contains("not a .tsr file"));
        assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(new byte[0]));
        for (int version = 1; version < 8; version++) {
            byte[] file = TsrFile.write(image(1, 1), new byte[5]);
            file[1] = (byte) (version << 5);
            assertThrows(UnsupportedVersionException.class, () -> TsrFile.read(file));
        }
    }

    @Test
    void callersMustStayInRange() {
        assertThrows(IllegalArgumentException.class, () -> new ImageGeometry(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new ImageGeometry(1, (1 << 28) + 1));
        assertThrows(IllegalArgumentException.class, () -> new AudioGeometry(-1, 8000, 1));
        assertThrows(IllegalArgumentException.class, () -> new AudioGeometry(1L << 30, 8000, 2));
        assertThrows(IllegalArgumentException.class, () -> new AudioGeometry(1, 768_001, 2));
        assertThrows(IllegalArgumentException.class, () -> new AudioGeometry(1, 8000, 17));
        assertThrows(IllegalArgumentException.class, () -> new ModelHash(1 << 24));
        assertThrows(IllegalArgumentException.class, () -> ModelHash.ofHex("a1b2"));
        assertThrows(IllegalArgumentException.class, () -> ModelHash.ofHex("no hex"));
        assertThrows(IllegalArgumentException.class, () -> new TsrHeader(MODEL, new ImageGeometry(1, 1), 1 << 28));
        assertThrows(IllegalArgumentException.class, () -> new TsrLimits(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new TsrLimits(1, 0));
    }

    @Test
    void modelHashIsTheFrontOfTheSha256() {
        String sha256 = "00ff10" + "0".repeat(58);
        assertEquals("00ff10", ModelHash.ofHex(sha256).toString());
        assertTrue(ModelHash.ofHex("00ff10").matches(sha256));
    }
}
