package dev.tessera.audio;

import java.util.Arrays;

/** Samples of planes that arrive at the end and go at the begin; places count from the begin of the sound. Not for several threads at once. */
final class SampleQueue {
    private final float[][] held;
    private long offset;
    private int length;

    SampleQueue(int planes) {
        held = new float[planes][0];
    }

    /** Appends {@code [planes][n]}. */
    void push(float[][] planes) {
        int count = planes[0].length;
        for (int p = 0; p < held.length; p++) {
            if (held[p].length < length + count) {
                held[p] = Arrays.copyOf(held[p], Math.max(length + count, 2 * length));
            }
            System.arraycopy(planes[p], 0, held[p], length, count);
        }
        length += count;
    }

    /** Samples so far. */
    long end() {
        return offset + length;
    }

    /** The samples of a plane in {@code [from, to)}, as far as they have come. */
    float[] copy(int plane, long from, long to) {
        int first = (int) (from - offset);
        return Arrays.copyOfRange(held[plane], first, Math.max(first, (int) Math.min(to - offset, length)));
    }

    /** Forgets what is before a place. */
    void dropBefore(long place) {
        int gone = (int) Math.clamp(place - offset, 0, length);
        for (float[] plane : held) {
            System.arraycopy(plane, gone, plane, 0, length - gone);
        }
        offset += gone;
        length -= gone;
    }
}
