package dev.tessera.codecs.circuit;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.UnsupportedVersionException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * Lossless coding of 8-bit pictures by a tractable circuit: a reversible colour transform, integer linear prediction,
 * and for each sample the exact marginal p(error | causal context) of a hidden Chow-Liu tree (Liu, Mandt, Van den
 * Broeck 2022, "Lossless compression with probabilistic circuits"), corrected by adaptive counts. Integer arithmetic
 * throughout: the same bytes on every machine. Immutable and safe to share; time is linear in the samples.
 *
 * <p>Stream: bytes {@code 0x54 0x4C}, version 0, colour transform in [0, 2] or 3 for samples as they are, channels in
 * {1, 3}, height and width as base-128 varints (low groups first), CRC-32 of everything else (4 bytes, big-endian),
 * range-coded samples to the end. Rows top to bottom, in a row one plane after the other.
 */
public final class LosslessImageCoder {
    /** Largest height or width. */
    public static final int MAX_SIDE = 1 << 20;

    /** Most pixels that {@link #decode(byte[])} accepts. */
    public static final long DEFAULT_MAX_PIXELS = 1L << 27;

    private static final int VERSION = 0;
    static final int CODINGS = 4;

    private static final int STORED = CODINGS - 1; // behind those of ColorTransform
    private static final int MAGIC_0 = 0x54;
    private static final int MAGIC_1 = 0x4C;
    static final long MAX_SAMPLES = 1L << 29;

    private final ImageCircuit model;

    /** Codes with {@code model}; the decoder needs the same. */
    public LosslessImageCoder(ImageCircuit model) {
        this.model = model;
    }

    /** Codes with the shipped circuit. */
    public static LosslessImageCoder shipped() {
        return new LosslessImageCoder(ImageCircuit.shipped());
    }

    /**
     * A decoded picture.
     *
     * @param samples interleaved [height x width x channels]
     */
    @SuppressWarnings("ArrayRecordComponent") // a plain holder of one result
    public record Picture(byte[] samples, int height, int width, int channels) {}

    /**
     * @param samples interleaved [height x width x channels], 8 bits each
     * @param channels 1 (grey) or 3 (red, green, blue)
     */
    public byte[] encode(byte[] samples, int height, int width, int channels) {
        Coded coded = code(samples, height, width, channels);
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.write(MAGIC_0);
        head.write(MAGIC_1);
        head.write(VERSION);
        head.write(coded.coding);
        head.write(channels);
        StreamHead.putVarint(head, height);
        StreamHead.putVarint(head, width);
        return StreamHead.join(head.toByteArray(), coded.payload);
    }

    /** The payload of a stream and the number of its coding, in [0, {@value #CODINGS}). */
    record Coded(int coding, byte[] payload) {}

    Coded code(byte[] samples, int height, int width, int channels) {
        checkGeometry(samples, height, width, channels);
        ColorTransform transform = channels == 1 ? ColorTransform.NONE : bestTransform(samples, height, width);
        PaddedPlanes planes = planes(samples, height, width, channels, transform);
        RangeEncoder encoder = new RangeEncoder();
        code(new BitPort.Writing(encoder), planes);
        byte[] payload = encoder.finish();
        boolean stored = payload.length >= samples.length; // noise: the circuit knows photos
        return stored ? new Coded(STORED, samples) : new Coded(transform.ordinal(), payload);
    }

    /** Decodes a picture of at most {@link #DEFAULT_MAX_PIXELS}. */
    public Picture decode(byte[] stream) throws IOException {
        return decode(stream, DEFAULT_MAX_PIXELS);
    }

