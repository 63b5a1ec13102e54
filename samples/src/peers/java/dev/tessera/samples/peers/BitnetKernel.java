package dev.tessera.samples.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The product of bitnet.cpp's I2_S weights with a vector of bytes: ternary, 4 of them a byte. */
final class BitnetKernel {
    private static final int BLOCK = 128;
    private static final int QUARTER = BLOCK / 4;
    private static final int LARGEST = Byte.MAX_VALUE;

    private final MethodHandle dot;

    /** @param library with the functions of src/ggml-bitnet-mad.cpp under their C names */
    BitnetKernel(Path library) {
        dot = Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow("ggml_vec_dot_i2_i8_s_1xN"),
                        FunctionDescriptor.ofVoid(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT));
    }

    /**
     * A product, ready to run; inputs are rounded and rows scaled in Java.
     *
     * @param codes {@code [rows x x.length]}, 0, 1 and 2 for -1, 0 and 1
     * @param scales {@code [rows]}
     */
    Supplier<float[]> product(byte[] codes, float[] scales, float[] x) {
        int cols = x.length;
        int rows = scales.length;
        MemorySegment weights = Arena.global().allocate(codes.length / 4, 64);
        for (int i = 0; i < codes.length; i++) {
            int at = i / BLOCK * QUARTER + i % QUARTER;
            int shift = 6 - 2 * (i % BLOCK / QUARTER);
            weights.set(
                    ValueLayout.JAVA_BYTE,
                    at,
                    (byte) (weights.get(ValueLayout.JAVA_BYTE, at) | codes[i] << shift));
        }
        MemorySegment bytes = Arena.global().allocate(cols, 64);
        MemorySegment y = Arena.global().allocate(4L * rows, 64);
        return () -> {
            float most = 0;
            for (float value : x) {
                most = Math.max(most, Math.abs(value));
            }
            int total = 0;
            for (int i = 0; i < cols; i++) {
                byte rounded = (byte) Math.round(x[i] * (LARGEST / most));
                bytes.set(ValueLayout.JAVA_BYTE, i, rounded);
                total += rounded;
            }
            try {
                dot.invokeExact(cols, y, 1L, weights, (long) cols, bytes, (long) cols, rows);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            float[] out = y.toArray(ValueLayout.JAVA_FLOAT);
            for (int r = 0; r < rows; r++) {
                out[r] = (out[r] - total) * (most / LARGEST) * scales[r];
            }
            return out;
        };
    }
}
