package dev.tessera.audio;

import static dev.tessera.audio.SoundFileContract.snr;
import static dev.tessera.audio.SoundFileContract.sound;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrLimits;
import dev.tessera.codecs.container.TsrStreamReader;
import dev.tessera.codecs.container.TsrStreamWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams: {@link AudioStreamCompressor} and {@link AudioStreamDecompressor}. */
class AudioStreamTest {
    private static final AudioCodec CODEC = new AudioCodec(SoundFileContract.shipped("audio-scalar-2"));
    private static final int CHECKSUM_BYTES = 4;

    private static float[][] piece(AudioSignal signal, int from, int to) {
        float[][] out = new float[signal.channels()][];
        for (int c = 0; c < out.length; c++) {
            out[c] = Arrays.copyOfRange(signal.channel(c), from, to);
        }
        return out;
    }

    /** The stream of a sound that comes in pieces of 1 to {@code most} samples. */
    private static byte[] stream(AudioSignal signal, double kbps, int chunkFrames, int most) throws IOException {
        AudioStreamCompressor compressor = CODEC.compressor(signal.sampleRate(), signal.channels(), kbps, chunkFrames);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TsrStreamWriter writer = new TsrStreamWriter(out, compressor.header(), compressor.hundredths());
        SplittableRandom random = new SplittableRandom(most);
        for (int at = 0; at < signal.length(); ) {
            int to = Math.min(signal.length(), at + 1 + random.nextInt(most));
            for (byte[] chunk : compressor.push(piece(signal, at, to))) {
                writer.chunk(chunk);
            }
            at = to;
        }
        for (byte[] chunk : compressor.finish()) {
            writer.chunk(chunk);
        }
        assertEquals(signal.length(), compressor.samples());
        writer.end(compressor.samples());
        assertEquals(out.size(), writer.bytes());
        return out.toByteArray();
    }

    /** What comes out of the stream decoder, and how far it was behind the end of the newest chunk at most, in samples. */
    private record Streamed(AudioSignal signal, long lag) {}

    private static Streamed streamed(byte[] file, Tolerance tolerance) throws IOException {
        TsrStreamReader reader = new TsrStreamReader(new ByteArrayInputStream(file), TsrLimits.DEFAULT, tolerance);
        AudioStreamDecompressor decompressor = CODEC.decompressor(reader.header(), reader.hundredths());
        List<float[][]> parts = new ArrayList<>();
        long received = 0;
        long made = 0;
        long lag = 0;
        for (Optional<TsrStreamReader.Chunk> next = reader.next(); next.isPresent(); next = reader.next()) {
            Optional<byte[]> bytes = next.get().bytes();
            received += (long) reader.hundredths() * decompressor.sampleRate() / 100;
            lag = Math.max(lag, received - made);
            parts.add(bytes.isPresent() ? decompressor.push(bytes.get()) : decompressor.lose());
            made += parts.getLast()[0].length;
        }
        parts.add(
                reader.samples().isPresent()
                        ? decompressor.finish(reader.samples().getAsLong())
                        : decompressor.finish());
        float[][] out = new float[decompressor.channels()][];
        for (int c = 0; c < out.length; c++) {
            int channel = c;
            out[c] = new float
                    [parts.stream().mapToInt(part -> part[channel].length).sum()];
            int at = 0;
            for (float[][] part : parts) {
                System.arraycopy(part[c], 0, out[c], at, part[c].length);
                at += part[c].length;
            }
        }
        if (lag > 0 && tolerance == Tolerance.NONE) {
            assertTrue(lag <= decompressor.latencySamples(), lag + " of " + decompressor.latencySamples());
        }
        return new Streamed(AudioSignal.of(decompressor.sampleRate(), out), lag);
    }

    private static AudioSignal whole(byte[] file, Tolerance tolerance) throws IOException {
        return CODEC.decompress(TsrFile.read(file, TsrLimits.DEFAULT, tolerance));
    }

    /** The file with the first byte of some chunks changed. */
    private static byte[] damaged(byte[] file, int... lost) throws IOException {
        int[] lengths = TsrFile.read(file).chunkBytes();
        TsrFile read = TsrFile.read(file);
        byte[] out = file.clone();
        int at = TsrStreamWriter.headerBytes(
                read.header(), read.streamHundredths().orElseThrow());
        for (int i = 0; i < lengths.length; i++) {
            at += lengths[i] + 1 < 128 ? 1 : 2;
            if (Arrays.binarySearch(lost, i) >= 0) {
                out[at] ^= 1;
            }
            at += lengths[i] + CHECKSUM_BYTES;
        }
        return out;
    }

