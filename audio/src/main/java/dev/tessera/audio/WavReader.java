package dev.tessera.audio;

/** RIFF WAVE: PCM of 8 to 32 bits and IEEE floats of 32 and 64 bits, plain and extensible (Microsoft, 1991 and 2001). */
final class WavReader {
    private static final int FORMAT_PCM = 1;
    private static final int FORMAT_FLOAT = 3;
    private static final int FORMAT_EXTENSIBLE = 0xFFFE;
    private static final int EXTENSIBLE_BYTES = 40;
    private static final long UNKNOWN_SIZE = 0xFFFFFFFFL; // written by programs that cannot seek back

    private final byte[] file;
    private int format;
    private int channels;
    private int sampleRate;
    private int bits;

    private WavReader(byte[] file) {
        this.file = file;
    }

    /** The format in a fmt chunk. */
    static WavReader ofFormat(byte[] chunk) throws UnreadableAudioException {
        WavReader format = new WavReader(chunk);
        format.readFormat(0, chunk.length);
        return format;
    }

    int sampleRate() {
        return sampleRate;
    }

    int channels() {
        return channels;
    }

    /** Bytes of a sample of all channels. */
    int blockAlign() {
        return channels * bits / 8;
    }

    /** The samples in whole blocks of this format. */
    AudioSignal samples(byte[] blocks) throws UnreadableAudioException {
        WavReader data = new WavReader(blocks);
        data.format = format;
        data.channels = channels;
        data.sampleRate = sampleRate;
        data.bits = bits;
        return data.samples(0, blocks.length, Integer.MAX_VALUE);
    }

    static AudioSignal read(byte[] file, long maxSeconds) throws UnreadableAudioException {
        return new WavReader(file).read(maxSeconds);
    }

    private AudioSignal read(long maxSeconds) throws UnreadableAudioException {
        long at = 12;
        while (at + 8 <= file.length) {
            int chunk = (int) at;
            long size = Bytes.u32(file, chunk + 4);
            long rest = file.length - at - 8;
            if (Bytes.hasAscii(file, chunk, "data")) {
                if (channels == 0) {
                    throw new UnreadableAudioException("the data chunk stands before any fmt chunk");
                }
                boolean toEnd = size == UNKNOWN_SIZE;
                if (!toEnd && size > rest) {
                    throw new UnreadableAudioException(
                            "cut short: the data chunk has " + rest + " bytes and claims " + size);
                }
                return samples(chunk + 8, toEnd ? rest : size, maxSeconds);
            }
            if (size > rest) {
                throw new UnreadableAudioException(
                        "cut short: the chunk at byte " + at + " has " + rest + " bytes and claims " + size);
            }
            if (Bytes.hasAscii(file, chunk, "fmt ")) {
                readFormat(chunk + 8, size);
            }
            at += 8 + size + (size & 1);
        }
        throw new UnreadableAudioException("there is no data chunk");
    }

    private void readFormat(int at, long size) throws UnreadableAudioException {
        if (size < 16) {
            throw new UnreadableAudioException("the fmt chunk has " + size + " bytes, must have at least 16");
        }
        format = Bytes.u16(file, at);
        channels = Bytes.u16(file, at + 2);
        long rate = Bytes.u32(file, at + 4);
        int blockAlign = Bytes.u16(file, at + 12);
        bits = Bytes.u16(file, at + 14);
        if (format == FORMAT_EXTENSIBLE && size >= EXTENSIBLE_BYTES) {
            format = Bytes.u16(file, at + 24); // the sub-format's GUID starts with the plain format
        }
        boolean known = format == FORMAT_PCM && (bits == 8 || bits == 16 || bits == 24 || bits == 32)
                || format == FORMAT_FLOAT && (bits == 32 || bits == 64);
        if (!known) {
            throw new UnreadableAudioException("WAV format " + format + " with " + bits
                    + " bits is not read, only PCM of 8, 16, 24, 32 bits and floats of 32, 64 bits");
        }
        if (channels < 1 || channels > AudioSignal.MAX_CHANNELS) {
            throw new UnreadableAudioException(
                    "there are " + channels + " channels, must be in [1, " + AudioSignal.MAX_CHANNELS + "]");
        }
        if (rate < 1 || rate > Integer.MAX_VALUE) {
            throw new UnreadableAudioException("the sample rate is " + rate + ", must be in [1, 2^31)");
        }
        if (blockAlign != channels * bits / 8) {
            throw new UnreadableAudioException("the block size is " + blockAlign + ", must be " + channels * bits / 8);
        }
        sampleRate = (int) rate;
    }

    private AudioSignal samples(int at, long size, long maxSeconds) throws UnreadableAudioException {
        int width = bits / 8;
        int blockAlign = channels * width;
        long length = size / blockAlign;
        if (size % blockAlign != 0) {
            throw new UnreadableAudioException(
                    "the data chunk has " + size + " bytes, no multiple of the block size " + blockAlign);
        }
        SampleSink.checkSeconds(length, sampleRate, maxSeconds);
        float[][] out = new float[channels][(int) length];
        int from = at;
        for (int t = 0; t < length; t++) {
            for (int c = 0; c < channels; c++) {
                out[c][t] = sample(from);
                if (!Float.isFinite(out[c][t])) {
                    throw new UnreadableAudioException("sample " + t + " of channel " + c + " is no finite number");
                }
                from += width;
            }
        }
        return AudioSignal.wrap(sampleRate, out);
    }

    private float sample(int at) {
        if (format == FORMAT_FLOAT) {
            return bits == 32
                    ? Float.intBitsToFloat((int) Bytes.u32(file, at))
                    : (float) Double.longBitsToDouble(Bytes.u32(file, at) | Bytes.u32(file, at + 4) << 32);
        }
        return switch (bits) {
            case 8 -> (Bytes.u8(file, at) - 128) / 128f;
            case 16 -> (short) Bytes.u16(file, at) / 32768f;
            case 24 -> (Bytes.u16(file, at) | file[at + 2] << 16) / 8388608f;
            default -> (int) Bytes.u32(file, at) / 0x1p31f;
        };
    }
}
