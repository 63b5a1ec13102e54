package dev.tessera.codebook.implicit;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.learn.LatentQuantizerFit;
import dev.tessera.codebook.learn.PyramidGainFit;
import dev.tessera.codebook.learn.RaBitFit;
import dev.tessera.codebook.learn.RandomProjectionFit;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Prints a hash of learning, quantizing and dequantizing that must be the same in every mode of the JVM. */
public final class ImplicitDigest {
    private ImplicitDigest() {}

    public static void main(String[] args) throws NoSuchAlgorithmException {
        Latents vectors = vectors(600, 33);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Quantizer quantizer : List.of(
                new LookupFreeQuantizer(33, 1, BitOrder.MOST_SIGNIFICANT_FIRST),
                new BinarySphericalQuantizer(33, BitOrder.LEAST_SIGNIFICANT_FIRST),
                LatentQuantizerFit.builder().levels(5).build().fit(vectors),
                PyramidGainFit.builder().pulses(20).build().fit(vectors),
                RandomProjectionFit.builder()
                        .codebookSize(50)
                        .projectedDim(6)
                        .build()
                        .fit(vectors),
                RaBitFit.builder().build().fit(vectors))) {
            int[] indices = quantizer.quantize(vectors, 2);
            ByteBuffer indexBytes = ByteBuffer.allocate(4 * indices.length);
            indexBytes.asIntBuffer().put(indices);
            digest.update(indexBytes.array());
            float[] values = quantizer.dequantize(indices, 600).data();
            ByteBuffer valueBytes = ByteBuffer.allocate(4 * values.length);
            valueBytes.asFloatBuffer().put(values);
            digest.update(valueBytes.array());
        }
        EntropyLoss loss = LookupFreeQuantizer.entropyLoss(vectors, 0.5, 1);
        digest.update(ByteBuffer.allocate(8).putDouble(loss.value()).array());
        System.out.println(HexFormat.of().formatHex(digest.digest(), 0, 8));
    }

    private static Latents vectors(int count, int dim) {
        SplitMix64 random = new SplitMix64(1);
        float[] x = new float[count * dim];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextDouble() + random.nextDouble() - 1) * (1 + i % 3);
        }
        return Latents.of(count, dim, x);
    }
}
