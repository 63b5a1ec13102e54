package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.maximum;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** What the binding lacks to be readable: arrays in and out, scalars as Java numbers. */
final class Tensors {
    private Tensors() {}

    /** A tensor with a copy of {@code values}, row-major. */
    static Tensor of(float[] values, long... shape) {
        return Tensor.create(values, shape);
    }

    /** The values of an F32 tensor, row-major. */
    static float[] floats(Tensor tensor) {
        Tensor plain = tensor.detach().contiguous();
        float[] out = new float[Math.toIntExact(plain.numel())];
        if (out.length > 0) {
            new FloatPointer(plain.data_ptr()).get(out);
        }
        return out;
    }

    /** The values of an I64 tensor as ints. */
    static int[] ints(Tensor tensor) {
        Tensor plain = tensor.contiguous();
        long[] values = new long[Math.toIntExact(plain.numel())];
        if (values.length > 0) {
            new LongPointer(plain.data_ptr()).get(values);
        }
        int[] out = new int[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.toIntExact(values[i]);
        }
        return out;
    }

    /** Writes {@code values} over those of {@code target}. */
    static void set(Tensor target, float[] values) {
        try (NoGradGuard _ = new NoGradGuard()) {
            target.copy_(of(values, target.shape()));
        }
    }

    static Tensor scale(Tensor x, double factor) {
        return x.mul(new Scalar(factor));
    }

    static Tensor plus(Tensor x, double term) {
        return x.add(new Scalar(term));
    }

    static Tensor sumOf(Tensor a, Tensor b) {
        return a.add(b);
    }

    /** {@code [batch x D x h x w]} to {@code [(batch h w) x D]}. */
    static Tensor latentRows(Tensor grid) {
        return grid.permute(0, 2, 3, 1).reshape(-1, grid.size(1));
    }

    /** Sum over the last dimension, which stays with extent 1. */
    static Tensor sumLast(Tensor x) {
        return x.sum(new long[] {-1}, true, new org.bytedeco.pytorch.ScalarTypeOptional());
    }

    /** Mean over dimension 0. */
    static Tensor meanFirst(Tensor x) {
        return x.mean(0L);
    }

    /** Mean of the squares of {@code a - b}. */
    static Tensor meanSquaredError(Tensor a, Tensor b) {
        return a.sub(b).square().mean();
    }

    /** {@code x} in the forward pass, with the gradient of {@code gradientOf}: y + sg(x - y). */
    static Tensor straightThrough(Tensor x, Tensor gradientOf) {
        return gradientOf.add(x.sub(gradientOf).detach());
    }

    /** Each row divided by its Euclidean length, or by {@code 1e-6} where that is shorter. */
    static Tensor unitRows(Tensor x) {
        return x.div(norms(x));
    }

    /** Euclidean lengths of the rows, {@code [rows x 1]}, at least 1e-6. */
    static Tensor norms(Tensor x) {
        Tensor squares = sumLast(x.square());
        return squares.clamp_min(new Scalar(1e-12)).sqrt();
    }

    static Tensor rows(Tensor table, Tensor indices) {
        return table.index_select(0, indices);
    }

    static Tensor argmaxLast(Tensor x) {
        return x.argmax(new LongOptional(-1), false);
    }

    static Tensor atLeast(Tensor x, Tensor floor) {
        return maximum(x, floor);
    }

    static Tensor indices(int... values) {
        long[] longs = new long[values.length];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = values[i];
        }
        return Tensor.create(longs, longs.length);
    }
}
