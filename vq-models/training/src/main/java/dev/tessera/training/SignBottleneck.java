package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.ScalarType;
import static org.bytedeco.pytorch.global.torch.zeros;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.implicit.BinarySphericalQuantizer;
import dev.tessera.codebook.implicit.BitOrder;
import dev.tessera.codebook.implicit.LookupFreeQuantizer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Quantization to signs, with the straight-through estimator: lookup-free (LFQ, Yu et al. 2024) to -1 and 1, or binary
 * spherical (BSQ, Zhao et al. 2024) to the corners of a cube on the unit sphere, after the latent went to the sphere.
 *
 * <p>The loss is commitmentWeight |sg q - z|^2 plus entropyWeight times {@link EntropyLoss}. Soft assignments are softmax(2 z.c
 * inverseTemperature) over the codes c; because a code is a choice of signs they are independent between bits, so the entropy
 * of single latents is exact when it is summed over groups of bits. The entropy of the mean is taken for each group (exact when
 * there is one; the bound that BSQ's authors use when there are more).
 */
final class SignBottleneck implements Bottleneck {
    /** The two of them, with what their authors use. */
    enum Kind {
        LOOKUP_FREE,
        SPHERICAL
    }

    /** @param groupBits bits of a group of the entropy term */
    record Options(
            Kind kind,
            double commitmentWeight,
            double entropyWeight,
            double inverseTemperature,
            double diversity,
            int groupBits) {
        /** Temperature 0.01, weights as in Open-MAGVIT2. */
        static Options lookupFree() {
            return new Options(Kind.LOOKUP_FREE, 0.25, 0.1, 100, 1, 9);
        }

        /** Weights of the authors' code; the entropy is divided by the inverse temperature there. */
        static Options spherical() {
            return new Options(Kind.SPHERICAL, 0.25, 0.1 / 100, 100, 1, 9);
        }
    }

    private static final int MOST_BITS = 30;

    private final int bits;
    private final Options options;

    SignBottleneck(int bits, Options options) {
        if (bits < 1 || bits > MOST_BITS) {
            throw new IllegalArgumentException("bits is " + bits + ", must be in [1, " + MOST_BITS + "]");
        }
        this.bits = bits;
        this.options = options;
    }

    @Override
    public int dim() {
        return bits;
    }

    @Override
    public int[] codebookSizes() {
        return new int[] {1 << bits};
    }

    @Override
    public int wantedForStart() {
        return 0;
    }

    @Override
    public void start(Latents latents, int threads, long seed) {
        // signs have nothing to start
    }

    @Override
    public boolean wantsWhitened() {
        return true;
    }

    @Override
    public Quantized forward(Tensor latents, Moment moment) {
        boolean spherical = options.kind == Kind.SPHERICAL;
        Tensor x = spherical ? Tensors.unitRows(latents) : latents;
        double magnitude = spherical ? 1 / Math.sqrt(bits) : 1;
        Tensor positive = latents.detach().gt(new Scalar(0.0));
        Tensor signs = Tensors.plus(Tensors.scale(positive.to(ScalarType.Float), 2), -1);
        Tensor code = Tensors.scale(signs, magnitude);
        Tensor loss = Tensors.scale(Tensors.meanSquaredError(code, x), options.commitmentWeight);
        if (options.entropyWeight > 0 && moment.training()) {
            loss = loss.add(Tensors.scale(entropy(x, magnitude), options.entropyWeight));
        }
        long[] powers = new long[bits];
        for (int j = 0; j < bits; j++) {
            powers[j] = 1L << j;
        }
        Tensor indices =
                positive.to(ScalarType.Long).mul(Tensor.create(powers, bits)).sum(-1L);
        return new Quantized(Tensors.straightThrough(code, x), List.of(indices), loss);
    }

    @Override
    public double outputScale() {
        return options.kind == Kind.SPHERICAL ? 1 / Math.sqrt(bits) : 1;
    }

    private Tensor entropy(Tensor x, double magnitude) {
        List<Tensor> groups = new ArrayList<>();
        for (int from = 0; from < bits; from += options.groupBits) {
            int count = Math.min(options.groupBits, bits - from);
            Tensor codes = corners(count, (float) magnitude);
            Tensor logits = Tensors.scale(x.narrow(1, from, count).matmul(codes.t()), 2 * options.inverseTemperature);
            groups.add(EntropyLoss.of(logits, options.diversity));
        }
        Tensor sum = zeros();
        for (Tensor group : groups) {
            sum = sum.add(group);
        }
        return sum;
    }

    /** All {@code 2^count} codes of {@code count} signs, {@code [codes x count]}. */
    private static Tensor corners(int count, float magnitude) {
        float[] values = new float[(1 << count) * count];
        for (int code = 0; code < 1 << count; code++) {
            for (int j = 0; j < count; j++) {
                values[code * count + j] = (code >> j & 1) == 1 ? magnitude : -magnitude;
            }
        }
        return Tensors.of(values, 1 << count, count);
    }

    @Override
    public Quantizer export() {
        return options.kind == Kind.SPHERICAL
                ? new BinarySphericalQuantizer(bits, BitOrder.LEAST_SIGNIFICANT_FIRST)
                : new LookupFreeQuantizer(bits, 1, BitOrder.LEAST_SIGNIFICANT_FIRST);
    }
}
