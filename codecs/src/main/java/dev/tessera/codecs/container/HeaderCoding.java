package dev.tessera.codecs.container;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.container.TensorGeometry.ElementType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** {@link TsrHeader} to bytes and back, field by field as docs/formats/tsr.md lists them. */
final class HeaderCoding {
    /** Where the geometry starts: behind magic, kind and three bytes of model hash. */
    static final int GEOMETRY_OFFSET = 5;

    private static final int MEDIA_IMAGE = 0;
    private static final int MEDIA_AUDIO = 1;
    private static final int MEDIA_TENSOR = 2;
    private static final int MEDIA_TOKENS = 3;
    private static final int SEQUENCE_FLAG = 1; // of pictures
    private static final int EXTENT_BYTES = 4;
    private static final int SAMPLES_BYTES = 5;
    private static final int RATE_BYTES = 3;
    private static final int PARAMETER_BYTES = 4;
    private static final int HUNDREDTHS_BYTES = 2;
    private static final int MAX_HUNDREDTHS = (1 << 7 * HUNDREDTHS_BYTES) - 1;

    private static final int RATE_FOLLOWS = 15;
    private static final int[] RATES = {
        8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400, 192000
    };

    private HeaderCoding() {}

    /** The version that the second byte of a file declares; its place is the same in all versions to come. */
    static int version(byte kind) {
        return (kind & 0xFF) >>> 5;
    }

    static HeaderWriter write(TsrHeader header, TsrLayout layout) {
        HeaderWriter out = new HeaderWriter();
        out.u8(TsrFile.MAGIC);
        int flag = header.geometry() instanceof SequenceGeometry ? SEQUENCE_FLAG : 0;
        out.u8((TsrFile.FORMAT_VERSION << 5) | (layout.code() << 3) | (media(header.geometry()) << 1) | flag);
        out.u24(header.model().bits());
        switch (header.geometry()) {
            case ImageGeometry image -> {
                out.varint(image.width() - 1);
                out.varint(image.height() - 1);
            }
            case SequenceGeometry sequence -> {
                out.varint(sequence.width() - 1);
                out.varint(sequence.height() - 1);
                out.varint(sequence.frames() - 1);
                out.varint(sequence.ticks() - 1);
                out.varint(sequence.perSeconds() - 1);
            }
            case AudioGeometry audio -> writeAudio(audio.samples(), audio, out);
            case TensorGeometry tensor -> writeArray(tensor.type().ordinal(), tensor.shape(), out);
            case TokenGeometry tokens -> writeArray(tokens.type().ordinal(), tokens.shape(), out);
        }
        out.varint(header.parameters());
        return out;
    }

    /**
     * The header of a stream of sound, whose length is not known yet: in the place of the samples stands how long a chunk is.
     *
     * @param hundredths of a second
     */
    static HeaderWriter writeStream(TsrHeader header, int hundredths) {
        if (!(header.geometry() instanceof AudioGeometry audio)) {
            throw new IllegalArgumentException("the geometry is " + header.geometry() + ", streams are of sound");
        }
        if (hundredths < 1 || hundredths > MAX_HUNDREDTHS) {
            throw new IllegalArgumentException(
                    "hundredths is " + hundredths + ", must be in [1, " + MAX_HUNDREDTHS + "]");
        }
        HeaderWriter out = new HeaderWriter();
        out.u8(TsrFile.MAGIC);
        out.u8((TsrFile.FORMAT_VERSION << 5) | (TsrLayout.STREAM_CODE << 3) | (MEDIA_AUDIO << 1));
        out.u24(header.model().bits());
        writeAudio(hundredths, audio, out);
        out.varint(header.parameters());
        return out;
    }

    /** Whether the second byte of a file of this version declares a stream. */
    static boolean isStream(byte kind) {
        return ((kind >>> 3) & 3) == TsrLayout.STREAM_CODE;
    }

    /**
     * The header of a stream, with 0 samples.
     *
     * @param hundredths of a second that a chunk lasts
     */
    record StreamHead(TsrHeader header, int hundredths) {}

    /** Reads what {@link #writeStream} wrote. */
    static StreamHead readStream(HeaderReader in) throws CorruptBitstreamException {
        in.u8();
        int kind = in.u8();
        if ((kind >>> 1 & 3) != MEDIA_AUDIO || (kind & SEQUENCE_FLAG) != 0) {
            throw new CorruptBitstreamException(1, "a stream that is none of sound is reserved");
        }
        ModelHash model = new ModelHash(in.u24());
        int hundredths = (int) in.varint(HUNDREDTHS_BYTES);
        if (hundredths < 1) {
            throw new CorruptBitstreamException(GEOMETRY_OFFSET, "chunks of a stream last 0 s");
        }
        AudioGeometry geometry = readForm(0, in);
        return new StreamHead(new TsrHeader(model, geometry, (int) in.varint(PARAMETER_BYTES)), hundredths);
    }

    /** The layout that the second byte of a file of this version declares. */
    static TsrLayout layout(byte kind) throws CorruptBitstreamException {
        int code = (kind >>> 3) & 3;
        return TsrLayout.ofCode(code)
                .orElseThrow(() -> new CorruptBitstreamException(1, "layout " + code + " is reserved"));
    }

