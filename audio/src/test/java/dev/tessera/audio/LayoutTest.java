package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrLimits;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sound in the progressive and the independent layout. */
class LayoutTest {
    private static AudioCodec small; // with the model of the golden files
    private static AudioCodec shipped;

    @BeforeAll
    static void loadModels() throws IOException {
        small = new AudioCodec(AudioModel.load(ModelFile.read(golden("model.safetensors"))));
        try (InputStream in = AudioModel.class.getResourceAsStream("models/audio-mel-mdct.safetensors")) {
            shipped = new AudioCodec(AudioModel.load(ModelFile.read(in)));
        }
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = LayoutTest.class.getResourceAsStream("/golden/audio/0/" + name)) {
            return in.readAllBytes();
        }
    }

    private static TsrFile read(byte[] file, Tolerance tolerance) throws IOException {
        return TsrFile.read(file, TsrLimits.DEFAULT, tolerance);
    }

    /** A gliding harmonic tone with pauses. */
    private static float[] tone(int samples) {
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) {
            double t = i / 16000.0;
            double phase = 2 * Math.PI * (140 * t + 20 * t * t);
            double gate = Math.sin(2 * Math.PI * 1.5 * t) > -0.3 ? 1 : 0;
            x[i] = (float) (gate * (0.2 * Math.sin(phase) + 0.1 * Math.sin(2 * phase) + 0.05 * Math.sin(9 * phase)));
        }
        return x;
    }

    private static double error(float[] x, float[] y) {
        double error = 0;
        for (int i = 0; i < x.length; i++) {
            error += (x[i] - y[i]) * (x[i] - y[i]);
        }
        return error;
    }

    @ParameterizedTest
    @ValueSource(strings = {"envelope", "hybrid", "stereo", "short"})
    void tokensStayTheSameInEveryLayout(String name) throws IOException {
        TsrFile single = TsrFile.read(golden(name + ".tsr"));
        AudioSignal expected = small.decompress(single);
        for (TsrLayout layout : TsrLayout.values()) {
            byte[] other = small.relayout(single, layout);
            assertEquals(expected, small.decompress(TsrFile.read(other), 2));
            assertArrayEquals(golden(name + ".tsr"), small.relayout(TsrFile.read(other), TsrLayout.SINGLE));
            if (layout != TsrLayout.SINGLE && !name.equals("short")) {
                String file = name + "-" + layout.name().toLowerCase(Locale.ROOT) + ".tsr";
                assertArrayEquals(golden(file), other, file);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TsrLayout.class)
    void budgetsAreKeptAndUsed(TsrLayout layout) {
        AudioSignal signal = AudioSignal.mono(16000, tone(48000));
        for (int budget : new int[] {200, 500, 900}) {
            int bytes = shipped.compress(signal, new RateTarget.Bytes(budget), layout)
                    .bytes()
                    .length;
            assertTrue(bytes <= budget && bytes >= 0.97 * budget, layout + ": " + bytes + " of " + budget);
        }
    }

    @Test
    void everyFrameStandsInOneChunk() {
        for (int samples : new int[] {0, 1, 640, 16_000, 239_999, 240_000, 700_000}) {
            int chunks = FrameSets.SETS * FrameSets.sections(samples);
            for (FrameSets sets : List.of(FrameSets.ofEnvelope(samples), FrameSets.ofCore(samples))) {
                int[] all = IntStream.range(0, chunks)
                        .flatMap(i -> Arrays.stream(sets.framesOf(i)))
                        .sorted()
                        .toArray();
                assertArrayEquals(IntStream.range(0, sets.frames()).toArray(), all);
            }
        }
    }

    @Test
    void threadsChangeNothing() throws IOException {
        AudioSignal signal = AudioSignal.mono(16000, tone(250_000));
        byte[] file = shipped.compress(signal, new RateTarget.Quality(45), TsrLayout.INDEPENDENT)
                .bytes();
        assertEquals(10, TsrFile.read(file).chunkCount());
        byte[] damaged = file.clone();
        damaged[file.length / 2] ^= 1;
        AudioSignal one = shipped.decompress(read(damaged, Tolerance.CONCEAL), 1);
        for (int threads : new int[] {2, 7}) {
            assertEquals(one, shipped.decompress(read(damaged, Tolerance.CONCEAL), threads));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 70})
    void everyFirstChunksOfAProgressiveFileDecode(int quality) throws IOException {
        float[] x = tone(48_000);
        byte[] file = shipped.compress(
                        AudioSignal.mono(16000, x), new RateTarget.Quality(quality), TsrLayout.PROGRESSIVE)
                .bytes();
        int[] ends = ends(file, 2);
        assertEquals(5, ends.length);
        List<Double> errors = new ArrayList<>();
        long missing = Long.MAX_VALUE;
        for (int end : ends) {
            TsrFile prefix = read(Arrays.copyOf(file, end), Tolerance.PREFIX);
            AudioSignal back = shipped.decompress(prefix);
            assertEquals(x.length, back.length());
            assertTrue(shipped.missingTokens(prefix) <= missing);
            missing = shipped.missingTokens(prefix);
            errors.add(error(x, back.channel(0)));
        }
        assertEquals(0, missing);
        if (quality >= 30) { // with a waveform
            assertTrue(errors.get(1) < 0.5 * errors.get(0) && errors.get(4) < 0.5 * errors.get(1), errors.toString());
        }
    }

    @Test
    void aLostFifthIsConcealed() throws IOException {
        float[] x = tone(64_000);
        MelDistance original = new MelDistance(x);
        byte[] file = shipped.compress(AudioSignal.mono(16000, x), new RateTarget.Quality(60), TsrLayout.INDEPENDENT)
                .bytes();
        byte[] damaged = file.clone();
        damaged[file.length - 1] ^= 1; // the last chunk, so that its prefix lacks the same frames
        assertThrows(IOException.class, () -> TsrFile.read(damaged));
        TsrFile read = read(damaged, Tolerance.CONCEAL);
        assertArrayEquals(new int[] {4}, read.missingChunks());
        assertTrue(shipped.missingTokens(read) > 0);
        double whole = original.distance(shipped.decompress(TsrFile.read(file)));
        double concealed = original.distance(shipped.decompress(read));
        double filled = original.distance(shipped.decompress(read(damaged, Tolerance.PREFIX)));
        assertTrue(
                whole < concealed && concealed < whole + 0.6 * (filled - whole),
                whole + " undamaged, " + concealed + " concealed, " + filled + " filled with the mean");
    }

    /** Mean distance between logarithmic mel bands. */
    private record MelDistance(float[] samples) {
        double distance(AudioSignal other) {
            float[] a = MelEnvelope.logMel(samples).data();
            float[] b = MelEnvelope.logMel(other.channel(0)).data();
            double sum = 0;
            for (int i = 0; i < a.length; i++) {
                sum += Math.abs(a[i] - b[i]) / a.length;
            }
            return sum;
        }
    }

    @Test
    void damageIsOurExceptionOrADecodedSound() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        for (String name : List.of("envelope", "hybrid", "stereo")) {
            for (TsrLayout layout : List.of(TsrLayout.PROGRESSIVE, TsrLayout.INDEPENDENT)) {
                byte[] file = golden(name + "-" + layout.name().toLowerCase(Locale.ROOT) + ".tsr");
                TsrFile whole = TsrFile.read(file);
                int length = small.decompress(whole).length();
                for (int cut = 0; cut < file.length; cut++) {
                    byte[] shorter = Arrays.copyOf(file, cut);
                    assertThrows(IOException.class, () -> TsrFile.read(shorter));
                    try {
                        TsrFile read = read(shorter, Tolerance.CONCEAL);
                        assertTrue(small.missingTokens(read) >= 0);
                        if (cut % 16 == 0) { // making sound takes long
                            assertEquals(length, small.decompress(read).length());
                        }
                    } catch (IOException expected) {
                        assertTrue(expected.getMessage() != null);
                    }
                }
                for (int i = 0; i < 6; i++) {
                    List<byte[]> chunks = new ArrayList<>();
                    for (int bytes : whole.chunkBytes()) {
                        byte[] chunk = new byte[random.nextInt(bytes + 4)];
                        random.nextBytes(chunk);
                        chunks.add(chunk);
                    }
                    try {
                        TsrFile nonsense = TsrFile.read(TsrFile.write(whole.header(), layout, chunks));
                        assertEquals(length, small.decompress(nonsense, 2).length());
                    } catch (IOException expected) {
                        assertTrue(expected.getMessage() != null);
                    }
                }
            }
        }
    }

    private static int[] ends(byte[] file, int checksumBytes) throws IOException {
        int[] ends = TsrFile.read(file).chunkBytes();
        int end = file.length;
        for (int i = ends.length - 1; i >= 0; i--) {
            int bytes = ends[i] + checksumBytes;
            ends[i] = end;
            end -= bytes;
        }
        return ends;
    }
}