    /**
     * Decodes a stream of {@link #encode}. Geometry and checksum are checked before anything is allocated; memory is
     * then 12 bytes a sample and about 12 MB for the model's tables.
     *
     * @param maxPixels most pixels to accept, at least 1
     * @throws CorruptBitstreamException for damaged streams and pictures that are too large
     * @throws UnsupportedVersionException for streams of a later version
     */
    public Picture decode(byte[] stream, long maxPixels) throws IOException {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("maxPixels is " + maxPixels + ", must be at least 1");
        }
        StreamHead head = new StreamHead(stream);
        head.next("first magic byte", MAGIC_0, MAGIC_0);
        head.next("second magic byte", MAGIC_1, MAGIC_1);
        int version = head.next("version", 0, 255);
        if (version != VERSION) {
            throw new UnsupportedVersionException(version, VERSION, VERSION);
        }
        int coding = head.next("colour transform", 0, STORED);
        int channels = head.next("channels", 1, 3);
        if (channels == 2) {
            throw new CorruptBitstreamException(head.position() - 1, "channels is 2, must be 1 or 3");
        }
        int height = (int) head.varint("height", 1, MAX_SIDE);
        int width = (int) head.varint("width", 1, MAX_SIDE);
        long pixels = (long) height * width;
        if (pixels > maxPixels || pixels * channels > MAX_SAMPLES) {
            throw new CorruptBitstreamException(
                    head.position(),
                    "picture of " + height + " x " + width + " x " + channels + " has more than " + maxPixels
                            + " pixels or " + MAX_SAMPLES + " samples");
        }
        return decode(coding, stream, head.checkedPayload(), height, width, channels);
    }

    /** The picture of a {@link Coded} whose payload stands at the end of {@code stream}. */
    Picture decode(int coding, byte[] stream, int from, int height, int width, int channels)
            throws CorruptBitstreamException {
        long pixels = (long) height * width;
        if (coding == STORED) {
            if (stream.length - from != pixels * channels) {
                throw new CorruptBitstreamException(
                        from, (stream.length - from) + " samples are stored, must be " + pixels * channels);
            }
            return new Picture(Arrays.copyOfRange(stream, from, stream.length), height, width, channels);
        }
        ColorTransform transform = ColorTransform.values()[coding];
        PaddedPlanes planes = transform.planes(height, width, channels);
        code(new BitPort.Reading(new RangeDecoder(stream, from, stream.length - from)), planes);
        return new Picture(interleaved(planes, transform), height, width, channels);
    }

    private static byte[] interleaved(PaddedPlanes planes, ColorTransform transform) {
        int channels = planes.channels();
        byte[] samples = new byte[planes.height() * planes.width() * channels];
        int[] pixel = new int[channels];
        for (int row = 0, to = 0; row < planes.height(); row++) {
            for (int at = planes.start(row); at < planes.start(row) + planes.width(); at++) {
                for (int c = 0; c < channels; c++) {
                    pixel[c] = planes.samples()[c][at];
                }
                if (channels == 3) {
                    transform.inverse(pixel);
                }
                for (int c = 0; c < channels; c++) {
                    samples[to++] = (byte) pixel[c];
                }
            }
        }
        return samples;
    }

    /** Runs the model over all samples: writes them, or reads them into the planes. */
    void code(BitPort port, PaddedPlanes planes) {
        SampleCoder[] coders = new SampleCoder[planes.channels()];
        short[][] errorRows = CausalEvidence.errorRows(planes);
        for (int c = 0; c < coders.length; c++) {
            coders[c] = new SampleCoder(c, planes, errorRows, model.channel(c));
        }
        for (int row = 0; row < planes.height(); row++) {
            for (int c = 0; c < coders.length; c++) {
                planes.openRow(c, row);
                int[] plane = planes.samples()[c];
                int end = planes.start(row) + planes.width();
                for (int at = planes.start(row); at < end; at++) {
                    plane[at] = coders[c].code(port, row, at, plane[at]);
                }
                planes.closeRow(c, row);
            }
        }
    }

    static void checkGeometry(byte[] samples, int height, int width, int channels) {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("channels is " + channels + ", must be 1 or 3");
        }
        if (height < 1 || height > MAX_SIDE || width < 1 || width > MAX_SIDE) {
            throw new IllegalArgumentException(
                    "picture is " + height + " x " + width + ", sides must be in [1, " + MAX_SIDE + "]");
        }
        if ((long) height * width * channels > MAX_SAMPLES) {
            throw new IllegalArgumentException("picture of " + height + " x " + width + " x " + channels
                    + " has more than " + MAX_SAMPLES + " samples");
        }
        if (samples.length != (long) height * width * channels) {
            throw new IllegalArgumentException("samples has " + samples.length + " entries, must have " + height + " x "
                    + width + " x " + channels);
        }
    }

    static PaddedPlanes planes(byte[] samples, int height, int width, int channels, ColorTransform transform) {
        PaddedPlanes planes = transform.planes(height, width, channels);
        int[] pixel = new int[channels];
        for (int row = 0, from = 0; row < height; row++) {
            for (int at = planes.start(row); at < planes.start(row) + width; at++) {
                for (int c = 0; c < channels; c++) {
                    pixel[c] = samples[from++] & 0xFF;
                }
                if (channels == 3) {
                    transform.forward(pixel);
                }
                for (int c = 0; c < channels; c++) {
                    planes.samples()[c][at] = pixel[c];
                }
            }
        }
        return planes;
    }

    /** The transform with the smallest horizontal and vertical differences, in bits of their magnitudes. */
    static ColorTransform bestTransform(byte[] samples, int height, int width) {
        ColorTransform best = ColorTransform.NONE;
        long least = Long.MAX_VALUE;
        for (ColorTransform transform : ColorTransform.values()) {
            long cost = 0;
            int[] here = new int[3];
            int[] left = new int[3];
            int[] up = new int[3];
            int[] corner = new int[3];
            for (int y = 1; y < height; y += 2) {
                for (int x = 1; x < width; x++) {
                    int at = 3 * (y * width + x);
                    load(samples, at, here, transform);
                    load(samples, at - 3, left, transform);
                    load(samples, at - 3 * width, up, transform);
                    load(samples, at - 3 * width - 3, corner, transform);
                    for (int c = 0; c < 3; c++) {
                        int d = here[c] - left[c] - up[c] + corner[c];
                        cost += bits(d);
                    }
                }
            }
            if (cost < least) {
                least = cost;
                best = transform;
            }
        }
        return best;
    }

    private static int bits(int difference) {
        int m = 2 * Math.abs(difference) + 1;
        int log = 31 - Integer.numberOfLeadingZeros(m);
        return 8 * log + ((m << 3 >> log) & 7);
    }

    private static void load(byte[] samples, int at, int[] pixel, ColorTransform transform) {
        for (int c = 0; c < 3; c++) {
            pixel[c] = samples[at + c] & 0xFF;
        }
        transform.forward(pixel);
    }
}
