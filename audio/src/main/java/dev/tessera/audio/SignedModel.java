package dev.tessera.audio;

import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.codecs.mixing.MixedBits;

/**
 * Entropy model of signed integers, most of them small: whether one is zero, its magnitude in unary, behind that in an escape, and its sign.
 * A subclass sets the contexts. Integers only. Not for several threads at once.
 */
abstract sealed class SignedModel permits EnvelopeModel, WaveformModel {
    /** Bits of an escape, so few that no hostile file overflows anything. */
    static final int ESCAPE_BITS = 20;

    /** Observations that a shipped estimate counts as at most. */
    static final int TRUST = 60;

    /** Whether an integer is not zero. */
    final MixedBits zero;

    /** Whether a magnitude is larger than one of those in unary. */
    final MixedBits more;

    private final int unary;

    /** @param unary magnitudes up to this one are in unary */
    SignedModel(MixedBits zero, MixedBits more, int unary) {
        this.zero = zero;
        this.more = more;
        this.unary = unary;
    }

    /** Sets the contexts of {@link #more} for whether the magnitude is larger than {@code step} + 1, where was looked at. */
    abstract void step(int step);

    /** Codes and learns the integer at the place that was looked at. */
    final int code(BitCoder coder, int value) {
        int magnitude = Math.abs(value);
        if (coder.bit(zero, magnitude == 0 ? 0 : 1) == 0) {
            return 0;
        }
        int m = 1;
        while (m <= unary) {
            step(m - 1);
            if (coder.bit(more, magnitude > m ? 1 : 0) == 0) {
                break;
            }
            m++;
        }
        if (m > unary) {
            m += coder.escape(magnitude - m, ESCAPE_BITS);
        }
        return coder.even(value < 0 ? 1 : 0) == 1 ? -m : m;
    }

    private int costOfZero() {
        return MixedBits.cost(0, zero.predict());
    }

    /** Bits of a magnitude of at least 1 there with its sign, at the moment, in 1/65536. */
    final int cost(int magnitude) {
        int cost = MixedBits.cost(1, zero.predict()) + (1 << 16);
        for (int m = 1; m <= unary; m++) {
            step(m - 1);
            cost += MixedBits.cost(magnitude > m ? 1 : 0, more.predict());
            if (magnitude == m) {
                return cost;
            }
        }
        int escapeLength = 31 - Integer.numberOfLeadingZeros(magnitude - unary);
        return cost + (2 * escapeLength + 1 << 16);
    }

    /**
     * Rate-distortion optimised choice there: of the nearest integer, the one nearer to zero and zero the one with the least squared
     * error + lambda x bits.
     *
     * @param lambda squared units that a bit is worth
     * @param largest magnitude that can be coded
     */
    final int choose(double x, double lambda, int largest) {
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
