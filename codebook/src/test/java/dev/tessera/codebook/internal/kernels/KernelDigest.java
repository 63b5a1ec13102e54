package dev.tessera.codebook.internal.kernels;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Kernels;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.learn.KMeans;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Prints which kernels run and two hashes, of quantizing and of learning, that must be the same on every machine and in every
 * mode of the JVM. Few multiply-adds, because {@code Math.fma} without hardware takes a microsecond.
 */
public final class KernelDigest {
    private static long state = 42;

    private KernelDigest() {}

    public static void main(String[] args) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int[] shape : new int[][] {{9, 37, 5}, {6, 16, 8}, {13, 65, 3}}) {
            Latents vectors = Latents.of(shape[0], shape[2], values(shape[0] * shape[2]));
            Codebook codebook = Codebook.of(shape[1], shape[2], values(shape[1] * shape[2]));
            int[] indices = new VectorQuantizer(codebook).quantize(vectors);
            float[] scores = new float[shape[0]];
            NearestKernel.of(codebook.toArray(), shape[1], shape[2])
                    .assign(vectors.data(), 0, shape[0], indices, 0, scores, 0);
            update(digest, indices);
            update(digest, scores);
        }
        Latents vectors = Latents.of(120, 5, values(600));
        Klt klt = Klt.of(5, 3, values(5), values(15));
        update(digest, klt.inverse(klt.transform(vectors)).data());
        if (args[0].equals("large")) {
            digestUntilCompiled(digest);
        }
        MessageDigest learned = MessageDigest.getInstance("SHA-256");
        update(
                learned,
                KMeans.builder()
                        .codebookSize(7)
                        .iterations(4)
                        .threads(3)
                        .build()
                        .fit(vectors)
                        .toArray());
        boolean module = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        System.out.println(Kernels.active() + " " + (module ? VectorNearestKernel.lanes() : 0) + " "
                + HexFormat.of().formatHex(digest.digest(), 0, 8) + " "
                + HexFormat.of().formatHex(learned.digest(), 0, 8));
    }

    private static void digestUntilCompiled(MessageDigest digest) {
        VectorQuantizer quantizer = new VectorQuantizer(Codebook.of(300, 16, values(300 * 16)));
        for (int i = 0; i < 40; i++) {
            update(digest, quantizer.quantize(Latents.of(500, 16, values(500 * 16))));
        }
    }

    /** Multiples of 1/256 in [-2, 2): many near ties, and exact ones. */
    private static float[] values(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            values[i] = ((state >>> 33) % 1024 - 512) / 256f * (i % 3 == 0 ? 1.1f : 1);
        }
        return values;
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
