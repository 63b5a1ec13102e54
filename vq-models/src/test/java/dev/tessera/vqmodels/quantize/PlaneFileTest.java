package dev.tessera.vqmodels.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.nn.Network;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One file of planes and what is cut of it. */
class PlaneFileTest {
    private static TokenizerQuantizer quantizer(Calibration calibration) {
        return TokenizerQuantizer.vectors(WeightFormat.PLANES, WeightMethod.BITSTACK, calibration, 1);
    }

    private static double error(QuantizedTokenizer made) {
        return made.layers().stream()
                .flatMap(layer -> layer.noise().stream())
                .mapToDouble(noise -> noise.error() / noise.signal())
                .sum();
    }

    @Test
    void everyBudgetIsKeptAndMoreBytesMeanLessError() throws CorruptModelException {
        TokenizerQuantizer quantizer = quantizer(TokenizerQuantizerTest.calibration());
        QuantizedTokenizer whole = quantizer.quantize(TokenizerQuantizerTest.MODEL);
        IllegalArgumentException tooSmall =
                assertThrows(IllegalArgumentException.class, () -> PlaneFile.cut(whole.model(), 1000));
        long least = Long.parseLong(tooSmall.getMessage().replaceAll(".*at least ", ""));
        long most = whole.model().sizeBytes();
        double last = Double.POSITIVE_INFINITY;
        for (int i = 0; i <= 5; i++) {
            long budget = least + (most - least) * i / 5;
            QuantizedTokenizer made = quantizer.quantize(TokenizerQuantizerTest.MODEL, budget);
            assertTrue(made.model().sizeBytes() <= budget, made.model() + " of " + budget);
            assertTrue(made.model().sizeBytes() > budget - 3000, made.model() + " of " + budget);
            assertTrue(error(made) < last, error(made) + " after " + last);
            last = error(made);
            assertEquals(PlaneFile.cut(whole.model(), budget).model(), made.model(), "of the file as of the model");
            ModelFile twice = PlaneFile.cut(
                            PlaneFile.cut(whole.model(), (budget + most) / 2).model(), budget)
                    .model();
            assertEquals(made.model(), twice, "what is cut can be cut");
            Network.read(made.model(), "encoder");
            Network.read(made.model(), "decoder");
        }
        assertEquals(error(whole), last);
        assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(TokenizerQuantizerTest.MODEL, least - 1));
        assertThrows(IllegalArgumentException.class, () -> PlaneFile.cut(TokenizerQuantizerTest.MODEL, most));
    }

    @Test
    void rotatedPlanesAreCutToo() throws CorruptModelException {
        TokenizerQuantizer quantizer =
                quantizer(TokenizerQuantizerTest.calibration()).rotated();
        QuantizedTokenizer whole = quantizer.quantize(TokenizerQuantizerTest.MODEL);
        assertTrue(whole.layers().stream().anyMatch(QuantizedLayer::rotated));
        long budget = whole.model().sizeBytes() * 4 / 5;
        QuantizedTokenizer made = quantizer.quantize(TokenizerQuantizerTest.MODEL, budget);
        QuantizedTokenizer cut = PlaneFile.cut(whole.model(), budget);
        assertEquals(made.model(), cut.model());
        assertTrue(made.model().sizeBytes() <= budget);
        for (QuantizedLayer layer : cut.layers()) {
            QuantizedLayer same = made.layers().stream()
                    .filter(other -> other.name().equals(layer.name()))
                    .findFirst()
                    .orElseThrow();
            assertEquals(same.rotated(), layer.rotated());
        }
        Network.read(made.model(), "encoder");
    }

    @Test
    void damagedOrdersAreRefused() throws CorruptModelException {
        ModelFile whole = quantizer(new Calibration(1))
                .quantize(TokenizerQuantizerTest.MODEL)
                .model();
        String key = "encoder.2.weight.plane_order";
        int[] good = whole.config().integers(key);
        int[] twice = good.clone();
        twice[1] = twice[0];
        int[] falling = good.clone();
        falling[good.length - 1] = good[good.length - 2] - 1;
        int[] late = good.clone();
        late[0] = 7;
        int[] beyond = good.clone();
        beyond[good.length - 1] = 10_000;
        for (int[] bad : List.of(twice, falling, late, beyond, new int[0], new int[] {-1})) {
            ModelFile.Builder builder = ModelFile.builder();
            for (String name : whole.tensorNames()) {
                builder.tensor(name, whole.tensor(name));
            }
            ModelFile damaged = builder.config(whole.config().with(key, bad)).build();
            assertThrows(CorruptModelException.class, () -> PlaneFile.cut(damaged, whole.sizeBytes()));
        }
    }

    /** Of two layers the second gains most at once, but its second plane gains nothing before the third. */
    @Test
    void planesComeByWhatTheyGainForAByte() {
        List<int[]> places = PlaneOrder.of(new long[] {10, 20}, new double[][] {{1, 0.5, 0.4}, {2, 2, 0.2}});
        assertArrayEquals(new int[] {0, 2, 5}, places.get(0)); // 0.05 a byte, then 0.045 for two planes, then 0.01
        assertArrayEquals(new int[] {1, 3, 4}, places.get(1));
        assertArrayEquals(new int[] {2, 1}, PlaneOrder.counts(places, 3));
    }
}
