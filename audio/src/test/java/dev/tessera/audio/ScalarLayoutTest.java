package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets of {@link ScalarCodec}: the independent layout, and sounds of which some are lost. */
class ScalarLayoutTest {
    private static final int RATE = 16_000;
    private static final int CHUNK_SAMPLES = 64 * 320; // docs/formats/tsr.md
    private static final int CHECKSUM_BYTES = 4;
    private static final int CHUNKS = 5;
    private static final float[] TONE = SoundFileContract.tone(RATE, CHUNKS * CHUNK_SAMPLES - 5000, 140);

    /** How far a chunk is heard: half a block, then noise and matching of 8 short-time spectra each. */
    private static final int REACH = 1280 + 2 * 8 * 1024;

    private static final AudioCodec CODEC = new AudioCodec(SoundFileContract.shipped("audio-scalar"));

    private static byte[] compressed(int quality, float[]... channels) {
        return CODEC.compress(AudioSignal.of(RATE, channels), new RateTarget.Quality(quality), TsrLayout.INDEPENDENT)
                .bytes();
    }

    private static TsrFile read(byte[] file, Tolerance tolerance) throws IOException {
        return TsrFile.read(file, TsrLimits.DEFAULT, tolerance);
    }

    /** The file without the packets of {@code lost}. */
    private static byte[] without(byte[] file, int... lost) throws IOException {
        int[] lengths = TsrFile.read(file).chunkBytes();
        int at = file.length
                - Arrays.stream(lengths).map(n -> n + CHECKSUM_BYTES).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(file, 0, at);
        for (int i = 0; i < lengths.length; i++) {
            if (Arrays.binarySearch(lost, i) < 0) {
                out.write(file, at, lengths[i] + CHECKSUM_BYTES);
            }
            at += lengths[i] + CHECKSUM_BYTES;
        }
        return out.toByteArray();
    }

    private static float[] concealed(byte[] file, int... lost) throws IOException {
        return CODEC.decompress(read(without(file, lost), Tolerance.CONCEAL)).channel(0);
    }

    private static double largestStep(float[] x, int from, int to) {
        double largest = 0;
        for (int i = Math.max(1, from); i < Math.min(x.length, to); i++) {
            largest = Math.max(largest, Math.abs(x[i] - x[i - 1]));
        }
        return largest;
    }

    private static double melDistance(float[] a, float[] b) {
        float[] x = MelEnvelope.logMel(a).data();
        float[] y = MelEnvelope.logMel(b).data();
        return IntStream.range(0, x.length)
                .mapToDouble(i -> Math.abs(x[i] - y[i]))
                .average()
                .orElseThrow();
    }

    @Test
    void budgetsAreKeptAndUsed() {
        for (int budget : new int[] {250, 700, 2000}) {
            int bytes = CODEC.compress(
                            AudioSignal.mono(RATE, TONE), new RateTarget.Bytes(budget), TsrLayout.INDEPENDENT)
                    .bytes()
                    .length;
            assertTrue(bytes <= budget && bytes >= 0.97 * budget, bytes + " of " + budget);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 40, 70})
    void chunksCostLittle(int quality) throws IOException {
        byte[] file = compressed(quality, TONE);
        assertEquals(CHUNKS, TsrFile.read(file).chunkCount());
        int single = CODEC.compress(AudioSignal.mono(RATE, TONE), new RateTarget.Quality(quality))
                .bytes()
                .length;
        assertTrue(file.length > single && file.length < 1.35 * single + 20, file.length + " against " + single);
        assertEquals(0, CODEC.missingTokens(TsrFile.read(file)));
        assertEquals(TONE.length, CODEC.decompress(TsrFile.read(file)).length());
    }

