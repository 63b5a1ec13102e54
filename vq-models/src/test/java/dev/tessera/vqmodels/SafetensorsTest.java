package dev.tessera.vqmodels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    /** A file of {@code json} and {@code dataBytes} zero bytes. */
    private static byte[] file(String json, int dataBytes) {
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + header.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }

    private static Safetensors sample() {
        return new Safetensors(
                Map.of(
                        "b", Tensor.ofFloats(new float[] {1, -2, 3.5f, 0, 4, 5}, 2, 3),
                        "a", Tensor.ofUnsignedBytes(new byte[] {1, 2, -1}, 3),
                        "long", Tensor.ofLongs(new long[] {Long.MIN_VALUE}, 1),
                        "half", Tensor.ofHalfFloats(new float[] {0.5f, 65504}, 2),
                        "u16", Tensor.ofUnsignedShorts(new int[] {0, 65535}, 2),
                        "scalar", Tensor.ofInts(new int[] {-7}),
                        "empty", Tensor.ofFloats(new float[0], 0, 4)),
                Map.of("config", "{}", "who", "über"));
    }

    @Test
    void readsWhatItWrote() throws CorruptModelException {
        Safetensors read = Safetensors.read(sample().write());
        assertEquals(sample().tensors(), read.tensors());
        assertEquals(sample().metadata(), read.metadata());
        assertArrayEquals(
                new float[] {1, -2, 3.5f, 0, 4, 5}, read.tensors().get("b").toFloats());
        assertArrayEquals(new int[] {1, 2, 255}, read.tensors().get("a").toInts());
        assertArrayEquals(new int[] {0, 65535}, read.tensors().get("u16").toInts());
        assertArrayEquals(new float[] {0.5f, 65504}, read.tensors().get("half").toFloats());
        assertArrayEquals(
                new long[] {Long.MIN_VALUE}, read.tensors().get("long").toLongs());
    }

    @Test
    void everyTensorIsAlignedToItsElements() throws CorruptModelException {
        byte[] file = sample().write();
        long headerBytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        assertEquals(0, headerBytes % 8);
        String header = new String(file, 8, (int) headerBytes, StandardCharsets.UTF_8);
        assertTrue(header.contains("\"long\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}"), header);
        assertTrue(header.contains("\"b\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]}"), header);
        assertTrue(header.contains("\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[44,47]}"), header);
    }

    @Test
    void readsBfloat16() throws CorruptModelException {
        byte[] file = file("{\"t\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[0,2]}}", 2);
        file[file.length - 2] = (byte) 0xC0;
        file[file.length - 1] = (byte) 0xBF; // 0xBFC0 = -1.5
        assertArrayEquals(
                new float[] {-1.5f}, Safetensors.read(file).tensors().get("t").toFloats());
    }

    @Test
    void headerMayBePaddedWithSpaces() throws CorruptModelException {
        assertEquals(Map.of(), Safetensors.read(file("{}      ", 0)).tensors());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", // hole in front
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", // hole behind
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", // beyond the end
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[12,0]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,12]}}", // length and shape disagree
                "{\"t\":{\"dtype\":\"F33\",\"shape\":[3],\"data_offsets\":[0,12]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[-3],\"data_offsets\":[0,12]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[3.0],\"data_offsets\":[0,12]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":3,\"data_offsets\":[0,12]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12,13]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,12]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,0],\"data_offsets\":[0,12]}}",
                "{\"t\":{\"dtype\":\"U8\",\"shape\":[2147483647,2147483647,2147483647],\"data_offsets\":[0,12]}}",
                "{\"t\":{\"shape\":[3],\"data_offsets\":[0,12]}}",
                "{\"t\":[]}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]},"
                        + "\"t\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}", // duplicate
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"u\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", // overlap
                "{\"__metadata__\":{\"k\":1},\"t\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}",
                "{\"__metadata__\":\"x\",\"t\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}} {}",
                "{\"t\":",
                "[1,2]"
            })
    void refusesHeadersThatLie(String json) {
        assertThrows(CorruptModelException.class, () -> Safetensors.read(file(json, 12)));
    }

    @Test
    void refusesDeepNesting() {
        String json = "{\"t\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThrows(CorruptModelException.class, () -> Safetensors.read(file(json, 0)));
    }

    @Test
    void refusesHeaderLengthsAboveTheFile() {
        for (long length : new long[] {0, 1, 3, 1L << 20, 1L << 40, Long.MAX_VALUE, -1}) {
            byte[] bytes = ByteBuffer.allocate(10)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length)
                    .put((byte) '{')
                    .put((byte) '}')
                    .array();
            assertThrows(CorruptModelException.class, () -> Safetensors.read(bytes), "length " + length);
        }
    }

    @Test
    void truncationAtEveryByteIsRefused() {
        byte[] file = sample().write();
        for (int n = 0; n < file.length; n++) {
            byte[] cut = Arrays.copyOf(file, n);
            assertThrows(CorruptModelException.class, () -> Safetensors.read(cut), "cut to " + n);
        }
    }

    @Test
    void damagedFilesAreReadOrRefusedButNothingElse() {
        byte[] file = sample().write();
        int refused = 0;
        for (int bit = 0; bit < 8 * file.length; bit++) {
            byte[] damaged = file.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            refused += refused(damaged);
        }
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = file.clone();
            for (int n = random.nextInt(1, 6); n > 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            refused += refused(damaged);
        }
        assertTrue(refused > 10_000, "refused " + refused); // most bytes of this file are header
    }

    private static int refused(byte[] file) {
        try {
            Safetensors.read(file);
            return 0;
        } catch (CorruptModelException e) {
            return 1;
        }
    }
}
