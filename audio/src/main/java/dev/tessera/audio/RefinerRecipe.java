package dev.tessera.audio;

import java.util.List;

/**
 * How the networks of an {@link EnvelopeRefiner} are trained.
 *
 * @param localChannels of hidden values of the local network
 * @param localLayers of it, each of 3 x 3
 * @param wideChannels of hidden values of the wide network
 * @param wideKernels odd numbers of frames, one for each of its layers
 * @param visits of every sound, each at another rate and loudness
 * @param kbps about, of which visits draw one
 * @param hybridFromKbps below, half of the visits have no waveform
 * @param steps of training
 */
public record RefinerRecipe(
        int localChannels,
        int localLayers,
        int wideChannels,
        List<Integer> wideKernels,
        int visits,
        List<Float> kbps,
        double hybridFromKbps,
        int steps,
        double learningRate) {
    public RefinerRecipe {
        RecipeEntries.checkRange("refiner-local-channels", localChannels, 1, 256);
        RecipeEntries.checkRange("refiner-local-layers", localLayers, 2, EnvelopeRefiner.REACH);
        RecipeEntries.checkRange("refiner-wide-channels", wideChannels, 1, 4096);
        RecipeEntries.checkRange("refiner-visits", visits, 1, 1000);
        RecipeEntries.checkRange("refiner-steps", steps, 1, 10_000_000);
        wideKernels = List.copyOf(wideKernels);
        kbps = List.copyOf(kbps);
        int reach = wideKernels.stream().mapToInt(k -> k / 2).sum();
        if (wideKernels.size() < 2 || wideKernels.stream().anyMatch(k -> k < 1 || k % 2 == 0)) {
            throw new IllegalArgumentException(
                    "refiner-wide-kernels are " + wideKernels + ", must be two odd numbers or more");
        }
        if (reach > EnvelopeRefiner.REACH) {
            throw new IllegalArgumentException("refiner-wide-kernels are " + wideKernels + " and reach " + reach
                    + " frames, must reach at most " + EnvelopeRefiner.REACH);
        }
        if (kbps.isEmpty() || kbps.stream().anyMatch(k -> !(k > 0 && k <= 1000))) {
            throw new IllegalArgumentException("refiner-kbps are " + kbps + ", must be numbers in (0, 1000]");
        }
        if (!(learningRate > 0 && learningRate <= 1)) {
            throw new IllegalArgumentException(
                    "refiner-learning-rate is " + learningRate + ", must be above 0 and at most 1");
        }
    }
}
