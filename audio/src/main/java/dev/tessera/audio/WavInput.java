package dev.tessera.audio;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * A WAV file that arrives piece by piece, for instance from a recorder through a pipe. Formats are those that {@link AudioFiles} reads. A
 * length of 2 GB or more in its header says nothing, as programs write it that cannot know it; the data go on to the end then. Not
 * for several threads at once.
 */
public final class WavInput {
    private static final int MAX_CHUNK_BYTES = 1 << 20; // of those that are skipped
    private static final long NO_LENGTH = 0x7FFF_0000L;
    private static final int MAX_BYTES_AT_ONCE = 1 << 16;

    private final InputStream in;
    private final String name;
    private final WavReader format;
    private final long maxSeconds;
    private long rest; // bytes of data that are to come
    private final boolean endless;
    private long samples;
    private final byte[] buffer;
    private int begun; // bytes of a block in it

    /**
     * Reads the header.
     *
     * @param in stands at the begin of the file; is not closed
     * @param name what messages call it
     * @param maxSeconds a longer sound is refused when it has come so far
     */
    public WavInput(InputStream in, String name, long maxSeconds) throws IOException {
        this.in = in;
        this.name = name;
        this.maxSeconds = maxSeconds;
        try {
            byte[] riff = exactly(12);
            if (!Bytes.hasAscii(riff, 0, "RIFF") || !Bytes.hasAscii(riff, 8, "WAVE")) {
                throw new UnreadableAudioException(
                        name + ": no WAV file, which sound that arrives in a stream must be");
            }
            Optional<WavReader> known = Optional.empty();
            byte[] head = exactly(8);
            while (!Bytes.hasAscii(head, 0, "data")) {
                long size = Bytes.u32(head, 4);
                if (size > MAX_CHUNK_BYTES) {
                    throw new UnreadableAudioException(name + ": a chunk before the data has " + size
                            + " bytes, must have at most " + MAX_CHUNK_BYTES);
                }
                byte[] chunk = exactly((int) size);
                if (Bytes.hasAscii(head, 0, "fmt ")) {
                    known = Optional.of(WavReader.ofFormat(chunk));
                }
                exactly((int) (size & 1));
                head = exactly(8);
            }
            this.format = known.orElseThrow(
                    () -> new UnreadableAudioException(name + ": the data chunk stands before any fmt chunk"));
            this.rest = Bytes.u32(head, 4);
            this.endless = rest >= NO_LENGTH;
            this.buffer = new byte[Math.max(1, MAX_BYTES_AT_ONCE / format.blockAlign()) * format.blockAlign()];
        } catch (EOFException e) {
            throw new UnreadableAudioException(name + ": the header is cut short", e);
        }
    }

    public int sampleRate() {
        return format.sampleRate();
    }

    public int channels() {
        return format.channels();
    }

    /** The samples that have come meanwhile, at least one; nothing at the end. Waits for them. */
    public Optional<AudioSignal> next() throws IOException {
        int align = format.blockAlign();
        while (true) {
            int room = buffer.length - begun;
            int wanted = endless ? room : (int) Math.min(room, rest);
            int read = wanted == 0 ? -1 : in.read(buffer, begun, wanted);
            if (read < 0) {
                checkEnd();
                return Optional.empty();
            }
            rest -= read;
            int have = begun + read;
            int whole = have / align * align;
            begun = have - whole;
            if (whole > 0) {
                AudioSignal signal = format.samples(Arrays.copyOf(buffer, whole));
                System.arraycopy(buffer, whole, buffer, 0, begun);
                samples += signal.length();
                SampleSink.checkSeconds(samples, format.sampleRate(), maxSeconds);
                return Optional.of(signal);
            }
        }
    }

    private void checkEnd() throws UnreadableAudioException {
        if (!endless && rest > 0) {
            throw new UnreadableAudioException(name + ": cut short: " + rest + " bytes of data are missing");
        }
        if (begun > 0) {
            throw new UnreadableAudioException(name + ": the data end with " + begun
                    + " bytes, no multiple of the block size " + format.blockAlign());
        }
    }

    private byte[] exactly(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }
}
