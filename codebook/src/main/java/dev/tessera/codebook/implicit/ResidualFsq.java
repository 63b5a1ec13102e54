package dev.tessera.codebook.implicit;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;

/**
 * Residual finite scalar quantization as in the PyTorch ports of FSQ (Mentzer et al. 2023): stage s quantizes what the
 * stages before it left over, with the scale L^-s per dimension. A stage clamps residual / scale to [-1, 1], takes
 * digit = floor((L-1)(v + 1)/2 + 1/2) and gives scale x (2 digit/(L-1) - 1); the quantized latent is the sum over the
 * stages. The stage's index is the {@link MixedRadix} number of the digits, dimension 0 least significant.
 *
 * <p>The values of S stages form a uniform grid of L^S points per dimension, with reach up to but excluding
 * c = 1 + 1/(L-1). With {@code softClamp} every latent is first squashed by c tanh(x/c), as the ports do when they train:
 * import their models with it, and expect the squashed latent back. Without it latents beyond c are cut off, and quantized
 * vectors keep their indices while L^S is below 2^20.
 *
 * <p>The arithmetic is in double precision. NaN gets digit 0. O(count x dim x stages).
 */
public final class ResidualFsq implements Quantizer {
    private static final int MAX_LEVELS = FiniteScalarQuantizer.MAX_LEVELS;

    private final int[] levels;
    private final int stages;
    private final boolean softClamp;
    private final MixedRadix radix;
    private final double[][] scales; // [stages][dim]

    /**
     * @param levels number of levels of each dimension, in [2, 1000]; their product, the K of every stage, must fit an int
     * @param stages at least 1
     * @param softClamp whether latents are squashed to the reach of the stages first
     */
    public ResidualFsq(int[] levels, int stages, boolean softClamp) {
        this.levels = FiniteScalarQuantizer.checkLevels(levels, MAX_LEVELS);
        this.radix = MixedRadix.of(levels);
        if (radix.stageSizes().length > 1) {
            throw new IllegalArgumentException("levels " + Arrays.toString(levels) + " have the product " + radix.size()
                    + ", must be at most " + Integer.MAX_VALUE);
        }
        if (stages < 1) {
            throw new IllegalArgumentException("stages is " + stages + ", must be at least 1");
        }
        this.stages = stages;
        this.softClamp = softClamp;
        this.scales = new double[stages][levels.length];
        for (int j = 0; j < levels.length; j++) {
            double scale = 1;
            for (int s = 0; s < stages; s++) {
                scales[s][j] = scale;
                scale /= levels[j];
            }
        }
    }

    /** Number of levels of each dimension, the same in every stage. */
    public int[] levels() {
        return levels.clone();
    }

    /** Whether latents are squashed first. */
    public boolean softClamp() {
        return softClamp;
    }

    /** The number system that joins the digits of one stage. */
    public MixedRadix radix() {
        return radix;
    }

    @Override
    public int dim() {
        return levels.length;
    }

    @Override
    public int stages() {
        return stages;
    }

    @Override
    public int[] codebookSizes() {
        int[] sizes = new int[stages];
        Arrays.fill(sizes, radix.stageSizes()[0]);
        return sizes;
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        int d = dim();
        Checks.checkDim(latents.dim(), d);
        int[] indices = new int[Math.multiplyExact(latents.count(), stages)];
        Workers.forRows(threads, latents.count(), (from, to) -> {
            double[] residual = new double[d];
            int[] digits = new int[d];
            for (int i = from; i < to; i++) {
                for (int j = 0; j < d; j++) {
                    residual[j] = clamped(latents.data()[i * d + j], levels[j]);
                }
                for (int s = 0; s < stages; s++) {
                    subtractStage(residual, scales[s], digits);
                    radix.joinStages(digits, indices, i * stages + s);
                }
            }
        });
        return indices;
    }

    private double clamped(double x, int level) {
        double reach = 1 + 1.0 / (level - 1);
        return softClamp ? StrictMath.tanh(x / reach) * reach : x;
    }

    private void subtractStage(double[] residual, double[] scale, int[] digits) {
        for (int j = 0; j < digits.length; j++) {
            int last = levels[j] - 1;
            double v = Math.max(-1, Math.min(1, residual[j] / scale[j]));
            digits[j] = (int) Math.floor(last * (v + 1) / 2 + 0.5);
            residual[j] -= scale[j] * value(digits[j], last);
        }
    }

    private static double value(int digit, int last) {
        return (2.0 * digit - last) / last;
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        int d = dim();
        int count = Checks.checkStages(indices, stages);
        float[] out = new float[Math.multiplyExact(count, d)];
        int[] digits = new int[d];
        double[] sum = new double[d];
        for (int i = 0; i < count; i++) {
            Arrays.fill(sum, 0);
            for (int s = 0; s < stages; s++) {
                radix.splitStages(indices, i * stages + s, digits);
                for (int j = 0; j < d; j++) {
                    sum[j] += scales[s][j] * value(digits[j], levels[j] - 1);
                }
            }
            for (int j = 0; j < d; j++) {
                out[i * d + j] = (float) sum[j];
            }
        }
        return Latents.of(shape, d, out);
    }

    @Override
    public String toString() {
        return "ResidualFsq[" + stages + " stages of " + Arrays.toString(levels) + (softClamp ? ", soft clamp]" : "]");
    }
}
