package dev.tessera.codecs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AdaptivePiecesTest {
    private static double cost(int bit, int probabilityOfOne) {
        return -Math.log((bit == 1 ? probabilityOfOne : 65536 - probabilityOfOne) / 65536.0) / Math.log(2);
    }

    @Property(tries = 100)
    void bitsComeBack(@ForAll long seed, @ForAll @IntRange(min = 1, max = 10) int fast) {
        Random random = new Random(seed);
        int slow = fast + random.nextInt(11 - fast);
        int[] bits = random.ints(500, 0, 10).map(v -> v == 0 ? 1 : 0).toArray();
        RangeEncoder encoder = new RangeEncoder();
        AdaptiveBit model = new AdaptiveBit(fast, slow);
        for (int bit : bits) {
            model.encode(encoder, bit);
        }
        RangeDecoder decoder = new RangeDecoder(encoder.finish());
        AdaptiveBit again = new AdaptiveBit(fast, slow);
        for (int bit : bits) {
            assertEquals(bit, again.decode(decoder));
        }
    }

    @Test
    void anAdaptiveBitFindsTheProbabilityAndFollowsIt() {
        AdaptiveBit bit = new AdaptiveBit(6, 9);
        Random random = new Random(1);
        double bits = 0;
        int n = 100_000;
        for (int i = 0; i < n; i++) {
            int b = random.nextInt(20) == 0 ? 1 : 0;
            bits += cost(b, bit.probability());
            bit.update(b);
        }
        double entropy = n * (0.05 * Math.log(20) + 0.95 * Math.log(1 / 0.95)) / Math.log(2);
        assertTrue(bits < entropy * 1.02, bits + " bits, entropy " + entropy);
        AdaptiveBit certain = new AdaptiveBit();
        for (int i = 0; i < 3000; i++) {
            certain.update(1);
        }
        assertTrue(certain.probability() > 65500, "p = " + certain.probability());
        for (int i = 0; i < 3000; i++) {
            certain.update(0);
        }
        assertTrue(certain.probability() < 36, "p = " + certain.probability());
    }

    /** The oracle is the mixer of the paper in double precision. */
    @Test
    void theMixerDoesWhatThePaperSays() {
        int n = 50_000;
        Random random = new Random(2);
        LogisticMixer mixer = new LogisticMixer(3, 2);
        double[][] weights = {{1 / 3.0, 1 / 3.0, 1 / 3.0, 0}, {1 / 3.0, 1 / 3.0, 1 / 3.0, 0}};
        double bits = 0;
        double exact = 0;
        double best = 0;
        for (int i = 0; i < n; i++) {
            int set = i & 1;
            double truth = 0.02 + 0.96 * random.nextDouble();
            int bit = random.nextDouble() < truth ? 1 : 0;
            int[] p = new int[3];
            // set 0: the first input knows; set 1: the second knows, too modestly; the third is noise
            p[set] = set == 0 ? (int) (65536 * truth) : (int) (65536 / (1 + Math.sqrt((1 - truth) / truth)));
            p[1 - set] = 3000 + random.nextInt(60000); // the integers know no probability below 1/4096
            p[2] = 3000 + random.nextInt(60000);
            double[] x = new double[4];
            double dot = 0;
            for (int k = 0; k < 3; k++) {
                mixer.input(k, p[k]);
                x[k] = Math.log(p[k] / (65536.0 - p[k]));
            }
            x[3] = 1;
            for (int k = 0; k < 4; k++) {
                dot += weights[set][k] * x[k];
            }
            double q = 1 / (1 + Math.exp(-dot));
            int mixed = mixer.mix(set);
            assertEquals(q, mixed / 65536.0, 0.02);
            bits += cost(bit, mixed);
            exact -= Math.log(bit == 1 ? q : 1 - q) / Math.log(2);
            best -= Math.log(bit == 1 ? truth : 1 - truth) / Math.log(2);
            mixer.update(bit);
            for (int k = 0; k < 4; k++) {
                // units: 256 x 65536 x rate / 2^20 of 65536
                weights[set][k] += x[k] * (bit - q) * 256 * 20 / (1 << 20);
            }
        }
        assertEquals(exact, bits, 0.002 * exact);
        assertTrue(bits < 1.02 * best, bits + " bits, the truth costs " + best);
    }

    @Property(tries = 100)
    void openAlphabetsComeBack(@ForAll long seed, @ForAll @IntRange(min = 0, max = 31) int shift) throws Exception {
        Random random = new Random(seed);
        int[] values = random.ints(400, 0, Integer.MAX_VALUE)
                .map(v -> v >>> shift >>> random.nextInt(4))
                .toArray();
        RangeEncoder encoder = new RangeEncoder();
        OpenAlphabetModel model = new OpenAlphabetModel();
        Set<Integer> distinct = new HashSet<>();
        for (int v : values) {
            model.encode(encoder, v);
            distinct.add(v);
        }
        assertEquals(distinct.size(), model.known());
        RangeDecoder decoder = new RangeDecoder(encoder.finish());
        OpenAlphabetModel again = new OpenAlphabetModel();
        for (int v : values) {
            assertEquals(v, again.decode(decoder));
        }
    }

    @Test
    void anOpenAlphabetCostsItsEntropyAndSurvivesHalving() throws Exception {
        int n = 200_000;
        int[] symbols = CoderSupport.draw(3, n, 500, s -> 1 / (s + 1.0));
        double entropy = 0;
        for (long c : CoderSupport.counts(symbols, 500)) {
            entropy -= c == 0 ? 0 : c * Math.log((double) c / n) / Math.log(2);
        }
        RangeEncoder encoder = new RangeEncoder();
        OpenAlphabetModel model = new OpenAlphabetModel();
        for (int s : symbols) {
            model.encode(encoder, s * 4_000_037);
        }
        byte[] stream = encoder.finish();
        double bits = 8.0 * stream.length;
        assertTrue(bits < entropy * 1.02, bits + " bits, entropy " + entropy);
        RangeDecoder decoder = new RangeDecoder(stream);
        OpenAlphabetModel again = new OpenAlphabetModel();
        for (int s : symbols) {
            assertEquals(s * 4_000_037, again.decode(decoder));
        }
    }

    @Test
    void goldenEscapes() throws Exception {
        RangeEncoder encoder = new RangeEncoder();
        OpenAlphabetModel model = new OpenAlphabetModel();
        for (int i = 0; i < 200; i++) {
            model.encode(encoder, (i % 11) * (i % 7) * 1000 + i % 2);
        }
        CoderSupport.assertGolden("escape.bin", encoder.finish());
    }

    @Test
    void damagedEscapesAreRefusedOrOtherValues() {
        RangeEncoder encoder = new RangeEncoder();
        OpenAlphabetModel model = new OpenAlphabetModel();
        for (int i = 0; i < 200; i++) {
            model.encode(encoder, i * i % 101);
        }
        byte[] stream = encoder.finish();
        SplittableRandom random = new SplittableRandom(1);
        int refused = 0;
        for (int t = 0; t < 3000; t++) {
            RangeDecoder decoder = new RangeDecoder(CoderSupport.damage(stream, random));
            OpenAlphabetModel again = new OpenAlphabetModel();
            try {
                for (int i = 0; i < 200; i++) {
                    assertTrue(again.decode(decoder) >= 0);
                }
            } catch (CorruptBitstreamException e) {
                refused++;
            }
        }
        assertTrue(refused > 0);
    }

    @Test
    void fewKnownValuesAreNotEscapedTwice() {
        // a stream that escapes 0 twice: after one value the escape has half of the total
        RangeEncoder encoder = new RangeEncoder();
        encoder.encodeBit(0, new AdaptiveBit().probability());
        encoder.encode(1, 1, 2);
        AdaptiveBit learnt = new AdaptiveBit();
        learnt.update(0);
        encoder.encodeBit(0, learnt.probability());
        encoder.encodeUniform(0, 1);
        RangeDecoder decoder = new RangeDecoder(encoder.finish());
        OpenAlphabetModel model = new OpenAlphabetModel();
        assertThrows(CorruptBitstreamException.class, () -> {
            assertEquals(0, model.decode(decoder));
            model.decode(decoder);
        });
    }

    @Test
    void badArgumentsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new AdaptiveBit(0, 5));
        assertThrows(IllegalArgumentException.class, () -> new AdaptiveBit(5, 4));
        assertThrows(IllegalArgumentException.class, () -> new AdaptiveBit(5, 11));
        assertThrows(IllegalArgumentException.class, () -> new LogisticMixer(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new LogisticMixer(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new LogisticMixer(2, 3).mix(3));
        assertThrows(IllegalArgumentException.class, () -> new LogisticMixer(2, 3).input(2, 5));
        OpenAlphabetModel model = new OpenAlphabetModel();
        assertThrows(IllegalArgumentException.class, () -> model.encode(new RangeEncoder(), -1));
        assertThrows(IllegalArgumentException.class, () -> model.encode(new RangeEncoder(), Integer.MAX_VALUE));
    }
}
