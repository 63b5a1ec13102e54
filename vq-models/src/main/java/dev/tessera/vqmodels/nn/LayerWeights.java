package dev.tessera.vqmodels.nn;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.WeightsFile;
import java.util.Arrays;

/**
 * The weights of a layer as floats: a tensor of floats, or low-bit weights with the key {@code <name>.shape} beside them, which are
 * dequantized exactly.
 *
 * @param name of the tensor, or prefix of the low-bit weights
 * @param shape as the layer has it; low-bit weights are the matrix {@code [shape[0], all others]}
 * @param values row-major
 */
record LayerWeights(String name, int[] shape, float[] values) {
    /** @param most values that there may be: a few low-bit bytes can stand for very many */
    static LayerWeights read(ModelFile model, String name, int most) throws CorruptModelException {
        if (!WeightsFile.has(model, name)) {
            Tensor tensor = model.tensor(name);
            requireAtMost(most, tensor.elements(), name);
            return new LayerWeights(name, tensor.shape(), tensor.toFloats());
        }
        if (model.hasTensor(name)) {
            throw new CorruptModelException("the model has '" + name + "' twice, as a tensor and in few bits");
        }
        QuantizedWeights weights = WeightsFile.read(model, name);
        int[] shape = model.config().integers(WeightsFile.shapeKey(name));
        long cols = 1;
        for (int i = 1; i < shape.length && cols <= weights.cols(); i++) {
            cols *= Math.max(0, shape[i]);
        }
        if (shape.length == 0 || shape[0] != weights.rows() || cols != weights.cols()) {
            throw new CorruptModelException("the model's " + WeightsFile.shapeKey(name) + " is "
                    + Arrays.toString(shape) + ", must be that of " + weights.rows() + " x " + weights.cols()
                    + " weights");
        }
        requireAtMost(most, (long) weights.rows() * weights.cols(), name);
        return new LayerWeights(name, shape, weights.dequantize());
    }

    private static void requireAtMost(int most, long found, String name) throws CorruptModelException {
        if (found > most) {
            throw new CorruptModelException(
                    "'" + name + "' has " + found + " weights, of which the network may have " + most + " more");
        }
    }

    /** The shape of a kernel with height and width; that of a series has height 1. */
    int[] kernelShape() throws CorruptModelException {
        if (shape.length < 3 || shape.length > 4 || values.length == 0) {
            throw new CorruptModelException("the model's " + this + " must have 3 or 4 extents, none 0");
        }
        return shape.length == 3 ? new int[] {shape[0], shape[1], 1, shape[2]} : shape.clone();
    }

    /** {@code [out, in]}, whatever extents of 1 follow. */
    int[] matrixShape() throws CorruptModelException {
        if (shape.length < 2 || Arrays.stream(shape).skip(2).anyMatch(extent -> extent != 1)) {
            throw new CorruptModelException("the model's " + this + " must be [out, in] with a kernel of 1");
        }
        return new int[] {shape[0], shape[1]};
    }

    @Override
    public String toString() {
        return "'" + name + "' " + Arrays.toString(shape);
    }
}
