package dev.tessera.vqmodels.integer.fit;

import dev.tessera.vqmodels.integer.Dyadic;
import dev.tessera.vqmodels.integer.IntegerFormat;
import dev.tessera.vqmodels.integer.IntegerLinear;
import java.util.ArrayList;
import java.util.List;

/** Rounds the weights of a linear layer to 8 bits, each output by itself. */
final class LinearFit {
    private static final int LARGEST_WEIGHT = 127;
    private static final double WIDER = 1.05; // step of the search for a scale at which no sum can overflow

    private static final double SMALLEST_FACTOR = 0x1p-30; // unit of a sum over unit of the output

    private LinearFit() {}

    static IntegerLinear fit(FloatGraph.Linear layer, IntegerFormat in, IntegerFormat out) {
        double inUnit = DyadicFit.value(in.unit());
        double outUnit = DyadicFit.value(out.unit());
        byte[] weights = new byte[in.size() * out.size()];
        int[] bias = new int[out.size()];
        List<Dyadic> factors = new ArrayList<>();
        for (int o = 0; o < out.size(); o++) {
            double step = round(layer, o, in, inUnit, outUnit, weights, bias);
            factors.add(DyadicFit.nearest(step * inUnit / outUnit));
        }
        return new IntegerLinear(in, weights, bias, factors, out);
    }

    /** The least step from that of the largest weight on at which sums provably fit. */
    private static double round(
            FloatGraph.Linear layer,
            int o,
            IntegerFormat in,
            double inUnit,
            double outUnit,
            byte[] weights,
            int[] bias) {
        float[] row = layer.weights()[o];
        double largest = 0;
        for (float weight : row) {
            largest = Math.max(largest, Math.abs(weight));
        }
        // Not below what a dyadic number can bring to the unit of the outputs: a row of zeros has a bias, too.
        double step = Math.max(largest / LARGEST_WEIGHT, SMALLEST_FACTOR * outUnit / inUnit);
        while (true) {
            for (int i = 0; i < row.length; i++) {
                weights[o * in.size() + i] =
                        (byte) Math.clamp(Math.rint(row[i] / step), -LARGEST_WEIGHT, LARGEST_WEIGHT);
            }
            double exact = Math.rint(layer.bias()[o] / (step * inUnit));
            bias[o] = (int) Math.clamp(exact, -Integer.MAX_VALUE, Integer.MAX_VALUE);
            if (bias[o] == exact
                    && IntegerLinear.largestSum(weights, o * in.size(), in, bias[o]) <= Integer.MAX_VALUE) {
                return step;
            }
            step *= WIDER;
        }
    }
}
