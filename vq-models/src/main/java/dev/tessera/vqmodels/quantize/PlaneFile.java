package dev.tessera.vqmodels.quantize;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.lowbit.PlaneWeights;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.lowbit.WeightsFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Models whose layers are planes, rotated or not: one file of which smaller ones are cut. The key {@code <name>.plane_order} has the place of each plane
 * of a layer among those of all layers; a smaller file has the first of these.
 */
public final class PlaneFile {
    private static final String ORDER = ".plane_order";
    private static final String FORMAT = ".format";

    private PlaneFile() {}

    /** Whether some layers of {@code model} are planes. */
    public static boolean hasPlanes(ModelFile model) {
        return model.config().names().stream().anyMatch(name -> name.endsWith(ORDER));
    }

    static String orderKey(String prefix) {
        return prefix + ORDER;
    }

    /**
     * The largest file of at most {@code budget} bytes that has the first planes of {@code model}; at least one of each layer.
     *
     * @throws CorruptModelException when the model's planes and their order do not fit
     * @throws IllegalArgumentException when it has no planes, or the file cannot be so small
     */
    public static QuantizedTokenizer cut(ModelFile model, long budget) throws CorruptModelException {
        if (!hasPlanes(model)) {
            throw new IllegalArgumentException("the model has no planes to cut");
        }
        Planes planes = Planes.read(model);
        int least = planes.names.size();
        int most = planes.total();
        QuantizedTokenizer smallest = planes.first(least);
        if (smallest.model().sizeBytes() > budget) {
            throw new IllegalArgumentException("budget is " + budget + " bytes, must be at least "
                    + smallest.model().sizeBytes());
        }
        QuantizedTokenizer best = smallest;
        while (least < most) { // a file grows with its planes
            int middle = (least + most + 1) >>> 1;
            QuantizedTokenizer made = planes.first(middle);
            if (made.model().sizeBytes() <= budget) {
                least = middle;
                best = made;
            } else {
                most = middle - 1;
            }
        }
        return best;
    }

    /** The layers of a model that are planes. */
    private record Planes(ModelFile model, List<String> names, List<PlaneWeights> weights, List<int[]> places) {
        static Planes read(ModelFile model) throws CorruptModelException {
            List<String> names = new ArrayList<>();
            List<PlaneWeights> weights = new ArrayList<>();
            List<int[]> places = new ArrayList<>();
            for (String key : new TreeSet<>(model.config().names())) {
                if (!key.endsWith(FORMAT) || !model.config().string(key).equals(WeightFormat.PLANES.formatName())) {
                    continue;
                }
                String name = key.substring(0, key.length() - FORMAT.length());
                if (!(WeightsFile.read(model, name) instanceof PlaneWeights planes)) {
                    throw new CorruptModelException("the model's '" + name + "' must be planes");
                }
                names.add(name);
                weights.add(planes);
                places.add(model.config().integers(orderKey(name)));
            }
            checkOrder(weights, places);
            return new Planes(model, names, weights, places);
        }

        /** All places occur once, rise in each layer, and begin with one plane of each. */
        private static void checkOrder(List<PlaneWeights> weights, List<int[]> places) throws CorruptModelException {
            int total = weights.stream().mapToInt(PlaneWeights::planes).sum();
            Set<Integer> seen = new HashSet<>();
            for (int i = 0; i < places.size(); i++) {
                int[] own = places.get(i);
                boolean fits = own.length == weights.get(i).planes() && own[0] >= 0 && own[0] < places.size();
                for (int p = 0; fits && p < own.length; p++) {
                    fits = own[p] < total && (p == 0 || own[p] > own[p - 1]) && seen.add(own[p]);
                }
                if (!fits) {
                    throw new CorruptModelException("the model's order of planes is damaged: " + Arrays.toString(own));
                }
            }
        }

        int total() {
            return places.stream().mapToInt(own -> own.length).sum();
        }

        QuantizedTokenizer first(int count) throws CorruptModelException {
            int[] counts = PlaneOrder.counts(places, count);
            Map<String, QuantizedWeights> parts = new LinkedHashMap<>();
            Map<String, Object> entries = new TreeMap<>();
            List<QuantizedLayer> layers = new ArrayList<>();
            for (int i = 0; i < counts.length; i++) {
                String name = names.get(i);
                PlaneWeights part = weights.get(i).first(counts[i]);
                parts.put(name, part);
                entries.put(orderKey(name), Arrays.copyOf(places.get(i), counts[i]));
                String layer = WeightsFile.outerPrefix(name);
                layers.add(new QuantizedLayer(
                        layer,
                        part.rows(),
                        part.cols(),
                        Optional.of(WeightFormat.PLANES),
                        !layer.equals(name),
                        weights.get(i).bytes(),
                        part.bytes(),
                        Optional.empty()));
            }
            return new QuantizedTokenizer(ModelRewrite.replace(model, parts, entries), layers);
        }
    }
}