    /** Envelopes alone, with a waveform and matching, and without; every length of chunks; lengths that end just behind a chunk. */
    @ParameterizedTest
    @CsvSource({
        "16000, 66000, 1, 0.3, 64",
        "16000, 61441, 1, 1, 64",
        "24000, 70000, 2, 3, 32",
        "44100, 90000, 1, 0.9, 16",
        "48000, 100000, 1, 6, 64",
        "8000, 16001, 1, 8, 8",
        "16000, 1, 1, 2, 8",
        "16000, 0, 2, 2, 64"
    })
    void streamsDecodeToWhatTheWholeFileDoes(int rate, int samples, int channels, double kbps, int frames)
            throws IOException {
        AudioSignal signal = sound(rate, samples, channels);
        byte[] file = stream(signal, kbps, frames, 3000);
        assertEquals(
                Math.ceilDiv(samples, frames * rate / 50), TsrFile.read(file).chunkCount());
        AudioSignal whole = whole(file, Tolerance.NONE);
        assertEquals(samples, whole.length());
        assertEquals(whole, streamed(file, Tolerance.NONE).signal);
    }

    @ParameterizedTest
    @CsvSource({"16000, 0.3, 64, 70000", "24000, 2, 32, 55000", "16000, 6, 8, 20000"})
    void lostChunksAreConcealedAsInTheWholeFile(int rate, double kbps, int frames, int samples) throws IOException {
        byte[] file = stream(sound(rate, samples, 1), kbps, frames, 5000);
        int chunks = TsrFile.read(file).chunkCount();
        for (int[] lost : new int[][] {{0}, {chunks - 1}, {1, 2}, {1, 3}}) {
            byte[] damaged = damaged(file, lost);
            assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(damaged));
            assertArrayEquals(
                    lost,
                    TsrFile.read(damaged, TsrLimits.DEFAULT, Tolerance.CONCEAL).missingChunks());
            assertEquals(whole(damaged, Tolerance.CONCEAL), streamed(damaged, Tolerance.CONCEAL).signal);
        }
    }

    /** What is above 8 kHz is there where the rate allows. */
    @Test
    void streamsHaveWhatIsAbove8Khz() throws IOException {
        AudioSignal signal = sound(24_000, 90_000, 1);
        assertTrue(CODEC.compressor(24_000, 1, 2, 64).header().parameters() >= 256);
        assertTrue(CODEC.compressor(24_000, 1, 0.2, 32).header().parameters() < 256);
        HighBand band = HighBand.of(24_000).orElseThrow();
        double[][] wanted = band.levels(signal.channel(0));
        double[][] heard =
                band.levels(whole(stream(signal, 2, 64, 5000), Tolerance.NONE).channel(0));
        double difference = 0;
        for (int t = 0; t < wanted.length; t++) {
            difference += Math.abs(wanted[t][1] - heard[t][1]) / wanted.length;
        }
        assertTrue(difference < EnvelopeBasis.PER_OCTAVE, difference + "/256 octave");
    }

    @Test
    void aStreamThatIsCutIsDecodedAsFarAsItGoes() throws IOException {
        byte[] file = stream(sound(16_000, 70_000, 1), 1, 32, 5000);
        byte[] cut = Arrays.copyOf(file, file.length * 2 / 3);
        for (Tolerance tolerance : new Tolerance[] {Tolerance.PREFIX, Tolerance.CONCEAL}) {
            AudioSignal whole = whole(cut, tolerance);
            assertTrue(whole.length() > 30_000 && whole.length() % (32 * 320) == 0, whole.toString());
            assertEquals(whole, streamed(cut, tolerance).signal);
        }
        assertThrows(CorruptBitstreamException.class, () -> streamed(cut, Tolerance.NONE));
    }

    @Test
    void howSamplesAreCutDoesNotMatter() throws IOException {
        AudioSignal signal = sound(22_050, 80_000, 2);
        byte[] once = stream(signal, 2, 16, 80_000 * 50);
        assertArrayEquals(once, stream(signal, 2, 16, 700));
    }

    /** The whole stream up to every chunk is within the rate, and little is left. */
    @ParameterizedTest
    @CsvSource({"1, 64", "3, 32", "6, 8", "16, 64"})
    void theRateIsKept(double kbps, int frames) throws IOException {
        AudioSignal signal = sound(16_000, 10 * 64 * 320, 1);
        byte[] file = stream(signal, kbps, frames, 4000);
        int[] lengths = TsrFile.read(file).chunkBytes();
        double bytes = file.length
                - Arrays.stream(lengths)
                        .mapToLong(n -> n + 5 + (n + 1 < 128 ? 0 : 1))
                        .sum();
        for (int i = 0; i < lengths.length; i++) {
            bytes += lengths[i] + 6;
            double most = kbps * 125 * frames / 50 * (i + 1);
            assertTrue(bytes <= most + 1, bytes + " of " + most + " bytes up to chunk " + i);
        }
        double used = 8 * file.length / signal.seconds() / 1000 / kbps;
        assertTrue(used > 0.85, used + " of the rate");
    }

    @Test
    void aChunkIsFinishedAsSoonAsItsLatencySays() {
        AudioSignal signal = sound(48_000, 3 * 48_000, 1);
        AudioStreamCompressor compressor = CODEC.compressor(48_000, 1, 2, 32);
        int latency = compressor.latencySamples();
        assertEquals((double) latency / 48_000, compressor.latencySeconds());
        assertTrue(compressor.push(piece(signal, 0, latency - 200)).isEmpty());
        assertEquals(1, compressor.push(piece(signal, latency - 200, latency)).size());
    }

    /** Causal rate control and fresh borders cost little against a file of independent chunks. */
    @Test
    void streamsAreNearlyAsGoodAsFiles() throws IOException {
        AudioSignal signal = sound(16_000, 8 * 64 * 320, 1);
        byte[] file = stream(signal, 6, 64, 9000);
        byte[] other = CODEC.compress(signal, new RateTarget.Bytes(file.length), TsrLayout.INDEPENDENT)
                .bytes();
        double streamed = snr(signal.channel(0), whole(file, Tolerance.NONE).channel(0));
        double independent =
                snr(signal.channel(0), CODEC.decompress(TsrFile.read(other)).channel(0));
        assertTrue(streamed > 10 && streamed > independent - 1.5, streamed + " dB against " + independent);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 12, 24, 128})
    void chunksOfNoLengthAreRefused(int frames) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> CODEC.compressor(16_000, 1, 2, frames));
        assertEquals("chunkFrames is " + frames + ", must be 8, 16, 32 or 64", e.getMessage());
    }

    @Test
    void whatCannotBeIsRefused() throws IOException {
        for (double kbps : new double[] {0, -1, Double.NaN, 0.03, 1e9}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> CODEC.compressor(16_000, 1, kbps, 64));
            assertTrue(e.getMessage().startsWith("kbps is " + kbps), e.getMessage());
        }
        AudioStreamCompressor compressor = CODEC.compressor(16_000, 2, 2, 64);
        assertThrows(IllegalArgumentException.class, () -> compressor.push(new float[1][5]));
        assertThrows(IllegalArgumentException.class, () -> compressor.push(new float[][] {{0}, {Float.NaN}}));
        TsrHeader header = compressor.header();
        assertThrows(CorruptBitstreamException.class, () -> CODEC.decompressor(header, 100));
        TsrHeader mode = new TsrHeader(header.model(), header.geometry(), header.parameters() | 3);
        assertThrows(CorruptBitstreamException.class, () -> CODEC.decompressor(mode, 128));
        TsrHeader steps = new TsrHeader(header.model(), header.geometry(), header.parameters() | 1 << 8);
        assertThrows(CorruptBitstreamException.class, () -> CODEC.decompressor(steps, 128));
        AudioStreamDecompressor decompressor = CODEC.decompressor(header, 128);
        assertThrows(IllegalArgumentException.class, () -> decompressor.finish(1));
        AudioCodec other = new AudioCodec(SoundFileContract.shipped("audio-mel-lapped"));
        assertFalse(other.hasStreams());
        assertThrows(IllegalArgumentException.class, () -> other.compressor(16_000, 1, 2, 64));
        TsrFile file = TsrFile.read(stream(sound(16_000, 3000, 1), 2, 64, 3000));
        assertThrows(CorruptBitstreamException.class, () -> other.decompress(file));
        assertThrows(IllegalArgumentException.class, () -> CODEC.relayout(file, TsrLayout.INDEPENDENT));
    }

    /** Chunks of random bytes under right checksums: samples or our exception, in both decoders the same. */
    @Test
    void nonsenseIsOurExceptionOrASound() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        AudioStreamCompressor form = CODEC.compressor(16_000, 1, 2, 8);
        TsrHeader header = new TsrHeader(
                form.header().model(),
                new AudioGeometry(0, 16_000, 1),
                form.header().parameters());
        for (int i = 0; i < 10; i++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            TsrStreamWriter writer = new TsrStreamWriter(out, header, form.hundredths());
            for (int c = 0; c < 2; c++) {
                byte[] chunk = new byte[random.nextInt(60)];
                random.nextBytes(chunk);
                writer.chunk(chunk);
            }
            writer.end(5000);
            try {
                assertEquals(
                        whole(out.toByteArray(), Tolerance.NONE), streamed(out.toByteArray(), Tolerance.NONE).signal);
            } catch (CorruptBitstreamException expected) {
                assertThrows(CorruptBitstreamException.class, () -> whole(out.toByteArray(), Tolerance.NONE));
            }
        }
    }
}
