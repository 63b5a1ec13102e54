package dev.tessera.codecs.circuit;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.circuit.LosslessImageCoder.Picture;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;

/**
 * Lossless {@code .tsr} pictures by the shipped circuit, which the header names like any model. The parameters say how the
 * samples are coded: the coding of a {@link LosslessImageCoder} stream, plus 4 for a grey picture; the payload is that of the
 * stream.
 */
public final class LosslessImageCodec {
    /** What the header calls the shipped circuit. */
    public static final ModelHash MODEL = ModelHash.ofHex("9688aa");

    private static final int GREY = LosslessImageCoder.CODINGS;

    private LosslessImageCodec() {}

    /** Whether a file with this header is a lossless picture. */
    public static boolean isLossless(TsrHeader header) {
        return header.geometry() instanceof ImageGeometry && header.model().equals(MODEL);
    }

    /**
     * The file of a picture, in the single layout.
     *
     * @param samples interleaved [height x width x channels], 8 bits each
     * @param channels 1 (grey) or 3 (red, green, blue)
     */
    public static byte[] compress(byte[] samples, int height, int width, int channels) {
        LosslessImageCoder.Coded coded = LosslessImageCoder.shipped().code(samples, height, width, channels);
        int parameters = coded.coding() + (channels == 1 ? GREY : 0);
        return TsrFile.write(new TsrHeader(MODEL, new ImageGeometry(width, height), parameters), coded.payload());
    }

    /**
     * The picture of a file.
     *
     * @throws CorruptBitstreamException when it is no lossless picture or larger than the coder takes
     */
    public static Picture decompress(TsrFile file) throws CorruptBitstreamException {
        int parameters = file.header().parameters();
        if (!isLossless(file.header()) || parameters >= 2 * GREY) {
            throw new CorruptBitstreamException(
                    0,
                    "parameters are " + parameters + ", must be in [0, " + (2 * GREY - 1) + "] in a lossless picture");
        }
        ImageGeometry geometry = (ImageGeometry) file.header().geometry();
        int channels = parameters < GREY ? 3 : 1;
        if (Math.max(geometry.width(), geometry.height()) > LosslessImageCoder.MAX_SIDE
                || geometry.pixels() * channels > LosslessImageCoder.MAX_SAMPLES) {
            throw new CorruptBitstreamException(
                    0, "a lossless picture of " + geometry.width() + " x " + geometry.height() + " is too large");
        }
        return LosslessImageCoder.shipped()
                .decode(parameters % GREY, file.payload(), 0, geometry.height(), geometry.width(), channels);
    }
}
