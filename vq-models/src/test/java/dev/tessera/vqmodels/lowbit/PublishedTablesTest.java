package dev.tessera.vqmodels.lowbit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Levels of the formats against their specifications, and every code through quantization and back. */
class PublishedTablesTest {
    private static float[] levels(ScalarFormat format) {
        float[] levels = new float[format.codeCount()];
        for (int code = 0; code < levels.length; code++) {
            levels[code] = format.level(code);
        }
        return levels;
    }

    /** Table 2 of the OCP specification, by sign and magnitude. */
    @Test
    void e2m1() {
        float[] expected = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6};
        for (ScalarFormat format :
                new ScalarFormat[] {ScalarFormat.fp4(32), ScalarFormat.mxfp4(), ScalarFormat.nvfp4()}) {
            assertArrayEquals(expected, levels(format));
        }
    }

    /** bias 3: subnormals m/16, normals 2^(e-3) (1 + m/4). */
    @Test
    void e3m2() {
        float[] levels = levels(ScalarFormat.fp6());
        assertEquals(64, levels.length);
        for (int code = 0; code < 64; code++) {
            int exponent = code >> 2 & 7;
            int mantissa = code & 3;
            double magnitude = exponent == 0 ? mantissa / 16.0 : Math.pow(2, exponent - 3) * (1 + mantissa / 4.0);
            assertEquals((float) (code < 32 ? magnitude : -magnitude), levels[code]);
        }
        assertEquals(28, levels[31]);
        assertEquals(0.0625f, levels[1]);
    }

    /**
     * bias 7: subnormals m 2^-9, normals 2^(e-7) (1 + m/8), largest 448, S.1111.111 NaN (Micikevicius et al. 2022,
     * table 1).
     */
    @Test
    void e4m3() {
        float[] levels = levels(ScalarFormat.fp8());
        assertEquals(256, levels.length);
        for (int code = 0; code < 256; code++) {
            int exponent = code >> 3 & 15;
            int mantissa = code & 7;
            double magnitude =
                    exponent == 0 ? mantissa * Math.pow(2, -9) : Math.pow(2, exponent - 7) * (1 + mantissa / 8.0);
            if ((code & 127) == 127) {
                magnitude = Double.NaN;
            }
            assertEquals((float) (code < 128 ? magnitude : -magnitude), levels[code]);
        }
        assertEquals(448, levels[126]);
        assertEquals(Math.scalb(1f, -9), levels[1]);
        assertEquals(Math.scalb(1f, -6), levels[8]);
    }

    /** The values of QLoRA's appendix E. */
    @Test
    void nf4() {
        float[] expected = {
            -1.0f,
            -0.6961928009986877f,
            -0.5250730514526367f,
            -0.39491748809814453f,
            -0.28444138169288635f,
            -0.18477343022823334f,
            -0.09105003625154495f,
            0.0f,
            0.07958029955625534f,
            0.16093020141124725f,
            0.24611230194568634f,
            0.33791524171829224f,
            0.44070982933044434f,
            0.5626170039176941f,
            0.7229568362236023f,
            1.0f
        };
        assertArrayEquals(expected, levels(ScalarFormat.nf4()));
    }

    @Test
    void integers() {
        assertArrayEquals(new float[] {0, 1, 2, 3}, levels(ScalarFormat.affine(2, 32)));
        assertArrayEquals(new float[] {-1, 0, 1, Float.NaN}, levels(ScalarFormat.ternary()));
        assertArrayEquals(new float[] {-1, 1}, levels(ScalarFormat.binary()));
        float[] bytes = levels(ScalarFormat.int8());
        for (int code = 0; code < 256; code++) {
            assertEquals(code == 128 ? Float.NaN : (float) (byte) code, bytes[code]);
        }
        assertEquals(8, ScalarFormat.symmetric(4, 32).zero(99));
        assertEquals(15.9375f, ScalarFormat.affine(4, 32).zero(255));
        assertEquals(1.5f, ScalarFormat.affine(2, 32).zero(96));
    }

    /** The nearest level by looking at all of them; ties go to the even code. */
    @Test
    void nearestIsNearest() {
        for (ScalarFormat format : Samples.scalarFormats()) {
            float[] levels = levels(format);
            for (int code = 0; code < levels.length; code++) {
                if (!Float.isNaN(levels[code])) {
                    assertEquals(levels[code] + 0f, levels[format.nearest(levels[code])], "code " + code);
                }
            }
            for (double value = -500; value < 500; value += Math.abs(value) < 8 ? 1.0 / 128 : 3.7) {
                double least = Double.POSITIVE_INFINITY;
                for (float level : levels) {
                    least = Math.min(least, Float.isNaN(level) ? least : Math.abs(level - value));
                }
                int code = format.nearest(value);
                assertEquals(least, Math.abs(levels[code] - value), format + " " + value);
                for (int other = 0; other < levels.length; other++) {
                    if (levels[other] != levels[code] && Math.abs(levels[other] - value) == least) {
                        assertEquals(0, code & 1, format + " " + value);
                    }
                }
            }
        }
        assertEquals(2, ScalarFormat.fp4(32).nearest(1.25)); // half way of 1 (code 2) and 1.5 (code 3)
        assertEquals(0, ScalarFormat.fp8().nearest(-0.0)); // zero has one code
    }

    /** Codes 0 to 254 are 2^(code - 127), 255 is a NaN (OCP specification, section 5.4.1). */
    @Test
    void e8m0() {
        for (int code = 0; code < 255; code++) {
            byte[] codes = new byte[16];
            codes[0] = (byte) code;
            GroupScales scales = new GroupScales(ScaleType.E8M0, 1, 1, codes, new float[0]);
            assertEquals((float) Math.pow(2, code - 127), scales.get(0, 0));
            float[] raw = {scales.get(0, 0) * (code < 254 ? 1.9f : 1)};
            GroupScales again = GroupScales.encode(ScaleGrid.of(ScaleType.E8M0, raw[0]), 1, 1, raw);
            assertArrayEquals(codes, again.codes(), "rounded down");
        }
        byte[] nan = new byte[16];
        nan[0] = -1;
        assertThrows(IllegalArgumentException.class, () -> new GroupScales(ScaleType.E8M0, 1, 1, nan, new float[0]));
    }

    @Test
    void scalesOfAnyMagnitudeKeepElevenBits() {
        for (int exponent = -125; exponent < 120; exponent += 7) {
            float[] raw = {Math.scalb(1.2345f, exponent), Math.scalb(-1.0625f, exponent - 10), 0};
            GroupScales scales = GroupScales.encode(ScaleGrid.of(ScaleType.HALF, raw[0]), 3, 1, raw);
            for (int row = 0; row < 2 && exponent > -110; row++) {
                assertEquals(raw[row], scales.get(row, 0), Math.abs(raw[row]) / 2048);
            }
            assertEquals(raw[0], scales.get(0, 0), raw[0] / 2048);
            assertEquals(0, scales.get(2, 0));
        }
    }

    /** A mean and a step for every 256 scales; the error is half a step, and no scale turns its sign. */
    @Test
    void doubleQuantization() {
        WeightMatrix matrix = Samples.matrix(3, 40, 33);
        float[] raw = new float[40 * 33];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = i % 50 == 0 ? 0 : Math.abs(matrix.values()[i]);
        }
        GroupScales scales = GroupScales.encode(ScaleGrid.of(ScaleType.DOUBLE, 1), 40, 33, raw);
        assertEquals(1 + (48 * 33 + 255) / 256, scales.parameters().length);
        assertEquals(48 * 33 + 4 * scales.parameters().length, scales.bytes());
        float mean = scales.parameters()[0];
        for (int row = 0; row < 40; row++) {
            for (int group = 0; group < 33; group++) {
                float step = scales.parameters()[1 + GroupScales.tiledIndex(row, group, 33) / 256];
                float expected = raw[row * 33 + group];
                assertTrue(scales.get(row, group) >= 0);
                assertEquals(expected, scales.get(row, group), expected < step ? step : 0.501f * step);
                assertTrue(step * 127 <= 2 * (mean + 0.6f));
            }
        }
    }
}
