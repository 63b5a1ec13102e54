package dev.tessera.cli;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.container.TensorGeometry;
import dev.tessera.codecs.container.TensorGeometry.ElementType;
import dev.tessera.codecs.dataset.NpyReader;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.dataset.NpyWriter;
import dev.tessera.codecs.tensor.FloatTensor;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Float tensors from and to {@code .npy} files. */
final class TensorFiles {
    private TensorFiles() {}

    /**
     * Half and single precision as they are; double precision rounded to the nearest single-precision number.
     *
     * @throws CorruptBitstreamException for integers, more than eight axes or more than {@code maxElements}
     */
    static FloatTensor read(byte[] npy, long maxElements) throws IOException {
        try (NpyReader in = NpyReader.open(npy)) {
            if (!in.type().isFloat()) {
                throw new CorruptBitstreamException(
                        0, "the array has the type " + in.type() + "; tensors of F2, F4 and F8 are compressed");
            }
            long[] shape = in.shape();
            if (shape.length > TensorGeometry.MAX_RANK) {
                throw new CorruptBitstreamException(
                        0,
                        "the array has " + shape.length + " axes, at most " + TensorGeometry.MAX_RANK
                                + " are compressed");
            }
            if (in.remaining() > Math.min(maxElements, TensorGeometry.MAX_ELEMENTS)) {
                throw new CorruptBitstreamException(
                        0,
                        "the array " + Arrays.toString(shape) + " is above the limit of "
                                + Math.min(maxElements, TensorGeometry.MAX_ELEMENTS) + " elements");
            }
            List<Integer> extents = new ArrayList<>();
            for (long extent : shape) {
                extents.add((int) Math.min(extent, Integer.MAX_VALUE)); // beside a zero an extent may be anything
            }
            if (extents.isEmpty()) {
                extents.add(1); // a single number
            }
            float[] values = new float[(int) in.remaining()];
            in.readFloats(values);
            ElementType type = in.type() == NpyType.F2 ? ElementType.F2 : ElementType.F4;
            try {
                return FloatTensor.of(new TensorGeometry(extents, type), values);
            } catch (IllegalArgumentException e) {
                throw new CorruptBitstreamException(0, e.getMessage());
            }
        }
    }

    static void write(FloatTensor tensor, OutputStream out) throws IOException {
        NpyType type = tensor.geometry().type() == ElementType.F2 ? NpyType.F2 : NpyType.F4;
        long[] shape =
                tensor.geometry().shape().stream().mapToLong(Integer::longValue).toArray();
        try (NpyWriter writer = new NpyWriter(out, type, shape)) {
            writer.writeFloats(tensor.values());
        }
    }
}
