package dev.tessera.codecs.container;

import java.util.Locale;
import java.util.Optional;

/**
 * The largest geometry a reader is willing to decode. A few hostile bytes can claim a picture of 2^56 pixels; such a file
 * is refused before anything is allocated for it.
 *
 * @param maxPixels width times height of a picture, of all pictures of a sequence, elements of a tensor or array of tokens, at least 1
 * @param maxSeconds length of a sound, at least 1
 */
public record TsrLimits(long maxPixels, long maxSeconds) {
    /** 2^27 pixels and four hours: either is about 1.5 GB of decoded 32-bit values in the usual forms. */
    public static final TsrLimits DEFAULT = new TsrLimits(1L << 27, 14_400);

    public TsrLimits {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("maxPixels is " + maxPixels + ", must be at least 1");
        }
        if (maxSeconds < 1) {
            throw new IllegalArgumentException("maxSeconds is " + maxSeconds + ", must be at least 1");
        }
    }

    /** Why {@code geometry} is above these limits; nothing when it is not. */
    Optional<String> objection(Geometry geometry) {
        return switch (geometry) {
            case ImageGeometry image
            when image.pixels() > maxPixels ->
                Optional.of("a picture of " + image.width() + " x " + image.height() + " is above the limit of "
                        + maxPixels + " pixels");
            case SequenceGeometry sequence
            when sequence.work() > maxPixels ->
                Optional.of(sequence.frames() + " pictures of " + sequence.width() + " x " + sequence.height()
                        + " are above the limit of " + maxPixels + " pixels");
            case AudioGeometry audio
            when audio.seconds() > maxSeconds ->
                Optional.of(String.format(
                        Locale.ROOT, "a sound of %.0f s is above the limit of %d s", audio.seconds(), maxSeconds));
            case TensorGeometry tensor
            when tensor.elements() > maxPixels ->
                Optional.of("a tensor of " + tensor.shape() + " is above the limit of " + maxPixels + " elements");
            case TokenGeometry tokens
            when tokens.elements() > maxPixels ->
                Optional.of("an array of " + tokens.shape() + " is above the limit of " + maxPixels + " elements");
            case ImageGeometry _, SequenceGeometry _, AudioGeometry _, TensorGeometry _, TokenGeometry _ ->
                Optional.empty();
        };
    }
}
