package dev.tessera.vqmodels.quantize;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.lowbit.PlaneWeights;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.RotatedWeights;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.WeightsFile;
import dev.tessera.vqmodels.lowbit.fit.Hessian;
import dev.tessera.vqmodels.lowbit.fit.RotatedFit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** In which order the planes of all layers come, so that every prefix of them is about the best of its size. */
final class PlaneOrder {
    private PlaneOrder() {}

    /**
     * The keys that say in which order the planes of all layers come, by the squared error of the output over the squared output, without
     * calibration by that of the weights.
     */
    static Map<String, Object> entries(ModelFile model, Map<String, QuantizedWeights> weights, Calibration calibration)
            throws CorruptModelException {
        List<String> names = weights.keySet().stream()
                .filter(name -> weights.get(name).format() == WeightFormat.PLANES)
                .toList();
        List<String> prefixes = new ArrayList<>();
        long[] bytes = new long[names.size()];
        double[][] costs = new double[names.size()][];
        for (int i = 0; i < bytes.length; i++) {
            String name = names.get(i);
            PlaneWeights planes;
            UnaryOperator<QuantizedWeights> wrapped;
            switch (weights.get(name)) {
                case RotatedWeights turned -> {
                    prefixes.add(WeightsFile.densePrefix(name));
                    planes = (PlaneWeights) turned.dense();
                    wrapped = part -> RotatedWeights.of(part, turned.rotation());
                }
                case PlaneWeights alone -> {
                    prefixes.add(name);
                    planes = alone;
                    wrapped = UnaryOperator.identity();
                }
                case QuantizedWeights other -> throw new IllegalStateException(name + " is " + other.getClass());
            }
            WeightMatrix matrix = TokenizerQuantizer.matrix(model, name);
            Optional<Hessian> hessian = calibration.hessian(name);
            double signal = RotatedFit.error(matrix, hessian, new float[matrix.values().length]);
            bytes[i] = planes.bytes() / planes.planes();
            costs[i] = new double[planes.planes()];
            for (int p = 0; p < costs[i].length; p++) {
                float[] values = wrapped.apply(planes.first(p + 1)).dequantize();
                costs[i][p] = signal > 0 ? RotatedFit.error(matrix, hessian, values) / signal : 0;
            }
        }
        Map<String, Object> entries = new TreeMap<>();
        List<int[]> places = of(bytes, costs);
        for (int i = 0; i < bytes.length; i++) {
            entries.put(PlaneFile.orderKey(prefixes.get(i)), places.get(i));
        }
        return entries;
    }

    /**
     * The first plane of every layer, then always the run of planes of a layer that takes most error off for a byte (BitStack, Wang et
     * al. 2024, section 3.3, by the error that is measured instead of the size of the planes).
     *
     * @param bytes of a plane, {@code [layers]}
     * @param costs what error is left after 1, 2, ... planes, {@code [layers][planes]}
     * @return places among all planes, rising in each layer, {@code [layers][planes]}
     */
    static List<int[]> of(long[] bytes, double[][] costs) {
        List<int[]> places = new ArrayList<>();
        int total = 0;
        for (double[] cost : costs) {
            places.add(new int[cost.length]);
            total += cost.length;
        }
        int[] taken = new int[costs.length];
        int place = 0;
        for (int layer = 0; layer < costs.length; layer++) {
            places.get(layer)[taken[layer]++] = place++;
        }
        while (place < total) {
            int best = -1;
            int length = 0;
            double most = Double.NEGATIVE_INFINITY;
            for (int layer = 0; layer < costs.length; layer++) {
                for (int end = taken[layer] + 1; end <= costs[layer].length; end++) {
                    double gain = costs[layer][taken[layer] - 1] - costs[layer][end - 1];
                    double rate = gain / ((double) bytes[layer] * (end - taken[layer]));
                    if (rate > most) {
                        most = rate;
                        best = layer;
                        length = end - taken[layer];
                    }
                }
            }
            for (int i = 0; i < length; i++) {
                places.get(best)[taken[best]++] = place++;
            }
        }
        return places;
    }

    /** How many planes each layer has when the first {@code count} of all are taken, {@code [layers]}. */
    static int[] counts(List<int[]> places, int count) {
        return places.stream()
                .mapToInt(own -> (int) Arrays.stream(own).filter(p -> p < count).count())
                .toArray();
    }
}
