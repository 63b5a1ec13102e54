package dev.tessera.cli;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.circuit.LosslessImageCoder.Picture;
import dev.tessera.image.Image;

/** Pictures from and to the exact samples that the circuit codes. */
final class LosslessPictures {
    private LosslessPictures() {}

    /** 1 for grey, 3 for red, green, blue. */
    static int channels(Image image) {
        return image.isGrey() ? 1 : 3;
    }

    /**
     * Interleaved [height x width x channels].
     *
     * @throws CorruptBitstreamException when 8-bit samples would lose something: alpha, or deeper samples
     */
    static byte[] samples(Image image) throws CorruptBitstreamException {
        if (image.alpha() != null) {
            throw new CorruptBitstreamException(0, "the picture has alpha, which --lossless does not keep");
        }
        int channels = channels(image);
        byte[] samples = new byte[Math.multiplyExact(channels, image.width() * image.height())];
        for (int c = 0; c < channels; c++) {
            float[] plane = image.plane(c);
            for (int i = 0; i < plane.length; i++) {
                if (plane[i] != (int) plane[i]) {
                    throw new CorruptBitstreamException(
                            0, "the picture has samples of more than 8 bits, which --lossless does not keep");
                }
                samples[i * channels + c] = (byte) (int) plane[i];
            }
        }
        return samples;
    }

    static Image image(Picture picture) {
        if (picture.channels() == 3) {
            return Image.ofRgb8(picture.width(), picture.height(), picture.samples());
        }
        float[] grey = new float[picture.samples().length];
        for (int i = 0; i < grey.length; i++) {
            grey[i] = picture.samples()[i] & 0xFF;
        }
        return Image.ofGrey(picture.width(), picture.height(), grey);
    }
}
