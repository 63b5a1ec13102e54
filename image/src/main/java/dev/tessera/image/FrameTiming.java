package dev.tessera.image;

import dev.tessera.codecs.container.SequenceGeometry;
import java.util.ArrayList;
import java.util.List;

/** Delays of frames as fractions of a second, to ticks that they all are multiples of. */
final class FrameTiming {
    private static final long DEFAULT_TICKS =
            10; // a second, where a file says "as fast as possible": as browsers show it

    private final List<long[]> delays = new ArrayList<>();
    private long ticks = 1;

    /** Adds a delay of {@code numerator / denominator} seconds; 0 stands for a tenth of a second. */
    void add(long numerator, long denominator) {
        long[] delay = numerator == 0 || denominator == 0
                ? new long[] {1, DEFAULT_TICKS}
                : new long[] {numerator, denominator};
        long common = ImageSequence.divisor(delay[0], delay[1]);
        delay[0] /= common;
        delay[1] /= common;
        delays.add(delay);
        ticks = Math.min(SequenceGeometry.MAX_RATE + 1L, ticks / ImageSequence.divisor(ticks, delay[1]) * delay[1]);
    }

    /**
     * The sequence of frames, one for each delay.
     *
     * @throws UnreadableImageException when there are no ticks for all of them
     */
    ImageSequence sequence(FileBytes file, int width, int height, Frames frames) throws UnreadableImageException {
        if (ticks > SequenceGeometry.MAX_RATE) {
            throw file.unsupported("the delays of the frames have no common tick of at least 1/"
                    + SequenceGeometry.MAX_RATE + " second");
        }
        ImageSequence.Builder out = ImageSequence.builder(width, height, (int) ticks, 1);
        for (int i = 0; i < delays.size(); i++) {
            long duration = ticks / delays.get(i)[1] * delays.get(i)[0];
            if (duration > Integer.MAX_VALUE) {
                throw file.unsupported("frame " + i + " is shown for " + duration + " of the ticks of all frames");
            }
            out.add(frames.frame(i), (int) duration);
        }
        return out.build();
    }

    /** Gives frames in their order. */
    interface Frames {
        Image frame(int index) throws UnreadableImageException;
    }
}
