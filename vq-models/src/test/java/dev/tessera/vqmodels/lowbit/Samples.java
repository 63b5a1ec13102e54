package dev.tessera.vqmodels.lowbit;

import dev.tessera.vqmodels.lowbit.fit.LowRankCompensation;
import dev.tessera.vqmodels.lowbit.fit.PlaneFit;
import dev.tessera.vqmodels.lowbit.fit.PqFit;
import dev.tessera.vqmodels.lowbit.fit.PyramidFit;
import dev.tessera.vqmodels.lowbit.fit.RotatedFit;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import dev.tessera.vqmodels.lowbit.fit.SparseOutliers;
import dev.tessera.vqmodels.lowbit.fit.Vq16Fit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Matrices, inputs and every kind of format for tests. */
public final class Samples {
    private Samples() {}

    /** Gaussian, rows of different magnitude, a few outliers. */
    public static WeightMatrix matrix(long seed, int rows, int cols) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[rows * cols];
        for (int i = 0; i < values.length; i++) {
            double size = 0.02 * (1 + (i / cols) % 5);
            values[i] = (float) (size * random.nextGaussian() * (random.nextInt(100) == 0 ? 6 : 1));
        }
        return new WeightMatrix(rows, cols, values);
    }

    /** Inputs that go together: each is a moving average of neighbours, with magnitudes that differ. */
    public static float[] inputs(long seed, int n, int cols) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[n * cols];
        for (int i = 0; i < n; i++) {
            double state = random.nextGaussian();
            for (int col = 0; col < cols; col++) {
                state = 0.9 * state + 0.436 * random.nextGaussian();
                x[i * cols + col] = (float) (state * (0.3 + 0.1 * (col * 7 % 13)));
            }
        }
        return x;
    }

    public static List<ScalarFormat> scalarFormats() {
        List<ScalarFormat> formats = new ArrayList<>();
        for (int bits = 2; bits <= 4; bits++) {
            for (int group : new int[] {16, 32, 128, ScalarFormat.WHOLE_ROW}) {
                formats.add(ScalarFormat.symmetric(bits, group));
                formats.add(ScalarFormat.affine(bits, group));
            }
        }
        formats.add(ScalarFormat.int8());
        formats.add(ScalarFormat.nf4());
        formats.add(new ScalarFormat(WeightFormat.NF4, 64, false, ScaleType.HALF));
        formats.add(ScalarFormat.fp4(32));
        formats.add(ScalarFormat.mxfp4());
        formats.add(ScalarFormat.nvfp4());
        formats.add(ScalarFormat.fp6());
        formats.add(ScalarFormat.fp8());
        formats.add(ScalarFormat.ternary());
        formats.add(ScalarFormat.binary());
        return formats;
    }

    /** One of every class, of a matrix that fills neither tiles nor groups. */
    public static List<QuantizedWeights> oneOfEach() {
        WeightMatrix matrix = matrix(7, 19, 75);
        List<QuantizedWeights> all = new ArrayList<>();
        for (ScalarFormat format : scalarFormats()) {
            all.add(RoundToNearest.standard(1).quantize(matrix, format));
        }
        all.add(Vq16Fit.builder().dim(2).threads(1).build().quantize(matrix));
        all.add(Vq16Fit.builder().dim(4).rowsPerCodebook(8).threads(1).build().quantize(matrix));
        all.add(Vq16Fit.builder().dim(1).rowsPerCodebook(1).threads(1).build().quantize(matrix));
        all.add(PqFit.builder().dim(4).threads(1).build().quantize(matrix));
        all.add(PqFit.builder()
                .dim(8)
                .codebookSize(40)
                .shared(true)
                .threads(1)
                .build()
                .quantize(matrix));
        all.add(SparseOutliers.quantize(
                matrix, 0.01, rest -> RoundToNearest.standard(1).quantize(rest, ScalarFormat.affine(3, 32))));
        all.add(LowRankCompensation.compensate(
                matrix,
                SparseOutliers.quantize(
                        matrix, 0.02, rest -> RoundToNearest.standard(1).quantize(rest, ScalarFormat.nf4())),
                3));
        all.add(RotatedFit.quantize(
                matrix,
                Optional.empty(),
                3,
                (w, inputs) -> RoundToNearest.standard(1).quantize(w, ScalarFormat.affine(2, 16))));
        all.add(PyramidFit.quantize(matrix, Optional.empty(), 1));
        all.add(PlaneFit.quantize(matrix, Optional.empty(), 3));
        return all;
    }
}
