package dev.tessera.codecs.container;

/**
 * Extents of a sequence of pictures: pixels, frames and the unit of time that their durations count. Durations stand in the
 * payload.
 *
 * @param width 1 to 2^28
 * @param height 1 to 2^28
 * @param frames 1 to 2^28
 * @param ticks of {@code perSeconds} seconds: {@code ticks / perSeconds} is the unit's frequency in Hz, in lowest terms; 1 to 2^21
 * @param perSeconds 1 to 2^21
 */
public record SequenceGeometry(int width, int height, int frames, int ticks, int perSeconds) implements Geometry {
    private static final int LEAST_PIXELS = 1 << 10;

    /** Largest number of frames that the format can say. */
    public static final int MAX_FRAMES = 1 << 28;

    /** Largest numerator and denominator of the frequency that the format can say. */
    public static final int MAX_RATE = 1 << 21;

    public SequenceGeometry {
        ImageGeometry.checkExtent("width", width);
        ImageGeometry.checkExtent("height", height);
        check("frames", frames, MAX_FRAMES);
        check("ticks", ticks, MAX_RATE);
        check("perSeconds", perSeconds, MAX_RATE);
    }

    /** Width times height times frames; {@link Long#MAX_VALUE} when that is more. */
    public long pixels() {
        long frame = (long) width * height;
        return frame > Long.MAX_VALUE / frames ? Long.MAX_VALUE : frame * frames;
    }

    /** {@link #pixels()}, where a frame counts as {@value #LEAST_PIXELS} at least: what small frames cost a reader. */
    long work() {
        return (long) width * height >= LEAST_PIXELS ? pixels() : (long) LEAST_PIXELS * frames;
    }

    private static void check(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", must be in [1, " + most + "]");
        }
    }
}
