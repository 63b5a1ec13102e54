package dev.tessera.features;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.container.TensorGeometry;
import dev.tessera.codecs.container.TensorGeometry.ElementType;
import dev.tessera.codecs.dataset.NpyReader;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.tensor.FloatTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Series {@code [frames, channels]} from {@code .npy} files of floating-point numbers. */
public final class FeatureFiles {
    private FeatureFiles() {}

    /**
     * The series in a file in memory; double precision is rounded to the nearest single-precision number.
     *
     * @param maxElements limit of frames x channels
     * @throws CorruptBitstreamException when the array has another number of axes, no channel, integers, more elements or a value
     *     that is not finite
     */
    public static FloatTensor read(byte[] npy, long maxElements) throws IOException {
        try (NpyReader in = NpyReader.open(npy)) {
            return read(in, maxElements);
        }
    }

    /** The series in a file. */
    public static FloatTensor read(Path file) throws IOException {
        try (NpyReader in = NpyReader.open(file)) {
            return read(in, TensorGeometry.MAX_ELEMENTS);
        } catch (CorruptBitstreamException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** {@code [frames x channels]} of a file that must have so many channels. */
    public static float[] read(Path file, int channels) throws IOException {
        FloatTensor series = read(file);
        int found = series.geometry().shape().get(1);
        if (found != channels) {
            throw new IOException(file + " has " + found + " channels, must have " + channels);
        }
        return series.values();
    }

    /** Channels of the series in a file, from its first bytes. */
    public static int channels(Path file) throws IOException {
        try (NpyReader in = NpyReader.open(file)) {
            return (int) shape(in, TensorGeometry.MAX_ELEMENTS)[1];
        } catch (CorruptBitstreamException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static FloatTensor read(NpyReader in, long maxElements) throws IOException {
        long[] shape = shape(in, maxElements);
        float[] rows = new float[(int) in.remaining()];
        in.readFloats(rows);
        try {
            FeatureModel.checkFinite(rows, (int) shape[1]);
        } catch (IllegalArgumentException e) {
            throw new CorruptBitstreamException(0, e.getMessage());
        }
        ElementType type = in.type() == NpyType.F2 ? ElementType.F2 : ElementType.F4;
        return FloatTensor.of(new TensorGeometry(List.of((int) shape[0], (int) shape[1]), type), rows);
    }

    private static long[] shape(NpyReader in, long maxElements) throws CorruptBitstreamException {
        long[] shape = in.shape();
        long most = Math.min(maxElements, TensorGeometry.MAX_ELEMENTS);
        if (!in.type().isFloat()) {
            throw new CorruptBitstreamException(
                    0, "the array has the type " + in.type() + ", a series has F2, F4 or F8");
        }
        if (shape.length != 2
                || shape[1] < 1
                || shape[1] > TensorGeometry.MAX_ELEMENTS
                || shape[0] > TensorGeometry.MAX_ELEMENTS) {
            throw new CorruptBitstreamException(
                    0, "the array has the shape " + Arrays.toString(shape) + ", a series is [frames, channels]");
        }
        if (in.remaining() > most) {
            throw new CorruptBitstreamException(
                    0, "the array " + Arrays.toString(shape) + " is above the limit of " + most + " elements");
        }
        return shape;
    }
}
