package dev.tessera.cli;

import dev.tessera.audio.AudioCodec;
import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import dev.tessera.audio.AudioStreamCompressor;
import dev.tessera.audio.AudioStreamDecompressor;
import dev.tessera.audio.WavInput;
import dev.tessera.audio.WavOutput;
import dev.tessera.codecs.container.TsrStreamReader;
import dev.tessera.codecs.container.TsrStreamWriter;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** Sound through pipes: WAV to a {@code .tsr} stream and back, every piece as soon as it is known. */
final class SoundStreams {
    private static final int RIFF_BYTES = 4;

    private SoundStreams() {}

    /**
     * Compresses what {@code in} brings.
     *
     * @param in a WAV file is read as it arrives, others whole
     * @param chunkMillis milliseconds of sound in a chunk
     * @param report gets what was done
     */
    static void compress(
            InputStream in,
            String name,
            long maxSeconds,
            AudioCodec codec,
            double kbps,
            int chunkMillis,
            OutputStream out,
            Map<String, Object> report)
            throws IOException {
        BufferedInputStream source = new BufferedInputStream(in);
        source.mark(RIFF_BYTES);
        boolean wav = new String(source.readNBytes(RIFF_BYTES), StandardCharsets.ISO_8859_1).equals("RIFF");
        source.reset();
        if (wav) {
            WavInput input = new WavInput(source, name, maxSeconds);
            Pipe pipe = new Pipe(codec, input.sampleRate(), input.channels(), kbps, chunkMillis, out);
            for (Optional<AudioSignal> next = input.next(); next.isPresent(); next = input.next()) {
                pipe.push(next.get());
            }
            pipe.finish(report);
        } else {
            AudioSignal signal = AudioFiles.read(source.readAllBytes(), name, maxSeconds);
            Pipe pipe = new Pipe(codec, signal.sampleRate(), signal.channels(), kbps, chunkMillis, out);
            pipe.push(signal);
            pipe.finish(report);
        }
    }

    /** A compressor and where its chunks go. */
    private static final class Pipe {
        private static final int MILLIS_PER_FRAME = 20;

        private final AudioStreamCompressor compressor;
        private final TsrStreamWriter writer;
        private final int sampleRate;
        private final int channels;
        private int chunks;

        Pipe(AudioCodec codec, int sampleRate, int channels, double kbps, int chunkMillis, OutputStream out)
                throws IOException {
            this.sampleRate = sampleRate;
            this.channels = channels;
            if (chunkMillis % MILLIS_PER_FRAME != 0) {
                throw new UsageException("--chunk is " + chunkMillis + ", must be 160, 320, 640 or 1280");
            }
            try {
                compressor = codec.compressor(sampleRate, channels, kbps, chunkMillis / MILLIS_PER_FRAME);
            } catch (IllegalArgumentException e) {
                throw new UsageException("--layout stream: " + e.getMessage());
            }
            writer = new TsrStreamWriter(out, compressor.header(), compressor.hundredths());
        }

        void push(AudioSignal signal) throws IOException {
            float[][] samples = new float[channels][];
            for (int c = 0; c < channels; c++) {
                samples[c] = signal.channel(c);
            }
            write(compressor.push(samples));
        }

        void finish(Map<String, Object> report) throws IOException {
            write(compressor.finish());
            writer.end(compressor.samples());
            double seconds = (double) compressor.samples() / sampleRate;
            report.put("sample_rate", sampleRate);
            report.put("channels", channels);
            report.put("duration_seconds", seconds);
            report.put("kbps", 8.0 * writer.bytes() / seconds / 1000);
            report.put("chunks", chunks);
            report.put("latency_seconds", compressor.latencySeconds());
            report.put("bytes", writer.bytes());
        }

        private void write(Iterable<byte[]> finished) throws IOException {
            for (byte[] chunk : finished) {
                writer.chunk(chunk);
                chunks++;
            }
        }
    }

    /**
     * Decompresses the stream of {@code in} to WAV.
     *
     * @param codec of the model that the stream was made with
     * @param report gets what was done
     */
    static void decompress(TsrStreamReader in, AudioCodec codec, OutputStream out, Map<String, Object> report)
            throws IOException {
        AudioStreamDecompressor decompressor = codec.decompressor(in.header(), in.hundredths());
        WavOutput wav = new WavOutput(out, decompressor.sampleRate(), decompressor.channels());
        int chunks = 0;
        int missing = 0;
        for (Optional<TsrStreamReader.Chunk> next = in.next(); next.isPresent(); next = in.next()) {
            Optional<byte[]> bytes = next.get().bytes();
            wav.write(bytes.isPresent() ? decompressor.push(bytes.get()) : decompressor.lose());
            chunks++;
            missing += bytes.isPresent() ? 0 : 1;
        }
        boolean cut = in.samples().isEmpty();
        wav.write(cut ? decompressor.finish() : decompressor.finish(in.samples().getAsLong()));
        report.put("sample_rate", decompressor.sampleRate());
        report.put("channels", decompressor.channels());
        report.put("chunks", chunks);
        report.put("missing_chunks", missing + (cut ? 1 : 0));
        report.put("latency_seconds", decompressor.latencySeconds());
    }
}
