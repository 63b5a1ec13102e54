package dev.tessera.codecs.dataset;

import dev.tessera.codebook.Tokens;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The tokens of one picture or clip, as a token data set holds them. Immutable. */
public final class TokenRecord {
    private final String key;
    private final int[] shape;
    private final int[] tokens;
    private final OptionalLong label;
    private final OptionalLong numSamples;
    private final OptionalInt sampleRate;
    private final OptionalInt width;
    private final OptionalInt height;

    private TokenRecord(
            String key,
            int[] shape,
            int[] tokens,
            OptionalLong label,
            OptionalLong numSamples,
            OptionalInt sampleRate,
            OptionalInt width,
            OptionalInt height) {
        this.key = key;
        this.shape = shape;
        this.tokens = tokens;
        this.label = label;
        this.numSamples = numSamples;
        this.sampleRate = sampleRate;
        this.width = width;
        this.height = height;
    }

    /**
     * A record without label and without facts about the original.
     *
     * @param key what it is called; unique in its data set
     * @param shape extents of {@code tokens}
     * @param tokens row-major, each at least 0
     */
    public static TokenRecord of(String key, int[] shape, int[] tokens) {
        long product = 1;
        for (int extent : shape) {
            if (extent < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " has a negative extent");
            }
            product = Math.multiplyExact(product, extent);
        }
        if (product != tokens.length) {
            throw new IllegalArgumentException(
                    "there are " + tokens.length + " tokens, must be " + product + " for " + Arrays.toString(shape));
        }
        for (int token : tokens) {
            if (token < 0) {
                throw new IllegalArgumentException("a token is " + token + ", must be at least 0");
            }
        }
        return new TokenRecord(
                key,
                shape.clone(),
                tokens.clone(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    /** A record of {@code tokens} with the shape {@link #shapeOf}. */
    public static TokenRecord of(String key, Tokens tokens) {
        return of(key, shapeOf(tokens), tokens.toArray());
    }

    /**
     * The shape that {@link Tokens#toArray()} has in data sets: {@code [height, width]} for one stage of a picture,
     * {@code [stages, height, width]} for several; {@code [stages, frames]} for sound also when there is one stage.
     */
    public static int[] shapeOf(Tokens tokens) {
        int[] grid = tokens.shape();
        if (tokens.stages() == 1 && grid.length > 1) {
            return grid;
        }
        int[] shape = new int[grid.length + 1];
        shape[0] = tokens.stages();
        System.arraycopy(grid, 0, shape, 1, grid.length);
        return shape;
    }

    /** The same record with a class label. */
    public TokenRecord withLabel(long value) {
        return new TokenRecord(key, shape, tokens, OptionalLong.of(value), numSamples, sampleRate, width, height);
    }

    /** The same record with the length of the sound in samples per channel, and its sample rate in Hz. */
    public TokenRecord withSound(long samples, int rate) {
        return new TokenRecord(
                key, shape, tokens, label, OptionalLong.of(samples), OptionalInt.of(rate), width, height);
    }

    /** The same record with the size of the picture in pixels. */
    public TokenRecord withPicture(int pictureWidth, int pictureHeight) {
        return new TokenRecord(
                key,
                shape,
                tokens,
                label,
                numSamples,
                sampleRate,
                OptionalInt.of(pictureWidth),
                OptionalInt.of(pictureHeight));
    }

    public String key() {
        return key;
    }

    /** A copy of the extents of {@link #tokens()}. */
    public int[] shape() {
        return shape.clone();
    }

    /** A copy of the tokens, row-major. */
    public int[] tokens() {
        return tokens.clone();
    }

    public OptionalLong label() {
        return label;
    }

    /** Samples per channel of the sound that the tokens stand for. */
    public OptionalLong numSamples() {
        return numSamples;
    }

    /** Sample rate of the sound in Hz. */
    public OptionalInt sampleRate() {
        return sampleRate;
    }

    /** Width in pixels of the picture that the tokens stand for. */
    public OptionalInt width() {
        return width;
    }

    /** Height in pixels of the picture that the tokens stand for. */
    public OptionalInt height() {
        return height;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenRecord that
                && key.equals(that.key)
                && Arrays.equals(shape, that.shape)
                && Arrays.equals(tokens, that.tokens)
                && label.equals(that.label)
                && numSamples.equals(that.numSamples)
                && sampleRate.equals(that.sampleRate)
                && width.equals(that.width)
                && height.equals(that.height);
    }

    @Override
    public int hashCode() {
        return 31 * key.hashCode() + Arrays.hashCode(tokens);
    }

    @Override
    public String toString() {
        return "TokenRecord[" + key + ", " + Arrays.toString(shape) + "]";
    }
}