    static TsrHeader read(HeaderReader in) throws CorruptBitstreamException {
        in.u8();
        int kind = in.u8();
        int media = (kind >>> 1) & 3;
        boolean sequence = (kind & SEQUENCE_FLAG) != 0;
        if (sequence && (media != MEDIA_IMAGE || layout((byte) kind) != TsrLayout.SINGLE)) {
            throw new CorruptBitstreamException(
                    1, "the flag in bit 0 is set, which is for pictures in the layout SINGLE");
        }
        if (media >= MEDIA_TENSOR && layout((byte) kind) != TsrLayout.SINGLE) {
            throw new CorruptBitstreamException(1, "an array in the layout " + layout((byte) kind) + " is reserved");
        }
        ModelHash model = new ModelHash(in.u24());
        Geometry geometry = switch (media) {
            case MEDIA_IMAGE -> sequence ? readSequence(in) : readImage(in);
            case MEDIA_AUDIO -> readAudio(in);
            default -> readArray(media, in);
        };
        return new TsrHeader(model, geometry, (int) in.varint(PARAMETER_BYTES));
    }

    private static int media(Geometry geometry) {
        return switch (geometry) {
            case ImageGeometry _, SequenceGeometry _ -> MEDIA_IMAGE;
            case AudioGeometry _ -> MEDIA_AUDIO;
            case TensorGeometry _ -> MEDIA_TENSOR;
            case TokenGeometry _ -> MEDIA_TOKENS;
        };
    }

    private static ImageGeometry readImage(HeaderReader in) throws CorruptBitstreamException {
        return new ImageGeometry((int) in.varint(EXTENT_BYTES) + 1, (int) in.varint(EXTENT_BYTES) + 1);
    }

    private static SequenceGeometry readSequence(HeaderReader in) throws CorruptBitstreamException {
        ImageGeometry frame = readImage(in);
        int frames = (int) in.varint(EXTENT_BYTES) + 1;
        int rateOffset = in.position();
        int ticks = (int) in.varint(RATE_BYTES) + 1;
        int perSeconds = (int) in.varint(RATE_BYTES) + 1;
        if (BigInteger.valueOf(ticks).gcd(BigInteger.valueOf(perSeconds)).intValue() != 1) {
            throw new CorruptBitstreamException(
                    rateOffset, "the rate " + ticks + "/" + perSeconds + " is not in lowest terms");
        }
        return new SequenceGeometry(frame.width(), frame.height(), frames, ticks, perSeconds);
    }

    private static void writeAudio(long length, AudioGeometry audio, HeaderWriter out) {
        out.varint(length);
        int code = rateCode(audio.sampleRate());
        out.u8((code << 4) | (audio.channels() - 1));
        if (code == RATE_FOLLOWS) {
            out.varint(audio.sampleRate());
        }
    }

    private static AudioGeometry readAudio(HeaderReader in) throws CorruptBitstreamException {
        return readForm(in.varint(SAMPLES_BYTES), in);
    }

    private static AudioGeometry readForm(long samples, HeaderReader in) throws CorruptBitstreamException {
        int formOffset = in.position();
        int form = in.u8();
        int code = form >>> 4;
        int channels = (form & 15) + 1;
        if (samples * channels > Integer.MAX_VALUE) {
            throw new CorruptBitstreamException(
                    GEOMETRY_OFFSET, samples + " samples x " + channels + " channels is above 2^31 - 1");
        }
        if (code < RATES.length) {
            return new AudioGeometry(samples, RATES[code], channels);
        }
        if (code != RATE_FOLLOWS) {
            throw new CorruptBitstreamException(formOffset, "sample rate code " + code + " is reserved");
        }
        int rate = (int) in.varint(RATE_BYTES);
        if (rate < 1 || rate > AudioGeometry.MAX_SAMPLE_RATE || rateCode(rate) != RATE_FOLLOWS) {
            throw new CorruptBitstreamException(
                    formOffset + 1, "sample rate " + rate + " is out of range or has a code");
        }
        return new AudioGeometry(samples, rate, channels);
    }

    private static void writeArray(int type, List<Integer> shape, HeaderWriter out) {
        out.u8((type << 4) | shape.size());
        for (int extent : shape) {
            out.varint(extent);
        }
    }

    private static Geometry readArray(int media, HeaderReader in) throws CorruptBitstreamException {
        int form = in.u8();
        int rank = form & 15;
        int type = form >>> 4;
        ElementType[] types = ElementType.values();
        TokenGeometry.ElementType[] integers = TokenGeometry.ElementType.values();
        if (type >= (media == MEDIA_TENSOR ? types.length : integers.length)
                || rank < 1
                || rank > TensorGeometry.MAX_RANK) {
            throw new CorruptBitstreamException(
                    GEOMETRY_OFFSET, "element type " + type + " of " + rank + " axes is reserved");
        }
        List<Integer> shape = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            shape.add((int) Math.min(in.varint(SAMPLES_BYTES), Integer.MAX_VALUE));
        }
        if (!TensorGeometry.isPossible(shape)) {
            throw new CorruptBitstreamException(GEOMETRY_OFFSET, "an array of " + shape + " is too large");
        }
        return media == MEDIA_TENSOR
                ? new TensorGeometry(shape, types[type])
                : new TokenGeometry(shape, integers[type]);
    }

    private static int rateCode(int sampleRate) {
        for (int code = 0; code < RATES.length; code++) {
            if (RATES[code] == sampleRate) {
                return code;
            }
        }
        return RATE_FOLLOWS;
    }
}
