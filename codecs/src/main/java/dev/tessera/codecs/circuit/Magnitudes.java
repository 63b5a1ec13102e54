package dev.tessera.codecs.circuit;

/** Buckets of magnitudes, about evenly spaced in the logarithm: the alphabets of the context variables. */
final class Magnitudes {
    private static final int LIMIT = 2048;

    /** 14 buckets for single errors, 22 for sums of errors. */
    static final Magnitudes COARSE = new Magnitudes(1, 2, 4, 6, 9, 13, 19, 28, 42, 64, 96, 144, 216);

    static final Magnitudes FINE =
            new Magnitudes(1, 2, 3, 4, 5, 7, 9, 12, 15, 19, 24, 30, 38, 48, 60, 76, 96, 121, 152, 192, 256);

    private final byte[] buckets = new byte[LIMIT];
    private final int count;

    private Magnitudes(int... thresholds) {
        count = thresholds.length + 1;
        for (int i = 0, bucket = 0; i < LIMIT; i++) {
            while (bucket < thresholds.length && i >= thresholds[bucket]) {
                bucket++;
            }
            buckets[i] = (byte) bucket;
        }
    }

    int count() {
        return count;
    }

    /** The bucket of a value of at least 0. */
    int bucket(int value) {
        return buckets[Math.min(value, LIMIT - 1)];
    }
}