    @Test
    void everyLengthHasItsChunks() throws IOException {
        for (int samples : new int[] {0, 1, CHUNK_SAMPLES, CHUNK_SAMPLES + 1}) {
            byte[] file = compressed(50, Arrays.copyOf(TONE, samples), new float[samples]);
            assertEquals(
                    Math.max(1, Math.ceilDiv(samples, CHUNK_SAMPLES)),
                    TsrFile.read(file).chunkCount());
            AudioSignal back = CODEC.decompress(TsrFile.read(file));
            assertEquals(samples, back.length());
            assertEquals(2, back.channels());
        }
    }

    /** Samples far from a lost chunk stay the same to the last bit, so chunks decode without each other. */
    @ParameterizedTest
    @ValueSource(ints = {20, 40, 70})
    void aLostChunkChangesItsSurroundingsOnly(int quality) throws IOException {
        byte[] file = compressed(quality, TONE);
        float[] whole = CODEC.decompress(TsrFile.read(file)).channel(0);
        int reach = quality < 30 ? 2 * 16 * 1024 : REACH; // 16 and 8 iterations of envelopes alone, 8 of both else
        for (int lost : new int[] {0, CHUNKS - 1}) {
            float[] concealed = concealed(file, lost);
            int from = lost == 0 ? CHUNK_SAMPLES + reach : 0;
            int to = lost == 0 ? whole.length : lost * CHUNK_SAMPLES - reach;
            assertArrayEquals(Arrays.copyOfRange(whole, from, to), Arrays.copyOfRange(concealed, from, to));
        }
    }

    /**
     * No steps within 40 ms of the borders of a lost chunk that are larger than those of the undamaged sound. Without a waveform all
     * phases are invented, and others where an envelope is another, so its largest step is not quite the same.
     */
    @ParameterizedTest
    @ValueSource(ints = {20, 40, 70, 100})
    void concealmentDoesNotClick(int quality) throws IOException {
        byte[] file = compressed(quality, TONE);
        float[] whole = CODEC.decompress(TsrFile.read(file)).channel(0);
        double usual = (quality < 30 ? 1.05 : 1) * largestStep(whole, 0, whole.length);
        for (int lost = 0; lost < CHUNKS; lost++) {
            float[] concealed = concealed(file, lost);
            for (int border : new int[] {lost * CHUNK_SAMPLES, (lost + 1) * CHUNK_SAMPLES}) {
                double step = largestStep(concealed, border - 640, border + 640);
                assertTrue(step <= usual, "chunk " + lost + ": " + step + " against " + usual);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 40, 70})
    void concealedIsNearerThanMeanFillAndSilence(int quality) throws IOException {
        byte[] file = compressed(quality, TONE);
        float[] whole = CODEC.decompress(TsrFile.read(file)).channel(0);
        byte[] damaged = without(file, CHUNKS - 1); // so that its prefix lacks the same chunk
        assertThrows(IOException.class, () -> TsrFile.read(damaged));
        TsrFile read = read(damaged, Tolerance.CONCEAL);
        assertArrayEquals(new int[] {CHUNKS - 1}, read.missingChunks());
        int lostFrames = MelEnvelope.frames(TONE.length) - 64 * (CHUNKS - 1);
        assertEquals((long) lostFrames * MelEnvelope.BANDS, CODEC.missingTokens(read));
        double undamaged = melDistance(TONE, whole);
        double concealed = melDistance(TONE, CODEC.decompress(read).channel(0));
        double filled = melDistance(
                TONE, CODEC.decompress(read(damaged, Tolerance.PREFIX)).channel(0));
        float[] silent = whole.clone();
        Arrays.fill(silent, (CHUNKS - 1) * CHUNK_SAMPLES, silent.length, 0);
        double silence = melDistance(TONE, silent);
        assertTrue(
                undamaged < concealed && concealed < undamaged + 0.7 * (Math.min(filled, silence) - undamaged),
                undamaged + " undamaged, " + concealed + " concealed, " + filled + " mean fill, " + silence
                        + " silence");
    }

    @Test
    void oneChunkOfStereoIsEnough() throws IOException {
        byte[] file = compressed(50, TONE, SoundFileContract.tone(RATE, TONE.length, 300));
        for (float v : concealed(file, 0, 1, 3, 4)) {
            assertTrue(Math.abs(v) < 1, "sample " + v);
        }
        assertThrows(IOException.class, () -> concealed(file, 0, 1, 2, 3, 4));
    }

    @Test
    void layoutsDoNotChange() throws IOException {
        byte[] file = compressed(50, TONE);
        assertFalse(CODEC.has(TsrLayout.PROGRESSIVE));
        assertArrayEquals(file, CODEC.relayout(TsrFile.read(file), TsrLayout.INDEPENDENT));
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> CODEC.relayout(TsrFile.read(file), TsrLayout.SINGLE));
        assertTrue(e.getMessage().contains("must be INDEPENDENT"), e.getMessage());
    }

