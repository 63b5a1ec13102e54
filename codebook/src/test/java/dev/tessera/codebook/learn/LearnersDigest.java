package dev.tessera.codebook.learn;

import dev.tessera.codebook.AdditiveQuantizer;
import dev.tessera.codebook.AdditiveSearch;
import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.MultiScaleResidualQuantizer;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.ProjectedQuantizer;
import dev.tessera.codebook.RotatedQuantizer;
import dev.tessera.codebook.SphericalQuantizer;
import dev.tessera.codebook.Tokens;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Prints a hash of what the learners of compound quantizers make, and of the quantizers' indices and vectors. */
public final class LearnersDigest {
    private LearnersDigest() {}

    public static void main(String[] args) throws NoSuchAlgorithmException {
        System.out.println(hash());
    }

    static String hash() throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Latents vectors = Latents.of(new int[] {8, 9}, 5, values(72 * 5));
        RotatedQuantizer rotated = OptimizedProduct.builder()
                .subspaces(2)
                .codebookSize(7)
                .rounds(3)
                .iterations(4)
                .build()
                .fit(vectors);
        update(digest, rotated.rotation());
        update(digest, ((ProductQuantizer) rotated.inner()).codebooks());
        AdditiveQuantizer additive = LocalSearchQuantization.builder()
                .codebooks(3)
                .codebookSize(6)
                .rounds(2)
                .iterations(4)
                .search(new AdditiveSearch(2, 2, 2, 2, 1))
                .build()
                .fit(vectors);
        update(digest, additive.codebooks());
        ProjectedQuantizer factorized = FactorizedKMeans.builder()
                .codeDim(3)
                .codebookSize(9)
                .iterations(4)
                .build()
                .fit(vectors);
        update(digest, factorized.outputMatrix());
        update(
                digest,
                ((SphericalQuantizer) factorized.inner()).outputCodebook().vectors());
        update(
                digest,
                List.of(SimVq.builder()
                        .codebookSize(20)
                        .epochs(3)
                        .batchSize(50)
                        .build()
                        .fit(vectors)));
        update(
                digest,
                SharedResidualKMeans.builder()
                        .stages(2)
                        .iterations(4)
                        .codebookSize(8)
                        .build()
                        .fit(vectors)
                        .codebooks());
        for (var quantizer : List.of(rotated, additive, factorized)) {
            int[] indices = quantizer.quantize(vectors);
            update(digest, indices);
            update(digest, quantizer.dequantize(indices, 72).data());
        }
        MultiScaleResidualQuantizer scales = new MultiScaleResidualQuantizer(
                List.of(new MultiScaleResidualQuantizer.Scale(2, 4), new MultiScaleResidualQuantizer.Scale(5, 9)),
                List.of(Codebook.of(9, 5, values(45))));
        List<Tokens> tokens = scales.quantize(vectors);
        tokens.forEach(t -> update(digest, t.toArray()));
        update(digest, scales.dequantize(tokens, 8, 9).data());
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static float[] values(int count) {
        long state = 42;
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            values[i] = ((state >>> 33) % 1024 - 512) / 256f * (i % 3 == 0 ? 1.1f : 1);
        }
        return values;
    }

    private static void update(MessageDigest digest, List<Codebook> codebooks) {
        codebooks.forEach(c -> update(digest, c.vectors()));
    }

    private static void update(MessageDigest digest, int[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        bytes.asIntBuffer().put(values);
        digest.update(bytes.array());
    }

    private static void update(MessageDigest digest, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        bytes.asFloatBuffer().put(values);
        digest.update(bytes.array());
    }
}
