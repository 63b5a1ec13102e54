package dev.tessera.codecs.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ResidualModelTest {
    private static ResidualModel model() {
        return new ResidualModel(2, 3, 4, 33, true);
    }

    @Test
    void everySizeOfIntegerAndEscapesComeBackAtTheCostThatWasSaid() {
        SplittableRandom random = new SplittableRandom(1);
        long[] values = new long[5000];
        for (int i = 0; i < values.length; i++) {
            long magnitude = random.nextLong() >>> 31 + random.nextInt(33);
            values[i] = i % 97 == 0 ? ResidualModel.ESCAPE : i % 2 == 0 ? magnitude : -magnitude;
        }
        values[0] = (1L << 33) - 1;
        values[1] = -values[0];
        RangeEncoder encoder = new RangeEncoder();
        BitCoder writing = new BitCoder.Writing(encoder);
        ResidualModel model = model();
        double cost = 0;
        for (int i = 0; i < values.length; i++) {
            cost += model.cost(values[i], i % 2, i % 3, i % 4);
            assertEquals(values[i], model.code(writing, values[i], i % 2, i % 3, i % 4));
        }
        byte[] bytes = encoder.finish();
        assertEquals(cost / AdaptiveBits.BIT / 8, bytes.length, 0.002 * bytes.length + 8);

        BitCoder reading = new BitCoder.Reading(new RangeDecoder(bytes));
        ResidualModel second = model();
        for (int i = 0; i < values.length; i++) {
            assertEquals(values[i], second.code(reading, 0, i % 2, i % 3, i % 4), "at " + i);
        }
    }

    @Test
    void smallAlphabetsCostAboutTheirEntropy() {
        SplittableRandom random = new SplittableRandom(2);
        RangeEncoder encoder = new RangeEncoder();
        ResidualModel model = new ResidualModel(1, 1, 1, 27, true);
        int n = 40_000;
        for (int i = 0;
                i < n;
                i++) { // 0 with 1/2, then 1, -1 with 1/8, 2..3 and 4..7 of either sign share the rest evenly
            int draw = random.nextInt(16);
            int value = draw < 8 ? 0 : draw < 10 ? 1 : draw < 12 ? -1 : (draw & 1) * 2 - 1;
            value *= draw < 12 ? 1 : draw < 14 ? 2 + random.nextInt(2) : 4 + random.nextInt(4);
            model.code(new BitCoder.Writing(encoder), value, 0, 0, 0);
        }
        double entropy = 0.5 + 2 * 3 / 8.0 + (3 + 2) / 8.0 + (3 + 3) / 8.0;
        double bits = 8.0 * encoder.finish().length / n;
        assertTrue(bits > 0.99 * entropy && bits < 1.02 * entropy, bits + " bits, the entropy is " + entropy);
    }
}
