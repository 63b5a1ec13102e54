package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What streams of sound stand on: {@link ResamplerStream}, {@link WavInput}, {@link WavOutput}. */
class SoundPipesTest {
    private static final int DATA_SIZE_AT = 40;

    @ParameterizedTest
    @CsvSource({"16000, 16000", "48000, 16000", "44100, 16000", "16000, 44100", "8000, 16000", "12347, 16000"})
    void resampledPiecesAreTheWhole(int from, int to) {
        float[] x = SoundFileContract.tone(from, 5000, 200);
        ResamplerStream stream = new ResamplerStream(from, to);
        float[] joined = new float[0];
        SplittableRandom random = new SplittableRandom(from);
        for (int at = 0; at < x.length; ) {
            int end = Math.min(x.length, at + random.nextInt(400));
            joined = append(joined, stream.push(Arrays.copyOfRange(x, at, end)));
            at = end;
        }
        assertArrayEquals(new Resampler(from, to).resample(x), append(joined, stream.finish()));
    }

    private static float[] append(float[] a, float[] b) {
        float[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    private static byte[] wav() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AudioFiles.writeWav(
                AudioSignal.of(8000, new float[][] {
                    SoundFileContract.tone(8000, 3000, 100), SoundFileContract.tone(8000, 3000, 150)
                }),
                out);
        return out.toByteArray();
    }

    private static byte[] withDataSize(byte[] wav, int size) {
        byte[] out = wav.clone();
        ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).putInt(DATA_SIZE_AT, size);
        return out;
    }

    /** Brings at most {@code most} bytes at once. */
    private static InputStream slowly(byte[] bytes, int most) {
        return new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return super.read(buffer, offset, Math.min(most, length));
            }
        };
    }

    private static AudioSignal all(InputStream in) throws IOException {
        WavInput input = new WavInput(in, "pipe", 10);
        float[][] joined = new float[input.channels()][0];
        for (Optional<AudioSignal> next = input.next(); next.isPresent(); next = input.next()) {
            assertTrue(next.get().length() > 0);
            for (int c = 0; c < joined.length; c++) {
                joined[c] = append(joined[c], next.get().channel(c));
            }
        }
        return AudioSignal.of(input.sampleRate(), joined);
    }

    @Test
    void piecesOfWavAreTheFile() throws IOException {
        AudioSignal expected = AudioFiles.read(wav(), "x", 10);
        for (int most : new int[] {1, 7, 5000}) {
            assertEquals(expected, all(slowly(wav(), most)));
            for (int unknown : new int[] {-1, Integer.MAX_VALUE, Integer.MAX_VALUE - 36}) {
                assertEquals(expected, all(slowly(withDataSize(wav(), unknown), most)));
            }
        }
    }

    @Test
    void damagedWavIsRefused() throws IOException {
        byte[] wav = wav();
        for (int cut : new int[] {0, 5, 11, 30, 43, 44, 50, wav.length - 1}) {
            assertThrows(UnreadableAudioException.class, () -> all(slowly(Arrays.copyOf(wav, cut), 100)), "cut " + cut);
        }
        assertThrows(
                UnreadableAudioException.class,
                () -> all(slowly(Arrays.copyOf(withDataSize(wav, -1), wav.length - 1), 100)));
        assertThrows(UnreadableAudioException.class, () -> all(slowly("OggS and so on".getBytes(), 100)));
        UnreadableAudioException e = assertThrows(UnreadableAudioException.class, () -> {
            WavInput input = new WavInput(new ByteArrayInputStream(longWav()), "pipe", 1);
            while (input.next().isPresent()) {
                assertEquals(2, input.channels());
            }
        });
        assertTrue(e.getMessage().contains("above the limit of 1 s"), e.getMessage());
    }

    private static byte[] longWav() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AudioFiles.writeWav(AudioSignal.of(8000, new float[2][17_000]), out);
        return out.toByteArray();
    }

    @Test
    void whatIsWrittenInPiecesIsRead() throws IOException {
        AudioSignal signal = AudioFiles.read(wav(), "x", 10);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WavOutput output = new WavOutput(out, 8000, 2);
        output.write(new float[2][0]);
        for (int at = 0; at < 3000; at += 1000) {
            output.write(new float[][] {
                Arrays.copyOfRange(signal.channel(0), at, at + 1000),
                Arrays.copyOfRange(signal.channel(1), at, at + 1000)
            });
        }
        assertEquals(signal, AudioFiles.read(out.toByteArray(), "y", 10));
    }
}
