package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.image.transform.DetailNetwork.Layer;
import dev.tessera.image.transform.LumaRefiner.Kind;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.training.PlaneRefinement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DetailNetworkTest {
    private static final int MOST = 255 << SamplePlane.UNIT_BITS;

    private static int[] noise(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return random.ints(count, 0, MOST + 1).toArray();
    }

    /** The same in longs, a sample at a time, without tiles; sizes around one and two tiles. */
    @ParameterizedTest
    @CsvSource({"HALF, 1, 1", "HALF, 7, 3", "QUARTER, 64, 5", "HALF, 65, 64", "QUARTER, 70, 131"})
    void equalsAPlainSumOfProducts(Kind kind, int width, int height) throws CorruptModelException {
        DetailNetwork network = TestRefiners.network(3);
        int stride = width + 2;
        int[] plane = noise(stride * height, width);
        int step = 33;
        List<Layer> layers = layers(network, kind);
        int margin = layers.size();
        long[][] values = new long[2][];
        int w = width + 2 * margin;
        int h = height + 2 * margin;
        values[0] = new long[w * h];
        values[1] = new long[w * h];
        for (int i = 0; i < w * h; i++) {
            int x = Math.clamp(i % w - margin, 0, width - 1);
            int y = Math.clamp(i / w - margin, 0, height - 1);
            values[0][i] = plane[y * stride + x] - DetailNetwork.MIDDLE;
            values[1][i] = DetailNetwork.inputOfStep(kind, step);
        }
        for (int l = 0; l < layers.size(); l++) {
            Layer layer = layers.get(l);
            long[][] next = new long[layer.out()][(w - 2) * (h - 2)];
            for (int o = 0; o < layer.out(); o++) {
                for (int i = 0; i < next[o].length; i++) {
                    long sum = layer.bias()[o];
                    for (int k = 0; k < layer.in() * 9; k++) {
                        int x = i % (w - 2) + k % 3;
                        int y = i / (w - 2) + k / 3 % 3;
                        sum += layer.weights()[o * layer.in() * 9 + k] * values[k / 9][y * w + x];
                    }
                    long shifted = Math.floorDiv(sum + (1L << layer.shift() - 1), 1L << layer.shift());
                    next[o][i] = l == layers.size() - 1 ? shifted : Math.clamp(shifted, 0, DetailNetwork.MOST);
                }
            }
            values = next;
            w -= 2;
            h -= 2;
        }
        int[] expected = Resampling.doubled(plane, stride, width, height);
        for (int i = 0; i < expected.length; i++) {
            int x = i % (2 * width);
            int y = i / (2 * width);
            long residue = values[y % 2 * 2 + x % 2][y / 2 * width + x / 2];
            expected[i] = (int) Math.clamp(expected[i] + residue, 0, MOST);
        }
        int[] got = network.apply(kind, plane, stride, width, height, step);
        assertArrayEquals(expected, got);
        if (width > 6) {
            assertNotEquals(Arrays.hashCode(Resampling.doubled(plane, stride, width, height)), Arrays.hashCode(got));
        }
    }

    /** What was stored, read by another reader. */
    private static List<Layer> layers(DetailNetwork network, Kind kind) {
        java.nio.ByteBuffer in = java.nio.ByteBuffer.wrap(network.toBytes());
        List<Layer> layers = new ArrayList<>();
        for (int k = 0; k <= DetailNetwork.KINDS.indexOf(kind); k++) {
            layers.clear();
            int count = in.get();
            for (int l = 0; l < count; l++) {
                int inputs = in.getShort();
                int outputs = in.getShort();
                int shift = in.get();
                short[] weights = new short[outputs * inputs * 9];
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = in.getShort();
                }
                int[] bias = new int[outputs];
                for (int i = 0; i < outputs; i++) {
                    bias[i] = in.getInt();
                }
                layers.add(new Layer(inputs, outputs, weights, bias, shift));
            }
        }
        return layers;
    }

    @Test
    void bytesAreReadBackAndDamageIsNamed() throws CorruptModelException {
        byte[] bytes = TestRefiners.network(3).toBytes();
        assertArrayEquals(bytes, DetailNetwork.ofBytes(bytes).toBytes());
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(CorruptModelException.class, () -> DetailNetwork.ofBytes(cut), "of " + length + " bytes");
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertTrue(assertThrows(CorruptModelException.class, () -> DetailNetwork.ofBytes(longer))
                .getMessage()
                .contains("1 bytes are left"));
        SplittableRandom random = new SplittableRandom(4);
        int read = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(bytes.length)] = (byte) random.nextInt();
            try {
                DetailNetwork.ofBytes(damaged);
                read++;
            } catch (CorruptModelException e) {
                assertTrue(e.getMessage().startsWith("the network of details"), e.getMessage());
            }
        }
        assertTrue(read > 0 && read < 2000, "of 2000 damaged networks " + read + " were read");
    }

    @Test
    void sumsThatCouldBeRoundedAreRefused() {
        short[] weights = new short[4 * 2 * 9];
        Arrays.fill(weights, (short) 400); // 18 of 400 * 2040 are 14.7 million
        Layer fits = new Layer(2, 4, weights, new int[4], 10);
        new DetailNetwork(List.of(List.of(fits), List.of(fits)));
        int[] bias = {0, 0, 0, 3_000_000};
        Layer large = new Layer(2, 4, weights, bias, 10);
        assertTrue(assertThrows(
                        IllegalArgumentException.class, () -> new DetailNetwork(List.of(List.of(fits), List.of(large))))
                .getMessage()
                .contains("output 3 of a layer can reach 17688000, must stay below 16777216"));
        assertThrows(IllegalArgumentException.class, () -> new DetailNetwork(List.of(List.of(fits))));
        assertThrows(IllegalArgumentException.class, () -> new DetailNetwork(List.of(List.of(fits), List.of())));
        Layer narrow = new Layer(2, 3, new short[54], new int[3], 10);
        assertThrows(IllegalArgumentException.class, () -> new DetailNetwork(List.of(List.of(fits), List.of(narrow))));
    }

    /** A network of floats and what becomes of it differ by a level at most. */
    @Test
    void trainedNetworksKeepTheirOutputs() {
        SplittableRandom random = new SplittableRandom(8);
        List<PlaneRefinement.Layer> trained =
                List.of(layer(random, 2, 12), layer(random, 12, 12), layer(random, 12, 4));
        DetailNetwork network = DetailNetwork.of(List.of(trained, trained));
        int side = 20;
        int[] plane = noise(side * side, 2);
        PlaneRefinement.Pair pair = DetailNetwork.pair(
                Kind.HALF, plane, side, side, side, 30, new int[4 * side * side], 2 * side, trained.size());
        double[][] values = new double[2][];
        int w = side + 6;
        for (int c = 0; c < 2; c++) {
            values[c] = new double[w * w];
            for (int i = 0; i < w * w; i++) {
                values[c][i] = pair.in()[c * w * w + i] / (double) PlaneRefinement.UNIT;
            }
        }
        for (PlaneRefinement.Layer layer : trained) {
            double[][] next = new double[layer.out()][(w - 2) * (w - 2)];
            for (int o = 0; o < layer.out(); o++) {
                for (int i = 0; i < next[o].length; i++) {
                    double sum = layer.bias()[o];
                    for (int k = 0; k < layer.in() * 9; k++) {
                        int at = (i / (w - 2) + k / 3 % 3) * w + i % (w - 2) + k % 3;
                        sum += layer.weights()[o * layer.in() * 9 + k] * values[k / 9][at];
                    }
                    next[o][i] = layer.out() == 4 ? sum : Math.clamp(sum, 0, 1);
                }
            }
            values = next;
            w -= 2;
        }
        int[] got = network.apply(Kind.HALF, plane, side, side, side, 30);
        double largest = 0;
        for (int i = 0; i < got.length; i++) {
            int x = i % (2 * side);
            int y = i / (2 * side);
            double residue = PlaneRefinement.UNIT * values[y % 2 * 2 + x % 2][y / 2 * side + x / 2];
            assertEquals(Math.clamp(pair.base()[i] + residue, 0, MOST), got[i], 16, "sample " + i);
            largest = Math.max(largest, Math.abs(residue));
        }
        assertTrue(largest > 160, "the largest residue is " + largest);
    }

    private static PlaneRefinement.Layer layer(SplittableRandom random, int in, int out) {
        float[] weights = new float[out * in * 9];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) ((random.nextDouble() - .5) * 2 / Math.sqrt(in * 9));
        }
        float[] bias = new float[out];
        for (int i = 0; i < out; i++) {
            bias[i] = (float) (random.nextDouble() - .4) * .2f;
        }
        return new PlaneRefinement.Layer(in, out, weights, bias);
    }
}
