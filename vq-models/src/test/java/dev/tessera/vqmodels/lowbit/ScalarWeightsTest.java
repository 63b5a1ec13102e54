package dev.tessera.vqmodels.lowbit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import dev.tessera.vqmodels.lowbit.fit.ScaleRule;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Round to nearest, packing and sizes of every scalar format. */
class ScalarWeightsTest {
    private static final RoundToNearest NEAREST = RoundToNearest.standard(1);

    static List<ScalarFormat> formats() {
        return Samples.scalarFormats();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void quantizingDequantizedWeightsChangesNothing(ScalarFormat format) {
        WeightMatrix matrix = Samples.matrix(1, 21, 150);
        ScalarWeights once = NEAREST.quantize(matrix, format);
        float[] values = once.dequantize();
        ScalarWeights twice = NEAREST.quantize(new WeightMatrix(21, 150, values), format);
        if (format.scaleType() != ScaleType.DOUBLE) {
            assertArrayEquals(once.packed(), twice.packed());
            if (format.format() != WeightFormat.TERNARY) { // the mean of -s, 0 and s is below s
                assertArrayEquals(values, twice.dequantize());
            }
        }
        assertArrayEquals(values, ScalarWeights.of(once.unpack()).dequantize());
    }

    /** No weight is farther from its level than the format's coarsest step, or clipped by more than it may. */
    @ParameterizedTest
    @MethodSource("formats")
    void errorsStayWithinTheSteps(ScalarFormat format) {
        WeightMatrix matrix = Samples.matrix(2, 20, 130);
        ScalarWeights weights = NEAREST.quantize(matrix, format);
        float[] values = weights.dequantize();
        int length = format.groupLength(130);
        for (int row = 0; row < 20; row++) {
            for (int col = 0; col < 130; col++) {
                float w = matrix.get(row, col);
                float scale = Math.abs(weights.scales().get(row, col / length));
                double magnitude = Math.abs(w);
                double bound = switch (format.format()) {
                    case INT8 -> 0.51 * scale;
                    case INT4, INT3, INT2 -> (format.affine() ? 0.52 : 1.02) * scale; // the far end is clipped
                    case NF4 -> scale * (format.scaleType() == ScaleType.DOUBLE ? 0.3 : 0.16);
                    case FP4 -> 1.01 * scale; // 4 to 6
                    case NVFP4 -> 1.5 * scale; // and scales of 4 bits
                    case MXFP4 -> 2 * scale; // up to 8 is clipped to 6
                    case FP6 -> Math.max(magnitude / 8, scale / 32) * 1.01;
                    case FP8 -> Math.max(magnitude / 16, scale / 1024) * 1.01;
                    case TERNARY -> magnitude > 1.5 * scale ? magnitude - scale * 0.99 : 0.51 * scale;
                    case BINARY -> Math.max(scale, magnitude - scale) * 1.001;
                    case VQ16, PQ, PVQ, PLANES -> 0;
                };
                assertEquals(w, values[row * 130 + col], bound, () -> format + " scale " + scale + " weight " + w);
            }
        }
    }

    /** What the class says is what is stored: codes, scales and zero points, without anything of the matrix's own. */
    @ParameterizedTest
    @MethodSource("formats")
    void sizesAreNominal(ScalarFormat format) {
        WeightMatrix matrix = Samples.matrix(3, 64, 512);
        ScalarWeights weights = NEAREST.quantize(matrix, format);
        double once = switch (format.scaleType()) {
            case HALF, E4M3, DOUBLE -> 32;
            case E8M0 -> 0;
        };
        double nominal = format.nominalBitsPerWeight(512);
        assertEquals(nominal * 64 * 512 + once, 8.0 * weights.bytes());
        assertEquals(nominal, weights.bitsPerWeight(), 0.001);
    }

    @Test
    void bitsPerWeight() {
        assertEquals(4.5, ScalarFormat.symmetric(4, 32).nominalBitsPerWeight(4096));
        assertEquals(4.125, ScalarFormat.symmetric(4, 128).nominalBitsPerWeight(4096));
        assertEquals(4.75, ScalarFormat.affine(4, 32).nominalBitsPerWeight(4096));
        assertEquals(3.1875, ScalarFormat.affine(3, 128).nominalBitsPerWeight(4096));
        assertEquals(2.75, ScalarFormat.affine(2, 32).nominalBitsPerWeight(4096));
        assertEquals(4.127, ScalarFormat.nf4().nominalBitsPerWeight(4096), 1e-3); // QLoRA, section 3
        assertEquals(4.25, ScalarFormat.mxfp4().nominalBitsPerWeight(4096));
        assertEquals(4.5, ScalarFormat.nvfp4().nominalBitsPerWeight(4096));
        assertEquals(6 + 16.0 / 4096, ScalarFormat.fp6().nominalBitsPerWeight(4096));
        assertEquals(8 + 16.0 / 4096, ScalarFormat.int8().nominalBitsPerWeight(4096));
        assertEquals(2 + 16.0 / 4096, ScalarFormat.ternary().nominalBitsPerWeight(4096));
        assertEquals(1 + 16.0 / 4096, ScalarFormat.binary().nominalBitsPerWeight(4096));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void zerosAndThreads(ScalarFormat format) {
        float[] zeros = new float[5 * 40];
        assertArrayEquals(
                zeros,
                abs(NEAREST.quantize(new WeightMatrix(5, 40, zeros), format).dequantize()));
        WeightMatrix matrix = Samples.matrix(4, 50, 70);
        assertArrayEquals(
                NEAREST.quantize(matrix, format).dequantize(),
                RoundToNearest.standard(3).quantize(matrix, format).dequantize());
    }

    private static float[] abs(float[] values) {
        float[] magnitudes = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            magnitudes[i] = Math.abs(values[i]); // a zero may have a sign
        }
        return magnitudes;
    }

    /** Magnitudes from 1e-30 to 1e30 are quantized as their multiples by powers of two are. */
    @ParameterizedTest
    @MethodSource("formats")
    void magnitudeDoesNotMatter(ScalarFormat format) {
        WeightMatrix matrix = Samples.matrix(5, 16, 64);
        byte[] expected = NEAREST.quantize(matrix, format).packed();
        for (int exponent : new int[] {-90, 90}) {
            float[] scaled = matrix.values().clone();
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = Math.scalb(scaled[i], exponent);
            }
            assertArrayEquals(
                    expected,
                    NEAREST.quantize(new WeightMatrix(16, 64, scaled), format).packed());
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void leastErrorIsNeverWorse(ScalarFormat format) {
        WeightMatrix matrix = Samples.matrix(6, 20, 256);
        double standard = error(matrix, NEAREST.quantize(matrix, format));
        double least = error(matrix, RoundToNearest.of(ScaleRule.MIN_MSE, 1).quantize(matrix, format));
        // double quantization moves the scales after the search
        assertTrue(least <= standard * (format.scaleType() == ScaleType.DOUBLE ? 1.02 : 1), standard + " " + least);
        boolean coarse = format.format().codeBits() == 2 && format.groupLength(256) >= 128;
        if (coarse) {
            assertTrue(least < 0.8 * standard, standard + " " + least);
        }
    }

    /** The least error against all scales of a fine grid. */
    @Test
    void leastErrorIsNearlyTheLeast() {
        WeightMatrix matrix = Samples.matrix(7, 1, 32);
        for (ScalarFormat format :
                List.of(ScalarFormat.ternary(), ScalarFormat.symmetric(2, 32), ScalarFormat.symmetric(3, 32))) {
            double found = error(matrix, RoundToNearest.of(ScaleRule.MIN_MSE, 1).quantize(matrix, format));
            double least = Double.POSITIVE_INFINITY;
            for (double scale = -0.3; scale < 0.3; scale += 1e-5) {
                double sum = 0;
                for (float w : matrix.values()) {
                    double nearest = Double.POSITIVE_INFINITY;
                    for (int code = 0; code < format.codeCount(); code++) {
                        double difference = w - scale * (format.level(code) - format.zero(0));
                        nearest = Math.min(nearest, Double.isNaN(difference) ? nearest : difference * difference);
                    }
                    sum += nearest;
                }
                least = Math.min(least, sum);
            }
            assertTrue(found < 1.02 * least, format + " " + found + " " + least);
        }
    }

    private static double error(WeightMatrix matrix, QuantizedWeights weights) {
        float[] values = weights.dequantize();
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += Math.pow((double) values[i] - matrix.values()[i], 2);
        }
        return sum;
    }

    @Test
    void ternaryAndBinaryScales() {
        WeightMatrix matrix = new WeightMatrix(1, 4, new float[] {0.5f, -1, 0.25f, 4});
        RoundToNearest median = RoundToNearest.of(ScaleRule.ABSMEDIAN, 1);
        assertEquals(
                1.4375f,
                NEAREST.quantize(matrix, ScalarFormat.ternary()).scales().get(0, 0));
        assertEquals(
                0.75f, median.quantize(matrix, ScalarFormat.ternary()).scales().get(0, 0));
        assertArrayEquals(
                new float[] {0.75f, -0.75f, 0, 0.75f},
                median.quantize(matrix, ScalarFormat.ternary()).dequantize());
        assertArrayEquals(
                new float[] {1.4375f, -1.4375f, 1.4375f, 1.4375f},
                NEAREST.quantize(matrix, ScalarFormat.binary()).dequantize());
        assertThrows(IllegalArgumentException.class, () -> median.quantize(matrix, ScalarFormat.int8()));
    }

    @Test
    void badArgumentsAreNamed() {
        assertThrows(IllegalArgumentException.class, () -> ScalarFormat.affine(5, 32));
        assertThrows(IllegalArgumentException.class, () -> ScalarFormat.affine(4, 24));
        assertThrows(IllegalArgumentException.class, () -> new WeightMatrix(1, 1, new float[] {Float.NaN}));
        assertThrows(IllegalArgumentException.class, () -> new WeightMatrix(2, 2, new float[3]));
        assertThrows(
                IllegalArgumentException.class, () -> new ScalarFormat(WeightFormat.MXFP4, 64, false, ScaleType.E8M0));
        assertThrows(IllegalArgumentException.class, () -> new ScalarFormat(WeightFormat.PQ, 0, false, ScaleType.HALF));
        ScalarCodes good = NEAREST.quantize(Samples.matrix(1, 2, 3), ScalarFormat.ternary())
                .unpack();
        byte[] bad = good.codes().clone();
        Arrays.fill(bad, (byte) 3);
        assertThrows(
                IllegalArgumentException.class,
                () -> new ScalarCodes(good.format(), 2, 3, bad, good.scales(), good.zeros()));
    }

    @Test
    void namesAreThoseOfTheCommandLine() {
        for (String name :
                "int8 int4 int3 int2 nf4 fp4 fp6 fp8 ternary vq16 pq pvq planes binary mxfp4 nvfp4".split(" ")) {
            WeightFormat format = WeightFormat.ofName(name).orElseThrow();
            assertEquals(name, format.formatName());
            if (format.isScalar()) {
                assertEquals(format, ScalarFormat.standard(format).format());
            }
        }
        assertEquals(16, WeightFormat.values().length);
    }
}
