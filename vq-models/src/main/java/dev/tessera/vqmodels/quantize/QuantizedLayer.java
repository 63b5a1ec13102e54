package dev.tessera.vqmodels.quantize;

import dev.tessera.vqmodels.lowbit.WeightFormat;
import java.util.Optional;

/**
 * What became of the weights of a layer.
 *
 * @param name of the weights in the model file
 * @param rows outputs
 * @param cols inputs of an output
 * @param format empty when the weights stay as they are
 * @param rotated whether the inputs were rotated before
 * @param bytesBefore of the tensor that was there
 * @param bytes of the tensors that are there now
 * @param noise where calibration data were seen
 */
public record QuantizedLayer(
        String name,
        int rows,
        int cols,
        Optional<WeightFormat> format,
        boolean rotated,
        long bytesBefore,
        long bytes,
        Optional<OutputNoise> noise) {
    /** What is stored for a weight, scales and padding included. */
    public double bitsPerWeight() {
        return 8.0 * bytes / ((double) rows * cols);
    }

    QuantizedLayer withoutNoise() {
        return new QuantizedLayer(name, rows, cols, format, rotated, bytesBefore, bytes, Optional.empty());
    }
}
