package dev.tessera.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.dataset.NpyWriter;
import dev.tessera.codecs.tensor.FloatTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureFilesTest {
    @TempDir
    private Path folder;

    private static byte[] npy(NpyType type, float[] values, long... shape) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (NpyWriter writer = new NpyWriter(out, type, shape)) {
            writer.writeFloats(values);
        }
        return out.toByteArray();
    }

    /** The file by hand: version 1.0, its header padded to 64 bytes. */
    private static byte[] npy(String descr, String shape, ByteBuffer data) {
        String header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
        String padded = header + " ".repeat(117 - header.length()) + "\n";
        return ByteBuffer.allocate(128 + data.capacity())
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0})
                .put(padded.getBytes(StandardCharsets.US_ASCII))
                .put(data.array())
                .array();
    }

    @Test
    void singleAndDoublePrecisionAreRead() throws IOException {
        FloatTensor single = FeatureFiles.read(npy(NpyType.F4, new float[] {1, 2, 3, 4, 5, 6}, 2, 3), 6);
        assertEquals(List.of(2, 3), single.geometry().shape());
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, single.values());
        ByteBuffer doubles = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        doubles.putDouble(0.1).putDouble(-2);
        FloatTensor rounded = FeatureFiles.read(npy("<f8", "1, 2", doubles), 2);
        assertArrayEquals(new float[] {0.1f, -2}, rounded.values());
        Path file = Files.write(folder.resolve("a.npy"), npy(NpyType.F4, new float[6], 2, 3));
        assertEquals(3, FeatureFiles.channels(file));
        assertEquals(6, FeatureFiles.read(file, 3).length);
        IOException e = assertThrows(IOException.class, () -> FeatureFiles.read(file, 4));
        assertTrue(e.getMessage().endsWith("has 3 channels, must have 4"), e.getMessage());
    }

    @Test
    void whatIsNoSeriesIsRefusedByName() throws IOException {
        ByteBuffer large = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(1e300);
        refused(npy("<f8", "1, 1", large), "frame 0 has the value Infinity in channel 0");
        refused(npy(NpyType.F4, new float[] {1, Float.NaN}, 2, 1), "frame 1 has the value NaN in channel 0");
        refused(npy(NpyType.F4, new float[6], 6), "[6]");
        refused(npy(NpyType.F4, new float[6], 1, 2, 3), "[1, 2, 3]");
        refused(npy(NpyType.F4, new float[0], 6, 0), "[6, 0]");
        refused(npy(NpyType.F4, new float[12], 6, 2), "limit of 10");
        refused(npy("<i4", "1, 1", ByteBuffer.allocate(4)), "type I4");
        refused(npy("<f4", "999999999999, 80", ByteBuffer.allocate(4)), "must have");
        refused(npy("<f4", "0, 99999999999", ByteBuffer.allocate(0)), "a series is");
    }

    private static void refused(byte[] file, String why) {
        CorruptBitstreamException e = assertThrows(CorruptBitstreamException.class, () -> FeatureFiles.read(file, 10));
        assertTrue(e.getMessage().contains(why), e.getMessage());
    }

    @Test
    void damagedFilesAreSeriesOrRefused() throws IOException {
        byte[] file = npy(NpyType.F4, TestSeries.series(20, 1).values(), 20, 5);
        for (int cut = 0; cut < file.length; cut++) {
            byte[] part = Arrays.copyOf(file, cut);
            assertThrows(IOException.class, () -> FeatureFiles.read(part, 1000));
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = file.clone();
            int bit = random.nextInt(8 * (i % 2 == 0 ? 128 : file.length));
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertNotNull(FeatureFiles.read(damaged, 1000));
            } catch (IOException e) {
                assertNotNull(e.getMessage());
            }
        }
    }
}
