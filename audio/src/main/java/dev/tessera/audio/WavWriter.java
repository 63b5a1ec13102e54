package dev.tessera.audio;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** RIFF WAVE with 16-bit PCM. */
final class WavWriter {
    private static final int HEADER_BYTES = 44;
    private static final long UNKNOWN_SIZE = 0xFFFFFFFFL;
    private static final int SAMPLES_PER_WRITE = 4096;

    private WavWriter() {}

    static void write(AudioSignal signal, OutputStream out) throws IOException {
        long dataBytes = 2L * signal.channels() * signal.length();
        if (dataBytes > UNKNOWN_SIZE - HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "the sound has " + dataBytes + " bytes of samples, a WAV file holds 2^32");
        }
        header(signal.sampleRate(), signal.channels(), HEADER_BYTES - 8 + dataBytes, dataBytes, out);
        samples(signal, out);
    }

    /** The header of a sound whose length is not known yet; readers take its data to the end. */
    static void headerOfUnknownLength(int sampleRate, int channels, OutputStream out) throws IOException {
        header(sampleRate, channels, UNKNOWN_SIZE, UNKNOWN_SIZE, out);
    }

    private static void header(int sampleRate, int channels, long fileBytes, long dataBytes, OutputStream out)
            throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt((int) fileBytes);
        header.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        header.putShort((short) 1).putShort((short) channels);
        header.putInt(sampleRate).putInt(sampleRate * 2 * channels);
        header.putShort((short) (2 * channels)).putShort((short) 16);
        header.put("data".getBytes(StandardCharsets.US_ASCII)).putInt((int) dataBytes);
        out.write(header.array());
    }

    /** Samples that follow a header, or others. */
    static void samples(AudioSignal signal, OutputStream out) throws IOException {
        int channels = signal.channels();
        ByteBuffer block = ByteBuffer.allocate(2 * channels * SAMPLES_PER_WRITE).order(ByteOrder.LITTLE_ENDIAN);
        for (int t = 0; t < signal.length(); t++) {
            for (int c = 0; c < channels; c++) {
                block.putShort(Pcm16.of(signal.data(c)[t]));
            }
            if (!block.hasRemaining() || t == signal.length() - 1) {
                out.write(block.array(), 0, block.position());
                block.clear();
            }
        }
    }
}
