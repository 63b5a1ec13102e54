package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.avg_pool2d;
import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * Reconstruction losses of pictures {@code [batch x 3 x height x width]} in 0..1. None needs weights of another network.
 *
 * @param absolute weight of the mean absolute error
 * @param squared weight of the mean squared error
 * @param structure weight of 1 - MS-SSIM
 * @param gradient weight of the mean absolute error of the differences between neighbours
 */
record Losses(double absolute, double squared, double structure, double gradient) {
    private static final double[] SCALE_WEIGHTS = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333}; // Wang et al. 2003
    private static final int WINDOW = 11;
    private static final double SIGMA = 1.5;
    private static final double C1 = 0.01 * 0.01;
    private static final double C2 = 0.03 * 0.03;

    Tensor of(Tensor picture, Tensor original) {
        Tensor loss = zeros();
        Tensor error = picture.sub(original);
        if (absolute > 0) {
            loss = loss.add(Tensors.scale(error.abs().mean(), absolute));
        }
        if (squared > 0) {
            loss = loss.add(Tensors.scale(error.square().mean(), squared));
        }
        if (gradient > 0) {
            loss = loss.add(Tensors.scale(differences(error), gradient));
        }
        if (structure > 0) {
            Tensor similarity = multiScaleSsim(luma(picture), luma(original));
            loss = loss.add(Tensors.scale(Tensors.plus(similarity.neg(), 1), structure));
        }
        return loss;
    }

    private static Tensor differences(Tensor error) {
        long height = error.size(2);
        long width = error.size(3);
        Tensor down = error.narrow(2, 1, height - 1).sub(error.narrow(2, 0, height - 1));
        Tensor across = error.narrow(3, 1, width - 1).sub(error.narrow(3, 0, width - 1));
        return Tensors.scale(down.abs().mean().add(across.abs().mean()), 0.5);
    }

    private static Tensor luma(Tensor rgb) {
        return Tensors.scale(rgb.narrow(1, 0, 1), 0.299)
                .add(Tensors.scale(rgb.narrow(1, 1, 1), 0.587))
                .add(Tensors.scale(rgb.narrow(1, 2, 1), 0.114));
    }

    /**
     * Multi-scale SSIM of luma in 0..1 (Wang, Simoncelli and Bovik 2003), mean over the batch, with as many of the five scales as
     * the picture has room for and their weights brought to a sum of 1. Contrast terms below 1e-4 count as that, because a
     * negative one has no power.
     */
    static Tensor multiScaleSsim(Tensor a, Tensor b) {
        return multiScaleSsims(a, b, 0).mean();
    }

    /**
     * The same for each picture, {@code [batch]}, of planes that are smaller than their pictures.
     *
     * @param first scale of the five that the planes have
     */
    static Tensor multiScaleSsims(Tensor a, Tensor b, int first) {
        int scales = 0;
        while (first + scales < SCALE_WEIGHTS.length && Math.min(a.size(2), a.size(3)) >> scales >= WINDOW) {
            scales++;
        }
        if (scales == 0) {
            throw new IllegalArgumentException("picture is " + a.size(2) + " x " + a.size(3) + ", must be at least "
                    + WINDOW + " pixels each way");
        }
        double total = Arrays.stream(SCALE_WEIGHTS, first, first + scales).sum();
        Tensor product = null;
        for (int s = 0; s < scales; s++) {
            Tensor means = terms(a, b, s == scales - 1).clamp_min(new Scalar(1e-4));
            Tensor factor = means.pow(new Scalar(SCALE_WEIGHTS[first + s] / total));
            product = product == null ? factor : product.mul(factor);
            if (s < scales - 1) {
                a = avg_pool2d(a, 2, 2);
                b = avg_pool2d(b, 2, 2);
            }
        }
        return product;
    }

    /** For each picture the mean contrast-structure term, with the luminance term in it at the last scale; {@code [batch]}. */
    private static Tensor terms(Tensor a, Tensor b, boolean luminance) {
        Tensor meanA = blur(a);
        Tensor meanB = blur(b);
        Tensor squareA = meanA.square();
        Tensor squareB = meanB.square();
        Tensor product = meanA.mul(meanB);
        Tensor varianceA = blur(a.square()).sub(squareA);
        Tensor varianceB = blur(b.square()).sub(squareB);
        Tensor covariance = blur(a.mul(b)).sub(product);
        Tensor term = Tensors.plus(Tensors.scale(covariance, 2), C2).div(Tensors.plus(varianceA.add(varianceB), C2));
        if (luminance) {
            term = term.mul(Tensors.plus(Tensors.scale(product, 2), C1).div(Tensors.plus(squareA.add(squareB), C1)));
        }
        return term.mean(1, 2, 3);
    }

    private static Tensor blur(Tensor x) {
        float[] window = new float[WINDOW];
        double sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            double d = i - WINDOW / 2;
            sum += Math.exp(-d * d / (2 * SIGMA * SIGMA));
        }
        for (int i = 0; i < WINDOW; i++) {
            double d = i - WINDOW / 2;
            window[i] = (float) (Math.exp(-d * d / (2 * SIGMA * SIGMA)) / sum);
        }
        Tensor rows = conv(x, Tensors.of(window, 1, 1, WINDOW, 1));
        return conv(rows, Tensors.of(window, 1, 1, 1, WINDOW));
    }

    private static Tensor conv(Tensor x, Tensor kernel) {
        return conv2d(x, kernel, new TensorOptional(), new long[] {1, 1}, new long[] {0, 0}, new long[] {1, 1}, 1);
    }
}
