package dev.tessera.vqmodels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void isIndependentOfTheArraysItWasMadeOf() {
        byte[] bytes = {1, 2};
        int[] shape = {2};
        Tensor tensor = Tensor.ofUnsignedBytes(bytes, shape);
        bytes[0] = 9;
        shape[0] = 9;
        tensor.shape()[0] = 9;
        assertArrayEquals(new int[] {1, 2}, tensor.toInts());
        assertArrayEquals(new int[] {2}, tensor.shape());
        assertTrue(tensor.bytes().isReadOnly());
    }

    @Test
    void shapeMustFitTheValues() {
        assertThrows(IllegalArgumentException.class, () -> Tensor.ofFloats(new float[3], 2, 2));
        assertThrows(IllegalArgumentException.class, () -> Tensor.ofFloats(new float[0], -1, 0));
        assertThrows(IllegalArgumentException.class, () -> Tensor.ofFloats(new float[0], 65536, 65536));
        assertEquals(1, Tensor.ofFloats(new float[1]).elements());
    }

    @Test
    void refusesToReadOneKindAsAnother() {
        assertThrows(
                IllegalArgumentException.class,
                () -> Tensor.ofInts(new int[1], 1).toFloats());
        assertThrows(
                IllegalArgumentException.class,
                () -> Tensor.ofFloats(new float[1], 1).toInts());
        assertThrows(
                IllegalArgumentException.class,
                () -> Tensor.ofLongs(new long[1], 1).toInts());
        assertThrows(IllegalArgumentException.class, () -> Tensor.ofUnsignedShorts(new int[] {65536}, 1));
        assertArrayEquals(new long[] {-1}, Tensor.ofInts(new int[] {-1}, 1).toLongs());
    }

    @Test
    void halfFloatsRoundToNearest() {
        // 1 + 2^-11 lies half way between two F16 values and goes to the even one
        assertArrayEquals(
                new float[] {1f, 1.0009766f},
                Tensor.ofHalfFloats(new float[] {1.00048828125f, 1.0009f}, 2).toFloats());
    }
}
