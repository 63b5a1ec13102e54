package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.ResidualQuantizer;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@link SharedResidualKMeans#run} learned.
 *
 * @param codebook shared by all stages
 * @param scales factor of the code vectors in each stage, at least 0
 * @param distortions mean squared Euclidean distance of the training vectors to their quantized latents: of the start,
 *     then after every iteration; the codebook is that of the smallest
 */
public record SharedResidualKMeansResult(Codebook codebook, float[] scales, List<Double> distortions) {
    public SharedResidualKMeansResult {
        scales = scales.clone();
        distortions = List.copyOf(distortions);
    }

    /** A copy of the scales, {@code [stages]}. */
    @Override
    public float[] scales() {
        return scales.clone();
    }

    /** An ordinary quantizer with one scaled codebook for each stage. */
    public ResidualQuantizer quantizer() {
        return fold(codebook, scales);
    }

    /** Mean squared distance of the training vectors to their quantized latents. */
    public double distortion() {
        return distortions.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    static ResidualQuantizer fold(Codebook codebook, float[] scales) {
        List<Codebook> codebooks = new ArrayList<>();
        for (float scale : scales) {
            codebooks.add(scaled(codebook, scale));
        }
        return new ResidualQuantizer(codebooks);
    }

    static Codebook scaled(Codebook codebook, float scale) {
        float[] codes = codebook.toArray();
        for (int i = 0; i < codes.length; i++) {
            codes[i] *= scale;
        }
        return Codebook.of(codebook.codebookSize(), codebook.codeDim(), codes);
    }
}
