package dev.tessera.image.transform;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Refiners for tests. */
final class TestRefiners {
    private TestRefiners() {}

    /** Neutral filters and a network that changes something. */
    static Refiners withNetwork() {
        return new Refiners(DetailFilter.neutral(), Optional.of(network(5)));
    }

    /** Three layers of random weights for each kind. */
    static DetailNetwork network(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<List<DetailNetwork.Layer>> layers = new ArrayList<>();
        for (int kind = 0; kind < DetailNetwork.KINDS.size(); kind++) {
            layers.add(List.of(layer(random, 2, 6, 7), layer(random, 6, 6, 8), layer(random, 6, 4, 11)));
        }
        return new DetailNetwork(layers);
    }

    private static DetailNetwork.Layer layer(SplittableRandom random, int in, int out, int shift) {
        short[] weights = new short[out * in * 9];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (short) random.nextInt(-200, 201);
        }
        int[] bias = new int[out];
        for (int i = 0; i < out; i++) {
            bias[i] = random.nextInt(-20_000, 20_001);
        }
        return new DetailNetwork.Layer(in, out, weights, bias, shift);
    }
}
