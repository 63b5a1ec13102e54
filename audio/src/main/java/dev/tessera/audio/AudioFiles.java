package dev.tessera.audio;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Sound files: WAV (PCM and float), FLAC, Ogg Vorbis and MP3 are read; WAV (16-bit PCM) and FLAC (16 bits) are written.
 *
 * <p>The format is told by content. Whatever is wrong with a file is an {@link UnreadableAudioException}.
 */
public final class AudioFiles {
    /** Longest sound that is read when no other limit is given: four hours. */
    public static final long DEFAULT_MAX_SECONDS = 14_400;

    private static final long MAX_FILE_BYTES = Integer.MAX_VALUE - 8;

    private AudioFiles() {}

    /** Reads a file of at most {@link #DEFAULT_MAX_SECONDS}. */
    public static AudioSignal read(Path path) throws IOException {
        return read(path, DEFAULT_MAX_SECONDS);
    }

    /** Reads a file of at most {@code maxSeconds}. */
    public static AudioSignal read(Path path, long maxSeconds) throws IOException {
        if (Files.size(path) > MAX_FILE_BYTES) {
            throw new UnreadableAudioException(
                    path + ": the file has " + Files.size(path) + " bytes, must be under 2^31 - 8");
        }
        return read(Files.readAllBytes(path), path.toString(), maxSeconds);
    }

    /**
     * Reads a sound from the bytes of a file.
     *
     * @param name what messages call it
     * @param maxSeconds longer sounds are refused: by their header where it tells the length, otherwise as soon as decoding
     *     passes the limit
     */
    public static AudioSignal read(byte[] file, String name, long maxSeconds) throws IOException {
        if (maxSeconds < 1) {
            throw new IllegalArgumentException("maxSeconds is " + maxSeconds + ", must be at least 1");
        }
        AudioFormat format = AudioFormat.of(file)
                .orElseThrow(() -> new UnreadableAudioException(name + ": neither WAV, FLAC, Ogg Vorbis nor MP3"));
        try {
            return switch (format) {
                case WAV -> WavReader.read(file, maxSeconds);
                case FLAC -> FlacReader.read(file, maxSeconds);
                case OGG_VORBIS -> VorbisReader.read(file, maxSeconds);
                case MP3 -> Mp3Reader.read(file, maxSeconds);
            };
        } catch (UnreadableAudioException e) {
            throw new UnreadableAudioException(name + ": " + e.getMessage(), e);
        } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
            // The decoders throw whatever they stumble over, and believe any size; to the caller it is all one thing.
            throw new UnreadableAudioException(name + ": damaged " + format + " file: " + e, e);
        }
    }

    /** Writes {@code signal} as a WAV file of 16-bit PCM; values beyond full scale are clipped. */
    public static void writeWav(AudioSignal signal, OutputStream out) throws IOException {
        WavWriter.write(signal, out);
    }

    /**
     * Writes {@code signal} as a FLAC file of 16 bits; values beyond full scale are clipped.
     *
     * @throws IllegalArgumentException for more than 8 channels or 1,048,575 Hz
     */
    public static void writeFlac(AudioSignal signal, OutputStream out) throws IOException {
        FlacWriter.write(signal, out);
    }
}
