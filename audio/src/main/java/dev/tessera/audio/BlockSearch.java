package dev.tessera.audio;

import java.util.Arrays;

/**
 * Chooses block sizes: in each longest block the binary tree whose blocks would cost the least, by a rough measure of distortion
 * and bits of coefficients that blocks of one size only would have.
 */
final class BlockSearch {
    /** Squared steps from which on a coefficient is probably coded. */
    private static final double CODED = 1;

    /** What e times a coded coefficient's energy costs more, in squared steps: what did best on the training set. */
    private static final double PER_NEPER = 0.12;

    /** Two blocks must be so much better than one, because sizes that change have steeper windows. */
    private static final double SPLIT_SHARE = 0.02;

    private static final double SPLIT_COST = 0.1;

    private final double[][] coefficients = new double[LappedTransform.LEVELS][]; // of blocks of one size

    /** @param samples filled up to whole longest blocks */
    BlockSearch(double[] samples) {
        for (int level = 0; level < coefficients.length; level++) {
            coefficients[level] = samples.clone();
            byte[] levels = new byte[samples.length / LappedTransform.size(level)];
            Arrays.fill(levels, (byte) level);
            LappedTransform.forward(coefficients[level], levels);
        }
    }

    /** Magnitudes of all coefficients of blocks of a middle size, to {@code out} from {@code at} on. */
    void magnitudes(float[] out, int at) {
        double[] middle = coefficients[LappedTransform.LEVELS / 2];
        for (int i = 0; i < middle.length; i++) {
            out[at + i] = (float) Math.abs(middle[i]);
        }
    }

    /** Levels of all blocks for a step size. */
    byte[] choose(double step) {
        int total = coefficients[0].length;
        byte[] out = new byte[total / LappedTransform.size(LappedTransform.LEVELS - 1)];
        int count = 0;
        for (int from = 0; from < total; from += LappedTransform.LONGEST) {
            count = choose(0, from, step, out, count).end;
        }
        return Arrays.copyOf(out, count);
    }

    private record Choice(int end, double cost) {}

    private Choice choose(int level, int from, double step, byte[] out, int at) {
        double whole = cost(level, from, step);
        if (level + 1 < LappedTransform.LEVELS) {
            Choice first = choose(level + 1, from, step, out, at);
            Choice second = choose(level + 1, from + LappedTransform.size(level + 1), step, out, first.end);
            double split = first.cost + second.cost;
            if (split * (1 + SPLIT_SHARE) + SPLIT_COST < whole) {
                return new Choice(second.end, split);
            }
        }
        out[at] = (byte) level;
        return new Choice(at + 1, whole);
    }

    private double cost(int level, int from, double step) {
        double scale = 1 / (step * step);
        double cost = 0;
        for (int k = 0; k < LappedTransform.size(level); k++) {
            double c = coefficients[level][from + k];
            double energy = c * c * scale;
            cost += energy < CODED ? energy : CODED + PER_NEPER * StrictMath.log(energy / CODED);
        }
        return cost;
    }
}
