package dev.tessera.audio;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.ResidualQuantizer;
import java.util.List;

/**
 * What envelope tokens say of coefficients, in integers: how loud they are in each mel band. Every code vector of every stage is
 * turned into rounded levels once; those of a token's stages are added. So entropy models may look at envelopes.
 *
 * <p>A level is the binary logarithm of the rms of orthonormal coefficients, in 1/{@value #PER_OCTAVE}.
 */
final class EnvelopeLevels {
    static final int PER_OCTAVE = 16;

    private static final int FINE = 16; // sums are in 1/16 levels
    private static final double LOG2_10 = StrictMath.log(10) / StrictMath.log(2);
    private static final int BANDS = MelEnvelope.BANDS;
    private static final int WEIGHT = 16; // of interpolation between bands
    private static final int[][] PLACES =
            new int[LappedTransform.LEVELS][]; // lower band x 16 + weight of the upper one

    static {
        for (int level = 0; level < PLACES.length; level++) {
            PLACES[level] = places(LappedTransform.size(level));
        }
    }

    private static final int[] PER_RMS = new int[BANDS];

    static {
        for (int b = 0; b < BANDS; b++) {
            PER_RMS[b] = fine(perRms(b));
        }
    }

    private final int[] mean = new int[BANDS];
    private final int[][] codes; // by stage, [K x bands]

    EnvelopeLevels(Klt klt, ResidualQuantizer quantizer) {
        for (int b = 0; b < BANDS; b++) {
            mean[b] = fine(klt.mean()[b] - perRms(b));
        }
        List<Codebook> books = quantizer.codebooks();
        float[] basis = klt.basis();
        this.codes = new int[books.size()][];
        for (int s = 0; s < codes.length; s++) {
            float[] vectors = books.get(s).toArray();
            int dim = klt.components();
            codes[s] = new int[books.get(s).codebookSize() * BANDS];
            for (int i = 0; i < codes[s].length; i++) {
                double sum = 0;
                for (int c = 0; c < dim; c++) {
                    sum += (double) vectors[i / BANDS * dim + c] * basis[c * BANDS + i % BANDS];
                }
                codes[s][i] = fine(sum);
            }
        }
    }

    /** Decimal logarithm of the mel magnitude of coefficients of rms 1. */
    private static double perRms(int band) {
        return StrictMath.log10(NoiseFilling.MAGNITUDE_PER_RMS * MelEnvelope.MEL.weightSum(band));
    }

    private static int fine(double decimalLogarithm) {
        return (int) StrictMath.rint(FINE * PER_OCTAVE * LOG2_10 * decimalLogarithm);
    }

    private static int[] places(int size) {
        int[] out = new int[size];
        int band = 0;
        for (int k = 0; k < size; k++) {
            double hertz = (k + 0.5) * (MelEnvelope.SAMPLE_RATE / 2.0) / size;
            while (band < BANDS - 2 && MelEnvelope.MEL.centre(band + 1) <= hertz) {
                band++;
            }
            double low = MelEnvelope.MEL.centre(band);
            double share = (hertz - low) / (MelEnvelope.MEL.centre(band + 1) - low);
            out[k] = band * WEIGHT + (int) Math.clamp(share * WEIGHT, 0, WEIGHT - 1);
        }
        return out;
    }

    /** Levels of all frames of a grid of envelope tokens, {@code [frames][80]}. */
    int[][] of(TokenGrid tokens) {
        int[][] out = new int[tokens.rows()][BANDS];
        for (int t = 0; t < out.length; t++) {
            for (int b = 0; b < BANDS; b++) {
                int sum = mean[b];
                for (int s = 0; s < tokens.stages(); s++) {
                    sum += codes[s][tokens.indices()[t * tokens.stages() + s] * BANDS + b];
                }
                out[t][b] = Math.floorDiv(sum, FINE);
            }
        }
        return out;
    }

    /** Binary logarithm of the rms of coefficients in a band, in 1/256, from that of its mel magnitude. */
    static int rms(int mel, int band) {
        return mel - PER_RMS[band];
    }

    /**
     * Levels of a frame.
     *
     * @param bands logarithms of mel magnitudes, see {@link EnvelopeBasis}
     * @param out {@code [bands]}, written
     */
    static void ofBands(int[] bands, int[] out) {
        for (int b = 0; b < BANDS; b++) {
            out[b] = Math.floorDiv(bands[b] - PER_RMS[b], FINE);
        }
    }

    /**
     * Levels of the coefficients of a block: the mean of the frames that it covers, between bands on a straight line.
     *
     * @param levels of the frames, at least one
     * @param from first sample of the block
     * @param out {@code [at least size of the block]}, written
     */
    static void ofBlock(int[][] levels, int from, int blockLevel, int[] out) {
        int size = LappedTransform.size(blockLevel);
        int first = Math.min(levels.length - 1, from / MelEnvelope.HOP);
        int last = Math.min(levels.length - 1, (from + size - 1) / MelEnvelope.HOP);
        int[] bands = new int[BANDS];
        for (int b = 0; b < BANDS; b++) {
            int sum = 0;
            for (int t = first; t <= last; t++) {
                sum += levels[t][b];
            }
            bands[b] = Math.floorDiv(sum, last - first + 1);
        }
        for (int k = 0; k < size; k++) {
            int band = PLACES[blockLevel][k] / WEIGHT;
            int weight = PLACES[blockLevel][k] % WEIGHT;
            out[k] = bands[band] * (WEIGHT - weight) + bands[band + 1] * weight >> 4;
        }
    }
}
