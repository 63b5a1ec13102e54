package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Gradients of the engine against differences and closed forms. */
final class Gradients {
    private Gradients() {}

    static float[] random(int count, double scale, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }

    /** The gradient of {@code function}, a single number, at {@code x}. */
    static float[] of(Function<Tensor, Tensor> function, float[] x, long... shape) {
        try (PointerScope _ = new PointerScope()) {
            Tensor leaf = Tensors.of(x, shape).set_requires_grad(true);
            function.apply(leaf).backward();
            return Tensors.floats(leaf.grad());
        }
    }

    static double value(Function<Tensor, Tensor> function, float[] x, long... shape) {
        try (PointerScope _ = new PointerScope()) {
            return function.apply(Tensors.of(x, shape)).item_double();
        }
    }

    /** Holds the gradient against central differences in every coordinate. */
    static void assertMatchesDifferences(
            Function<Tensor, Tensor> function, float[] x, double step, double tolerance, long... shape) {
        float[] gradient = of(function, x, shape);
        for (int i = 0; i < x.length; i++) {
            float[] moved = x.clone();
            moved[i] = (float) (x[i] + step);
            double above = moved[i];
            double up = value(function, moved, shape);
            moved[i] = (float) (x[i] - step);
            double difference = (up - value(function, moved, shape)) / (above - moved[i]);
            assertEquals(difference, gradient[i], tolerance * (1 + Math.abs(difference)), "coordinate " + i);
        }
    }

    static void assertClose(float[] expected, float[] actual, double tolerance) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], tolerance * (1 + Math.abs(expected[i])), "value " + i);
        }
    }
}