    @Test
    void headersOfNoFileAreRefused() throws IOException {
        TsrFile file = TsrFile.read(compressed(50, TONE));
        List<byte[]> chunks = chunks(file);
        int good = file.header().parameters();
        int[] bad = {
            good | 3, // mode
            good | 3 << 6, // span
            good & ~(127 << 8) | 80 << 8, // step of the envelope
            good | 1 << 23, // step of the waveform
            1 << 15 // the same without a waveform
        };
        for (int parameters : bad) {
            TsrHeader header =
                    new TsrHeader(file.header().model(), file.header().geometry(), parameters);
            byte[] hostile = TsrFile.write(header, TsrLayout.INDEPENDENT, chunks);
            IOException e = assertThrows(IOException.class, () -> CODEC.decompress(TsrFile.read(hostile)));
            assertTrue(e.getMessage().contains("audio parameters are " + parameters), e.getMessage());
        }
        byte[] fewer = TsrFile.write(file.header(), TsrLayout.INDEPENDENT, chunks.subList(0, 4));
        IOException e = assertThrows(IOException.class, () -> CODEC.decompress(TsrFile.read(fewer)));
        assertTrue(e.getMessage().contains("4 chunks, must have 5"), e.getMessage());
        byte[] progressive = TsrFile.write(file.header(), TsrLayout.PROGRESSIVE, chunks);
        e = assertThrows(IOException.class, () -> CODEC.decompress(TsrFile.read(progressive)));
        assertTrue(e.getMessage().contains("the layout is PROGRESSIVE"), e.getMessage());
    }

    private static List<byte[]> chunks(TsrFile file) {
        return IntStream.range(0, file.chunkCount())
                .mapToObj(i -> file.chunk(i).orElseThrow())
                .toList();
    }

    /** Chunks of random bytes under right checksums: samples or our exception. */
    @Test
    void damageIsOurExceptionOrADecodedSound() throws IOException {
        float[] x = Arrays.copyOf(TONE, CHUNK_SAMPLES + 3000);
        byte[] file = compressed(35, x);
        for (int cut = 0; cut < file.length; cut++) {
            byte[] shorter = Arrays.copyOf(file, cut);
            assertThrows(IOException.class, () -> TsrFile.read(shorter));
            try {
                TsrFile read = read(shorter, Tolerance.CONCEAL);
                assertTrue(CODEC.missingTokens(read) > 0);
                if (cut % 64 == 0) { // making sound takes long
                    assertEquals(x.length, CODEC.decompress(read).length());
                }
            } catch (IOException expected) {
                assertFalse(expected.getMessage().isEmpty());
            }
        }
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 20; i++) {
            List<byte[]> chunks = new ArrayList<>();
            for (int c = 0; c < 2; c++) {
                byte[] chunk = new byte[random.nextInt(300)];
                random.nextBytes(chunk);
                chunks.add(chunk);
            }
            TsrFile nonsense = TsrFile.read(TsrFile.write(TsrFile.read(file).header(), TsrLayout.INDEPENDENT, chunks));
            try {
                assertEquals(x.length, CODEC.decompress(nonsense).length());
            } catch (IOException expected) {
                assertFalse(expected.getMessage().isEmpty());
            }
        }
    }
}
