package dev.tessera.image;

import dev.tessera.codecs.container.SequenceGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pictures of one size that are shown one after the other, 8 bits a sample and opaque. Immutable, safe to share.
 *
 * <p>Frame i is shown for {@code durations[i]} ticks of {@code perSeconds / ticks} seconds. The tick is the longest of which
 * all durations are multiples, so that a constant frame rate has the durations 1.
 */
public final class ImageSequence {
    private static final float WHITE = 255;

    private final SequenceGeometry geometry;
    private final boolean grey;
    private final List<byte[]> frames; // [height x width x 1 or 3]
    private final int[] durations;

    private ImageSequence(SequenceGeometry geometry, boolean grey, List<byte[]> frames, int[] durations) {
        this.geometry = geometry;
        this.grey = grey;
        this.frames = frames;
        this.durations = durations;
    }

    /** Collects frames. */
    public static final class Builder {
        private final int width;
        private final int height;
        private final long ticks;
        private final long perSeconds;
        private final List<byte[]> frames = new ArrayList<>();
        private final List<Integer> durations = new ArrayList<>();
        private boolean grey = true;

        private Builder(int width, int height, long ticks, long perSeconds) {
            this.width = width;
            this.height = height;
            this.ticks = ticks;
            this.perSeconds = perSeconds;
        }

        /**
         * Adds a frame, rounded to 8 bits ({@link Image#toByte}); a transparent one is laid on white.
         *
         * @param duration in ticks, at least 1
         * @throws IllegalArgumentException when the picture has another size
         */
        public Builder add(Image frame, int duration) {
            if (frame.width() != width || frame.height() != height) {
                throw new IllegalArgumentException("frame " + frames.size() + " is " + frame.width() + " x "
                        + frame.height() + ", must be " + width + " x " + height + " as the first");
            }
            if (duration < 1) {
                throw new IllegalArgumentException(
                        "the duration of frame " + frames.size() + " is " + duration + ", must be at least 1");
            }
            Image opaque = frame.composedOn(WHITE);
            grey &= opaque.isGrey();
            frames.add(opaque.isGrey() ? bytes(opaque.plane(0)) : opaque.toRgb8());
            durations.add(duration);
            return this;
        }

        /** Pixels of all frames so far. */
        public long pixels() {
            return (long) width * height * frames.size();
        }

        /** Number of frames so far. */
        public int size() {
            return frames.size();
        }

        /**
         * The sequence.
         *
         * @throws IllegalArgumentException when there is no frame, or the frequency of ticks has no numerator and denominator of
         *     at most {@value SequenceGeometry#MAX_RATE}
         */
        public ImageSequence build() {
            int[] all = durations.stream().mapToInt(Integer::intValue).toArray();
            int unit = Arrays.stream(all).reduce(0, (a, b) -> (int) divisor(a, b));
            if (unit == 0) {
                throw new IllegalArgumentException("there are no frames");
            }
            for (int i = 0; i < all.length; i++) {
                all[i] /= unit;
            }
            long longer = perSeconds * unit;
            long common = divisor(ticks, longer);
            if (Math.max(ticks, longer) / common > SequenceGeometry.MAX_RATE) {
                throw new IllegalArgumentException("the frame rate " + ticks / common + "/" + longer / common
                        + " must have a numerator and a denominator of at most " + SequenceGeometry.MAX_RATE);
            }
            SequenceGeometry geometry =
                    new SequenceGeometry(width, height, frames.size(), (int) (ticks / common), (int) (longer / common));
            return new ImageSequence(geometry, grey, List.copyOf(frames), all);
        }
    }

    /**
     * Starts a sequence.
     *
     * @param ticks durations count {@code perSeconds / ticks} seconds
     */
    public static Builder builder(int width, int height, int ticks, int perSeconds) {
        if (ticks < 1 || perSeconds < 1) {
            throw new IllegalArgumentException("the frame rate is " + ticks + "/" + perSeconds + ", must be above 0");
        }
        return new Builder(width, height, ticks, perSeconds);
    }

    /** Extents and the unit of time. */
    public SequenceGeometry geometry() {
        return geometry;
    }

    /** Number of frames, at least 1. */
    public int size() {
        return durations.length;
    }

    /** Whether every frame is grey. */
    public boolean isGrey() {
        return grey;
    }

    /** How long frame {@code index} is shown, in ticks. */
    public int duration(int index) {
        return durations[index];
    }

    /** Whether all frames are shown for the same time. */
    public boolean isSteady() {
        return Arrays.stream(durations).allMatch(d -> d == 1);
    }

    /** How long all frames together are shown. */
    public double seconds() {
        return Arrays.stream(durations).asLongStream().sum() * (double) geometry.perSeconds() / geometry.ticks();
    }

    /** Frame {@code index}; of three planes unless all frames are grey. */
    public Image frame(int index) {
        byte[] bytes = frames.get(index);
        int pixels = geometry.width() * geometry.height();
        if (bytes.length == pixels) {
            float[][] planes = new float[grey ? 1 : 3][pixels];
            for (float[] plane : planes) {
                for (int i = 0; i < pixels; i++) {
                    plane[i] = bytes[i] & 0xFF;
                }
            }
            return grey
                    ? Image.ofGrey(geometry.width(), geometry.height(), planes[0])
                    : Image.ofRgb(geometry.width(), geometry.height(), planes[0], planes[1], planes[2]);
        }
        return Image.ofRgb8(geometry.width(), geometry.height(), bytes);
    }

    /** Equal extents, times and samples. */
    @Override
    public boolean equals(Object other) {
        if (!(other instanceof ImageSequence that)
                || !geometry.equals(that.geometry)
                || grey != that.grey
                || !Arrays.equals(durations, that.durations)) {
            return false;
        }
        for (int i = 0; i < frames.size(); i++) {
            if (!frame(i).equals(that.frame(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return 31 * geometry.hashCode() + Arrays.hashCode(durations);
    }

    @Override
    public String toString() {
        return "ImageSequence[" + geometry + (grey ? ", grey]" : "]");
    }

    private static byte[] bytes(float[] plane) {
        byte[] out = new byte[plane.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Image.toByte(plane[i]);
        }
        return out;
    }

    /** Greatest common divisor. */
    static long divisor(long a, long b) {
        return b == 0 ? a : divisor(b, a % b);
    }
}
