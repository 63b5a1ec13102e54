package dev.tessera.audio;

/** What signed integers cost at the moment, in 1/65536 bits. */
interface MagnitudeCosts {
    int costOfZero();

    /** Of a magnitude of at least 1, with its sign. */
    int cost(int magnitude);

    /**
     * Rate-distortion optimised choice: of the nearest integer, the one nearer to zero and zero the one with the least squared
     * error + lambda x bits.
     *
     * @param lambda squared units that a bit is worth
     * @param largest magnitude that can be coded
     */
    default int choose(double x, double lambda, int largest) {
        double size = Math.abs(x);
        int nearest = (int) Math.min(size + 0.5, largest);
        if (nearest == 0) {
            return 0;
        }
        int best = 0;
        double least = size * size + lambda * costOfZero() / 65536;
        for (int m = nearest; m >= Math.max(1, nearest - 1); m--) {
            double score = (size - m) * (size - m) + lambda * cost(m) / 65536;
            if (score < least) {
                least = score;
                best = m;
            }
        }
        return x < 0 ? -best : best;
    }
}
