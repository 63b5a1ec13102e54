package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Reconstruction losses of sounds {@code [batch x time]}, none of which needs weights of another network: over several window sizes
 * with a hop of a quarter (Yamamoto et al. 2020), with magnitudes of which a full-scale sine has 1.
 *
 * <ul>
 *   <li>spectral convergence, the norm of the error of the magnitudes over the norm of the magnitudes, of each sound;
 *   <li>mean absolute error of ln(magnitude + 1e-4);
 *   <li>mean absolute error of ln(m + 1e-4) for magnitudes m of up to 80 triangular mel bands (HTK scale);
 *   <li>mean absolute error of the samples.
 * </ul>
 */
final class SoundLosses {
    private static final double FLOOR = 1e-4; // -80 dB of full scale
    private static final double SMALL_POWER = 1e-10;
    private static final int MAX_BANDS = 80;

    private final List<Scale> scales = new ArrayList<>();
    private final double convergence;
    private final double log;
    private final double mel;
    private final double wave;

    /** @param bands {@code [size / 2 + 1 x bands]} */
    private record Scale(int size, Tensor bands) {}

    /**
     * @param windows sizes
     * @param convergence weight of the spectral convergence; the others alike
     */
    SoundLosses(int[] windows, int sampleRate, double convergence, double log, double mel, double wave) {
        for (int size : windows) {
            int bands = Math.clamp(size / 16, 1, MAX_BANDS);
            scales.add(new Scale(size, Tensors.of(melBands(size, bands, sampleRate), size / 2 + 1, bands)));
        }
        this.convergence = convergence;
        this.log = log;
        this.mel = mel;
        this.wave = wave;
    }

    /** The quality is the mean over the scales of the mean absolute error of the log-mels, in nepers. */
    Medium.Judgement of(Tensor sound, Tensor original) {
        Tensor loss = zeros();
        double distance = 0;
        double share = 1.0 / scales.size();
        for (Scale scale : scales) {
            Tensor a = magnitudes(sound, scale.size);
            Tensor b = magnitudes(original, scale.size);
            if (convergence > 0) {
                loss = loss.add(Tensors.scale(convergence(a, b), share * convergence));
            }
            if (log > 0) {
                loss = loss.add(
                        Tensors.scale(logarithm(a).sub(logarithm(b)).abs().mean(), share * log));
            }
            Tensor melError = logarithm(a.matmul(scale.bands))
                    .sub(logarithm(b.matmul(scale.bands)))
                    .abs()
                    .mean();
            distance += share * melError.item_double();
            if (mel > 0) {
                loss = loss.add(Tensors.scale(melError, share * mel));
            }
        }
        if (wave > 0) {
            loss = loss.add(Tensors.scale(sound.sub(original).abs().mean(), wave));
        }
        return new Medium.Judgement(loss, distance);
    }

    /** {@code [batch x frames x size / 2 + 1]}. */
    static Tensor magnitudes(Tensor sounds, int size) {
        Tensor power = Series.power(Series.spectra(sounds, size, size / 4));
        return Tensors.plus(Tensors.scale(power, 16.0 / size / size), SMALL_POWER)
                .sqrt();
    }

    private static Tensor convergence(Tensor a, Tensor b) {
        long each = b.size(1) * b.size(2);
        Tensor error = a.sub(b).square().sum(1, 2);
        Tensor energy = b.square().sum(1, 2);
        return Tensors.plus(error, SMALL_POWER)
                .div(Tensors.plus(energy, each * FLOOR * FLOOR))
                .sqrt()
                .mean();
    }

    private static Tensor logarithm(Tensor magnitudes) {
        return Tensors.plus(magnitudes, FLOOR).log();
    }

    /** Triangles of height 1 with corners evenly spread over 2595 log10(1 + f / 700), {@code [size / 2 + 1 x bands]}. */
    static float[] melBands(int size, int bands, int sampleRate) {
        double top = 2595 * Math.log10(1 + sampleRate / 2.0 / 700);
        double[] corners = new double[bands + 2]; // in bins
        for (int m = 0; m < corners.length; m++) {
            double hertz = 700 * (Math.pow(10, top * m / (bands + 1) / 2595) - 1);
            corners[m] = hertz * size / sampleRate;
        }
        float[] matrix = new float[(size / 2 + 1) * bands];
        for (int k = 0; k <= size / 2; k++) {
            for (int m = 0; m < bands; m++) {
                double rise = (k - corners[m]) / (corners[m + 1] - corners[m]);
                double fall = (corners[m + 2] - k) / (corners[m + 2] - corners[m + 1]);
                matrix[k * bands + m] = (float) Math.max(0, Math.min(rise, fall));
            }
        }
        return matrix;
    }
}
