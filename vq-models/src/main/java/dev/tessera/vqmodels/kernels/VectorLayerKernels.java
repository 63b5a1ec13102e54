package dev.tessera.vqmodels.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API twin of {@link ScalarLayerKernels}: equal bits for every lane width, because a lane is an output.
 *
 * <p>What decides the speed on C2 of JDK 25: one method, one compiled loop, no helper that takes or returns vectors in it;
 * 10 accumulators (5 rows) where there are 16 registers, since 12 spill; 16 (8 rows) where there are 32.
 */
final class VectorLayerKernels implements LayerKernels {
    private static final VectorSpecies<Float> SPECIES = species();
    private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);
    private static final int LANES = SPECIES.length();
    private static final int ROWS = LANES >= 16 ? 8 : 5;
    private static final int COLUMNS = 2 * LANES;
    private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
    private static final LayerKernels SCALAR = LayerKernels.scalar(); // what is left over behind whole vectors
    private static final int PANELS_AT_ONCE = 4; // of a matrix-vector product: 8 independent chains of additions

    /** The widest species, or the width in bits that the system property {@code tessera.kernels.bits} asks for (tests). */
    private static VectorSpecies<Float> species() {
        return switch (Integer.getInteger("tessera.kernels.bits", 0)) {
            case 64 -> FloatVector.SPECIES_64;
            case 128 -> FloatVector.SPECIES_128;
            case 256 -> FloatVector.SPECIES_256;
            case 512 -> FloatVector.SPECIES_512;
            default -> FloatVector.SPECIES_PREFERRED;
        };
    }

    @Override
    public int rows() {
        return ROWS;
    }

    @Override
    public int columns() {
        return COLUMNS;
    }

    @Override
    public void tile(
            float[] weights,
            int weightsAt,
            float[] panel,
            int panelAt,
            int depth,
            float[] start,
            int startAt,
            int startStride,
            float[] out,
            int outAt,
            int outStride) {
        if (ROWS == 8) {
            tile8(weights, weightsAt, panel, panelAt, depth, start, startAt, startStride, out, outAt, outStride);
        } else {
            tile5(weights, weightsAt, panel, panelAt, depth, start, startAt, startStride, out, outAt, outStride);
        }
    }

    private static void tile5(
            float[] weights,
            int weightsAt,
            float[] panel,
            int panelAt,
            int depth,
            float[] start,
            int startAt,
            int startStride,
            float[] out,
            int outAt,
            int outStride) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, start, startAt);
        FloatVector b0 = FloatVector.fromArray(SPECIES, start, startAt + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, start, startAt + startStride);
        FloatVector b1 = FloatVector.fromArray(SPECIES, start, startAt + startStride + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, start, startAt + 2 * startStride);
        FloatVector b2 = FloatVector.fromArray(SPECIES, start, startAt + 2 * startStride + LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, start, startAt + 3 * startStride);
        FloatVector b3 = FloatVector.fromArray(SPECIES, start, startAt + 3 * startStride + LANES);
        FloatVector a4 = FloatVector.fromArray(SPECIES, start, startAt + 4 * startStride);
        FloatVector b4 = FloatVector.fromArray(SPECIES, start, startAt + 4 * startStride + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromArray(SPECIES, panel, panelAt + k * COLUMNS);
            FloatVector y = FloatVector.fromArray(SPECIES, panel, panelAt + k * COLUMNS + LANES);
            FloatVector w0 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 5]);
            a0 = w0.fma(x, a0);
            b0 = w0.fma(y, b0);
            FloatVector w1 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 5 + 1]);
            a1 = w1.fma(x, a1);
            b1 = w1.fma(y, b1);
            FloatVector w2 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 5 + 2]);
            a2 = w2.fma(x, a2);
            b2 = w2.fma(y, b2);
            FloatVector w3 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 5 + 3]);
            a3 = w3.fma(x, a3);
            b3 = w3.fma(y, b3);
            FloatVector w4 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 5 + 4]);
            a4 = w4.fma(x, a4);
            b4 = w4.fma(y, b4);
        }
        a0.intoArray(out, outAt);
        b0.intoArray(out, outAt + LANES);
        a1.intoArray(out, outAt + outStride);
        b1.intoArray(out, outAt + outStride + LANES);
        a2.intoArray(out, outAt + 2 * outStride);
        b2.intoArray(out, outAt + 2 * outStride + LANES);
        a3.intoArray(out, outAt + 3 * outStride);
        b3.intoArray(out, outAt + 3 * outStride + LANES);
        a4.intoArray(out, outAt + 4 * outStride);
        b4.intoArray(out, outAt + 4 * outStride + LANES);
    }

    private static void tile8(
            float[] weights,
            int weightsAt,
            float[] panel,
            int panelAt,
            int depth,
            float[] start,
            int startAt,
            int startStride,
            float[] out,
            int outAt,
            int outStride) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, start, startAt);
        FloatVector b0 = FloatVector.fromArray(SPECIES, start, startAt + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, start, startAt + startStride);
        FloatVector b1 = FloatVector.fromArray(SPECIES, start, startAt + startStride + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, start, startAt + 2 * startStride);
        FloatVector b2 = FloatVector.fromArray(SPECIES, start, startAt + 2 * startStride + LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, start, startAt + 3 * startStride);
        FloatVector b3 = FloatVector.fromArray(SPECIES, start, startAt + 3 * startStride + LANES);
        FloatVector a4 = FloatVector.fromArray(SPECIES, start, startAt + 4 * startStride);
        FloatVector b4 = FloatVector.fromArray(SPECIES, start, startAt + 4 * startStride + LANES);
        FloatVector a5 = FloatVector.fromArray(SPECIES, start, startAt + 5 * startStride);
        FloatVector b5 = FloatVector.fromArray(SPECIES, start, startAt + 5 * startStride + LANES);
        FloatVector a6 = FloatVector.fromArray(SPECIES, start, startAt + 6 * startStride);
        FloatVector b6 = FloatVector.fromArray(SPECIES, start, startAt + 6 * startStride + LANES);
        FloatVector a7 = FloatVector.fromArray(SPECIES, start, startAt + 7 * startStride);
        FloatVector b7 = FloatVector.fromArray(SPECIES, start, startAt + 7 * startStride + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromArray(SPECIES, panel, panelAt + k * COLUMNS);
            FloatVector y = FloatVector.fromArray(SPECIES, panel, panelAt + k * COLUMNS + LANES);
            FloatVector w0 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 8]);
            a0 = w0.fma(x, a0);
            b0 = w0.fma(y, b0);
            FloatVector w1 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 8 + 1]);
            a1 = w1.fma(x, a1);
            b1 = w1.fma(y, b1);
            FloatVector w2 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 8 + 2]);
            a2 = w2.fma(x, a2);
            b2 = w2.fma(y, b2);
            FloatVector w3 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 8 + 3]);
            a3 = w3.fma(x, a3);
            b3 = w3.fma(y, b3);
            FloatVector w4 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 8 + 4]);
            a4 = w4.fma(x, a4);
            b4 = w4.fma(y, b4);
            FloatVector w5 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 8 + 5]);
            a5 = w5.fma(x, a5);
            b5 = w5.fma(y, b5);
            FloatVector w6 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 8 + 6]);
            a6 = w6.fma(x, a6);
            b6 = w6.fma(y, b6);
            FloatVector w7 = FloatVector.broadcast(SPECIES, weights[weightsAt + k * 8 + 7]);
            a7 = w7.fma(x, a7);
            b7 = w7.fma(y, b7);
        }
        a0.intoArray(out, outAt);
        b0.intoArray(out, outAt + LANES);
        a1.intoArray(out, outAt + outStride);
        b1.intoArray(out, outAt + outStride + LANES);
        a2.intoArray(out, outAt + 2 * outStride);
        b2.intoArray(out, outAt + 2 * outStride + LANES);
        a3.intoArray(out, outAt + 3 * outStride);
        b3.intoArray(out, outAt + 3 * outStride + LANES);
        a4.intoArray(out, outAt + 4 * outStride);
        b4.intoArray(out, outAt + 4 * outStride + LANES);
        a5.intoArray(out, outAt + 5 * outStride);
        b5.intoArray(out, outAt + 5 * outStride + LANES);
        a6.intoArray(out, outAt + 6 * outStride);
        b6.intoArray(out, outAt + 6 * outStride + LANES);
        a7.intoArray(out, outAt + 7 * outStride);
        b7.intoArray(out, outAt + 7 * outStride + LANES);
    }

    @Override
    public void pack(float[] in, int[] from, int[] to, int runs, int[] offsets, int first, int depth, float[] panels) {
        for (int k = 0; k < depth; k++) {
            int offset = offsets[first + k];
            for (int run = 0; run < runs; run++) {
                int source = from[run] + offset;
                int target = to[run] + k * COLUMNS;
                FloatVector.fromArray(SPECIES, in, source).intoArray(panels, target);
                FloatVector.fromArray(SPECIES, in, source + LANES).intoArray(panels, target + LANES);
            }
        }
    }

    @Override
    public void packRows(float[] in, int[] offsets, int blocks, float[] packed) {
        if (ROWS != EIGHT.length()) {
            LayerKernels.super.packRows(in, offsets, blocks, packed);
            return;
        }
        for (int k = 0; k < offsets.length; k++) {
            for (int block = 0; block < blocks; block++) {
                FloatVector.fromArray(EIGHT, in, offsets[k] + block * ROWS)
                        .intoArray(packed, (block * offsets.length + k) * ROWS);
            }
        }
    }

    @Override
    public void matrixVector(float[] panels, int depth, float[] x, float[] out, int from, int to) {
        int p = from;
        for (; p + PANELS_AT_ONCE <= to; p += PANELS_AT_ONCE) {
            fourPanels(panels, p * depth * COLUMNS, depth, x, out, p * COLUMNS);
        }
        for (; p < to; p++) {
            onePanel(panels, p * depth * COLUMNS, depth, x, out, p * COLUMNS);
        }
    }

    private static void fourPanels(float[] panels, int at, int depth, float[] x, float[] out, int outAt) {
        int size = depth * COLUMNS;
        FloatVector a0 = FloatVector.fromArray(SPECIES, out, outAt);
        FloatVector b0 = FloatVector.fromArray(SPECIES, out, outAt + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, out, outAt + 2 * LANES);
        FloatVector b1 = FloatVector.fromArray(SPECIES, out, outAt + 3 * LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, out, outAt + 4 * LANES);
        FloatVector b2 = FloatVector.fromArray(SPECIES, out, outAt + 5 * LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, out, outAt + 6 * LANES);
        FloatVector b3 = FloatVector.fromArray(SPECIES, out, outAt + 7 * LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector v = FloatVector.broadcast(SPECIES, x[k]);
            int i = at + k * COLUMNS;
            a0 = v.fma(FloatVector.fromArray(SPECIES, panels, i), a0);
            b0 = v.fma(FloatVector.fromArray(SPECIES, panels, i + LANES), b0);
            a1 = v.fma(FloatVector.fromArray(SPECIES, panels, i + size), a1);
            b1 = v.fma(FloatVector.fromArray(SPECIES, panels, i + size + LANES), b1);
            a2 = v.fma(FloatVector.fromArray(SPECIES, panels, i + 2 * size), a2);
            b2 = v.fma(FloatVector.fromArray(SPECIES, panels, i + 2 * size + LANES), b2);
            a3 = v.fma(FloatVector.fromArray(SPECIES, panels, i + 3 * size), a3);
            b3 = v.fma(FloatVector.fromArray(SPECIES, panels, i + 3 * size + LANES), b3);
        }
        a0.intoArray(out, outAt);
        b0.intoArray(out, outAt + LANES);
        a1.intoArray(out, outAt + 2 * LANES);
        b1.intoArray(out, outAt + 3 * LANES);
        a2.intoArray(out, outAt + 4 * LANES);
        b2.intoArray(out, outAt + 5 * LANES);
        a3.intoArray(out, outAt + 6 * LANES);
        b3.intoArray(out, outAt + 7 * LANES);
    }

    private static void onePanel(float[] panels, int at, int depth, float[] x, float[] out, int outAt) {
        FloatVector a = FloatVector.fromArray(SPECIES, out, outAt);
        FloatVector b = FloatVector.fromArray(SPECIES, out, outAt + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector v = FloatVector.broadcast(SPECIES, x[k]);
            a = v.fma(FloatVector.fromArray(SPECIES, panels, at + k * COLUMNS), a);
            b = v.fma(FloatVector.fromArray(SPECIES, panels, at + k * COLUMNS + LANES), b);
        }
        a.intoArray(out, outAt);
        b.intoArray(out, outAt + LANES);
    }

    @Override
    public void taps(
            float[] in,
            int inAt,
            float[] weights,
            int weightsAt,
            int[] offsets,
            float bias,
            float[] out,
            int outAt,
            int count) {
        int j = 0;
        for (; j + 8 * LANES <= count; j += 8 * LANES) {
            eightVectors(in, inAt + j, weights, weightsAt, offsets, bias, out, outAt + j);
        }
        for (; j + 2 * LANES <= count; j += 2 * LANES) {
            FloatVector a = FloatVector.broadcast(SPECIES, bias);
            FloatVector b = a;
            for (int t = 0; t < offsets.length; t++) {
                FloatVector w = FloatVector.broadcast(SPECIES, weights[weightsAt + t]);
                int i = inAt + offsets[t] + j;
                a = w.fma(FloatVector.fromArray(SPECIES, in, i), a);
                b = w.fma(FloatVector.fromArray(SPECIES, in, i + LANES), b);
            }
            a.intoArray(out, outAt + j);
            b.intoArray(out, outAt + j + LANES);
        }
        for (; j + LANES <= count; j += LANES) {
            FloatVector a = FloatVector.broadcast(SPECIES, bias);
            for (int t = 0; t < offsets.length; t++) {
                FloatVector w = FloatVector.broadcast(SPECIES, weights[weightsAt + t]);
                a = w.fma(FloatVector.fromArray(SPECIES, in, inAt + offsets[t] + j), a);
            }
            a.intoArray(out, outAt + j);
        }
        if (j < count) {
            SCALAR.taps(in, inAt + j, weights, weightsAt, offsets, bias, out, outAt + j, count - j);
        }
    }

    private static void eightVectors(
            float[] in, int inAt, float[] weights, int weightsAt, int[] offsets, float bias, float[] out, int outAt) {
        FloatVector a = FloatVector.broadcast(SPECIES, bias);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        for (int t = 0; t < offsets.length; t++) {
            FloatVector w = FloatVector.broadcast(SPECIES, weights[weightsAt + t]);
            int i = inAt + offsets[t];
            a = w.fma(FloatVector.fromArray(SPECIES, in, i), a);
            b = w.fma(FloatVector.fromArray(SPECIES, in, i + LANES), b);
            c = w.fma(FloatVector.fromArray(SPECIES, in, i + 2 * LANES), c);
            d = w.fma(FloatVector.fromArray(SPECIES, in, i + 3 * LANES), d);
            e = w.fma(FloatVector.fromArray(SPECIES, in, i + 4 * LANES), e);
            f = w.fma(FloatVector.fromArray(SPECIES, in, i + 5 * LANES), f);
            g = w.fma(FloatVector.fromArray(SPECIES, in, i + 6 * LANES), g);
            h = w.fma(FloatVector.fromArray(SPECIES, in, i + 7 * LANES), h);
        }
        a.intoArray(out, outAt);
        b.intoArray(out, outAt + LANES);
        c.intoArray(out, outAt + 2 * LANES);
        d.intoArray(out, outAt + 3 * LANES);
        e.intoArray(out, outAt + 4 * LANES);
        f.intoArray(out, outAt + 5 * LANES);
        g.intoArray(out, outAt + 6 * LANES);
        h.intoArray(out, outAt + 7 * LANES);
    }

    @Override
    public void gelu(float[] x, int from, int to) {
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i);
            FloatVector a = v.abs().min(Functions.GELU_END);
            FloatVector n =
                    FloatVector.broadcast(SPECIES, Functions.GELU_NUMERATOR[Functions.GELU_NUMERATOR.length - 1]);
            for (int k = Functions.GELU_NUMERATOR.length - 2; k >= 0; k--) {
                n = n.fma(a, FloatVector.broadcast(SPECIES, Functions.GELU_NUMERATOR[k]));
            }
            FloatVector d =
                    FloatVector.broadcast(SPECIES, Functions.GELU_DENOMINATOR[Functions.GELU_DENOMINATOR.length - 1]);
            for (int k = Functions.GELU_DENOMINATOR.length - 2; k >= 0; k--) {
                d = d.fma(a, FloatVector.broadcast(SPECIES, Functions.GELU_DENOMINATOR[k]));
            }
            v.max(0).sub(a.mul(n).div(d)).intoArray(x, i);
        }
        SCALAR.gelu(x, i, to);
    }

    @Override
    public void silu(float[] x, int from, int to) {
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i);
            FloatVector c = v.neg().min(Functions.EXP_MAX).max(Functions.EXP_MIN);
            FloatVector t = c.fma(
                    FloatVector.broadcast(SPECIES, Functions.LOG2_E),
                    FloatVector.broadcast(SPECIES, Functions.ROUNDER));
            FloatVector n = t.sub(Functions.ROUNDER);
            FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -Functions.LN2_HIGH), c);
            r = n.fma(FloatVector.broadcast(SPECIES, -Functions.LN2_LOW), r);
            FloatVector p = FloatVector.broadcast(SPECIES, Functions.EXP4);
            p = p.fma(r, FloatVector.broadcast(SPECIES, Functions.EXP3));
            p = p.fma(r, FloatVector.broadcast(SPECIES, Functions.EXP2));
            p = p.fma(r, FloatVector.broadcast(SPECIES, Functions.EXP1));
            p = p.fma(r, FloatVector.broadcast(SPECIES, Functions.EXP0));
            FloatVector y = r.mul(r).fma(p, r).add(1);
            IntVector power = t.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, Functions.MANTISSA_BITS)
                    .add(IntVector.broadcast(INTS, Functions.ONE_BITS));
            FloatVector exp = y.mul(power.reinterpretAsFloats());
            v.div(exp.add(1)).intoArray(x, i);
        }
        SCALAR.silu(x, i, to);
    }

    @Override
    public void snake(float[] x, int from, int to, float alpha) {
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i);
            FloatVector y = v.mul(alpha).min(Functions.ANGLE_MAX).max(-Functions.ANGLE_MAX);
            FloatVector n = y.fma(
                            FloatVector.broadcast(SPECIES, Functions.INVERSE_PI),
                            FloatVector.broadcast(SPECIES, Functions.ROUNDER))
                    .sub(Functions.ROUNDER);
            FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -Functions.PI_HIGH), y);
            r = n.fma(FloatVector.broadcast(SPECIES, -Functions.PI_LOW), r);
            FloatVector q = r.mul(r);
            FloatVector p = FloatVector.broadcast(SPECIES, Functions.SIN3);
            p = p.fma(q, FloatVector.broadcast(SPECIES, Functions.SIN2));
            p = p.fma(q, FloatVector.broadcast(SPECIES, Functions.SIN1));
            p = p.fma(q, FloatVector.broadcast(SPECIES, Functions.SIN0));
            FloatVector s = r.mul(q).fma(p, r);
            v.add(s.mul(s).div(alpha)).intoArray(x, i);
        }
        SCALAR.snake(x, i, to, alpha);
    }

    @Override
    public void layerNorm(float[] x, int plane, int from, int to, float[] weight, float[] bias, float epsilon) {
        int channels = weight.length;
        float[] block = new float[channels * COLUMNS]; // planes of 2^n positions are far apart: one visit is enough
        int i = from;
        for (; i + COLUMNS <= to; i += COLUMNS) { // two vectors: a sum waits for the one before
            FloatVector sumA = FloatVector.zero(SPECIES);
            FloatVector sumB = FloatVector.zero(SPECIES);
            for (int c = 0; c < channels; c++) {
                FloatVector a = FloatVector.fromArray(SPECIES, x, c * plane + i);
                FloatVector b = FloatVector.fromArray(SPECIES, x, c * plane + i + LANES);
                a.intoArray(block, c * COLUMNS);
                b.intoArray(block, c * COLUMNS + LANES);
                sumA = sumA.add(a);
                sumB = sumB.add(b);
            }
            FloatVector meanA = sumA.div(channels);
            FloatVector meanB = sumB.div(channels);
            FloatVector squaresA = FloatVector.zero(SPECIES);
            FloatVector squaresB = FloatVector.zero(SPECIES);
            for (int c = 0; c < channels; c++) {
                FloatVector a =
                        FloatVector.fromArray(SPECIES, block, c * COLUMNS).sub(meanA);
                FloatVector b = FloatVector.fromArray(SPECIES, block, c * COLUMNS + LANES)
                        .sub(meanB);
                squaresA = a.fma(a, squaresA);
                squaresB = b.fma(b, squaresB);
            }
            FloatVector one = FloatVector.broadcast(SPECIES, 1);
            FloatVector scaleA = one.div(squaresA.div(channels).add(epsilon).sqrt());
            FloatVector scaleB = one.div(squaresB.div(channels).add(epsilon).sqrt());
            for (int c = 0; c < channels; c++) {
                FloatVector w = FloatVector.broadcast(SPECIES, weight[c]);
                FloatVector v = FloatVector.broadcast(SPECIES, bias[c]);
                FloatVector.fromArray(SPECIES, block, c * COLUMNS)
                        .sub(meanA)
                        .mul(scaleA)
                        .fma(w, v)
                        .intoArray(x, c * plane + i);
                FloatVector.fromArray(SPECIES, block, c * COLUMNS + LANES)
                        .sub(meanB)
                        .mul(scaleB)
                        .fma(w, v)
                        .intoArray(x, c * plane + i + LANES);
            }
        }
        SCALAR.layerNorm(x, plane, i, to, weight, bias, epsilon);
    }

    @Override
    public void rmsNorm(float[] x, int plane, int from, int to, float[] weight, float epsilon) {
        int channels = weight.length;
        float[] block = new float[channels * LANES]; // as above
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector squares = FloatVector.zero(SPECIES);
            for (int c = 0; c < channels; c++) {
                FloatVector v = FloatVector.fromArray(SPECIES, x, c * plane + i);
                v.intoArray(block, c * LANES);
                squares = v.fma(v, squares);
            }
            FloatVector scale = FloatVector.broadcast(SPECIES, 1)
                    .div(squares.div(channels).add(epsilon).sqrt());
            for (int c = 0; c < channels; c++) {
                FloatVector.fromArray(SPECIES, block, c * LANES)
                        .mul(scale)
                        .mul(weight[c])
                        .intoArray(x, c * plane + i);
            }
        }
        SCALAR.rmsNorm(x, plane, i, to, weight, epsilon);
    }
}
