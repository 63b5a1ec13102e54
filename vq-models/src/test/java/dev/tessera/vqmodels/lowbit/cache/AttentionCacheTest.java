package dev.tessera.vqmodels.lowbit.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.learn.KMeans;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AttentionCacheTest {
    private static final int KEY = 16;
    private static final int VALUE = 12;
    private static final int TOKENS = 203;

    /** Keys as attention has them: two channels are large in every token. */
    private static float[][] keys(int count, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] keys = new float[count][KEY];
        for (float[] key : keys) {
            for (int d = 0; d < KEY; d++) {
                key[d] = (float) (random.nextGaussian() + (d == 3 ? 12 : d == 7 ? -9 : 0));
            }
        }
        return keys;
    }

    private static float[][] values(int count, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] values = new float[count][VALUE];
        for (float[] value : values) {
            double size = Math.exp(random.nextGaussian());
            for (int d = 0; d < VALUE; d++) {
                value[d] = (float) (size * random.nextGaussian());
            }
        }
        return values;
    }

    private static void fill(AttentionCache cache, int count) {
        float[][] keys = keys(count, 1);
        float[][] values = values(count, 2);
        for (int t = 0; t < count; t++) {
            cache.append(keys[t], values[t]);
        }
    }

    private static ProductQuantizer product(float[][] vectors, int dim, int subspaces) {
        int width = dim / subspaces;
        List<dev.tessera.codebook.Codebook> codebooks = new ArrayList<>();
        for (int m = 0; m < subspaces; m++) {
            float[] part = new float[vectors.length * width];
            for (int i = 0; i < vectors.length; i++) {
                System.arraycopy(vectors[i], m * width, part, i * width, width);
            }
            codebooks.add(KMeans.builder()
                    .codebookSize(64)
                    .iterations(10)
                    .seed(1)
                    .build()
                    .fit(Latents.of(vectors.length, width, part)));
        }
        return new ProductQuantizer(codebooks);
    }

    private static ProductCache productCache(int group) {
        return new ProductCache(product(keys(2000, 11), KEY, 8), product(values(2000, 12), VALUE, 6), group);
    }

    /** What the cache says of its tokens, one by one: the mixture of one token is its value. */
    private static float[][] stored(AttentionCache cache) {
        float[][] all = new float[cache.size()][];
        for (int t = 0; t < all.length; t++) {
            float[] weights = new float[all.length];
            weights[t] = 1;
            all[t] = cache.mix(weights);
        }
        return all;
    }

    @Test
    void newestTokensAreExactUntilTheirGroupIsFull() {
        for (AttentionCache cache : List.of(new GroupedCache(KEY, VALUE, 2, 32, 8), productCache(32))) {
            fill(cache, TOKENS);
            assertEquals(TOKENS, cache.size());
            assertEquals(TOKENS % 32, cache.recent());
            float[] unit = new float[KEY];
            unit[5] = 1;
            float[] scores = cache.scores(unit);
            float[][] keys = keys(TOKENS, 1);
            float[][] stored = stored(cache);
            int exact = 0;
            for (int t = 0; t < TOKENS; t++) {
                if (t >= TOKENS - cache.recent()) {
                    assertEquals(keys[t][5], scores[t]);
                    assertArrayEquals(values(TOKENS, 2)[t], stored[t]);
                } else {
                    exact += scores[t] == keys[t][5] ? 1 : 0;
                }
            }
            assertTrue(exact < TOKENS / 2, "stored tokens are quantized");
        }
    }

    /** Off by half a step of the group at most, and a little for F16. */
    @Property(tries = 20)
    void numbersAreWithinHalfAStep(
            @ForAll @IntRange(min = 1, max = 3) int log,
            @ForAll @IntRange(min = 1, max = 40) int group,
            @ForAll @IntRange(min = 1, max = 14) int valueGroup) {
        int bits = 1 << log;
        GroupedCache cache = new GroupedCache(KEY, VALUE, bits, group, valueGroup);
        fill(cache, TOKENS);
        float[][] keys = keys(TOKENS, 1);
        float[][] values = values(TOKENS, 2);
        float[][] stored = stored(cache);
        int quantized = TOKENS - cache.recent();
        for (int d = 0; d < KEY; d++) {
            float[] unit = new float[KEY];
            unit[d] = 1;
            float[] scores = cache.scores(unit);
            for (int first = 0; first < quantized; first += group) {
                double[] range = range(keys, first, first + group, d, d + 1);
                for (int t = first; t < first + group; t++) {
                    assertEquals(keys[t][d], scores[t], tolerance(range, bits));
                }
            }
        }
        for (int t = 0; t < quantized; t++) {
            for (int d = 0; d < VALUE; d++) {
                int first = d / valueGroup * valueGroup;
                double[] range = range(values, t, t + 1, first, Math.min(VALUE, first + valueGroup));
                assertEquals(values[t][d], stored[t][d], tolerance(range, bits));
            }
        }
    }

    private static double[] range(float[][] x, int from, int to, int first, int end) {
        double[] range = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (int t = from; t < to; t++) {
            for (int d = first; d < end; d++) {
                range[0] = Math.min(range[0], x[t][d]);
                range[1] = Math.max(range[1], x[t][d]);
            }
        }
        return range;
    }

    private static double tolerance(double[] range, int bits) {
        double size = Math.max(Math.abs(range[0]), Math.abs(range[1]));
        return (range[1] - range[0]) / ((1 << bits) - 1) / 2 * 1.001 + size / 1000 + 1e-6;
    }

    /** Scores and mixtures of product codes are those of the vectors that the codes stand for. */
    @Test
    void productsAreThoseOfTheCodeVectors() {
        int group = 29;
        ProductCache cache = productCache(group);
        fill(cache, 7 * group);
        ProductQuantizer keyBooks = product(keys(2000, 11), KEY, 8);
        ProductQuantizer valueBooks = product(values(2000, 12), VALUE, 6);
        float[][] keys = restored(keyBooks, keys(7 * group, 1));
        float[][] values = restored(valueBooks, values(7 * group, 2));
        SplittableRandom random = new SplittableRandom(5);
        float[] query = new float[KEY];
        for (int d = 0; d < KEY; d++) {
            query[d] = (float) random.nextGaussian();
        }
        float[] scores = cache.scores(query);
        float[] weights = new float[scores.length];
        double[] mixed = new double[VALUE];
        for (int t = 0; t < weights.length; t++) {
            double product = 0;
            for (int d = 0; d < KEY; d++) {
                product += (double) query[d] * keys[t][d];
            }
            assertEquals(product, scores[t], 1e-4);
            weights[t] = (float) random.nextDouble();
            for (int d = 0; d < VALUE; d++) {
                mixed[d] += weights[t] * values[t][d];
            }
        }
        float[] sum = cache.mix(weights);
        for (int d = 0; d < VALUE; d++) {
            assertEquals(mixed[d], sum[d], 1e-3);
        }
    }

    private static float[][] restored(ProductQuantizer quantizer, float[][] vectors) {
        int dim = quantizer.dim();
        float[] flat = new float[vectors.length * dim];
        for (int i = 0; i < vectors.length; i++) {
            System.arraycopy(vectors[i], 0, flat, i * dim, dim);
        }
        float[] back = quantizer
                .dequantize(quantizer.quantize(Latents.of(vectors.length, dim, flat), 1), vectors.length)
                .data();
        float[][] out = new float[vectors.length][];
        for (int i = 0; i < out.length; i++) {
            out[i] = java.util.Arrays.copyOfRange(back, i * dim, (i + 1) * dim);
        }
        return out;
    }

    /** Two channels are large in every token: a step for the channels of a token is coarse, one for the tokens of a channel is not. */
    @Test
    void keysByChannelAreNearerThanByToken() {
        float[][] keys = keys(192, 1);
        SplittableRandom random = new SplittableRandom(6);
        float[] query = new float[KEY];
        for (int d = 0; d < KEY; d++) {
            query[d] = (float) random.nextGaussian();
        }
        double before = 0;
        for (int bits : new int[] {8, 4, 2}) {
            GroupedCache cache = new GroupedCache(KEY, KEY, bits, 32, KEY);
            for (float[] key : keys) {
                cache.append(key, key);
            }
            float[] scores = cache.scores(query);
            float[][] byToken = stored(cache);
            double ofChannels = 0;
            double ofTokens = 0;
            for (int t = 0; t < keys.length; t++) {
                double exact = 0;
                double product = 0;
                for (int d = 0; d < KEY; d++) {
                    exact += (double) query[d] * keys[t][d];
                    product += (double) query[d] * byToken[t][d];
                }
                ofChannels += Math.pow(scores[t] - exact, 2);
                ofTokens += Math.pow(product - exact, 2);
            }
            assertTrue(ofChannels > before, bits + " bits are coarser than twice as many");
            assertTrue(ofTokens > 9 * ofChannels, bits + " bits: " + ofTokens + " against " + ofChannels);
            before = ofChannels;
        }
    }

    @Test
    void bytesAreWhatIsStored() {
        GroupedCache cache = new GroupedCache(KEY, VALUE, 2, 32, 12);
        fill(cache, 70);
        // two groups: keys 16 x (32 x 2 / 8 + 4), values 32 x (12 x 2 / 8 + 4); six tokens of floats
        assertEquals(2 * (16 * 12 + 32 * 7) + 6 * 4 * (16 + 12), cache.bytes());
        ProductCache product = productCache(32);
        fill(product, 70);
        assertEquals(64 * (8 + 6) + 6 * 4 * (16 + 12), product.bytes());
    }

    @Test
    void constantsAndRefusals() {
        GroupedCache cache = new GroupedCache(2, 1, 4, 2, 1);
        cache.append(new float[] {3, 0}, new float[] {-2});
        cache.append(new float[] {3, 0}, new float[] {-2});
        assertArrayEquals(new float[] {3, 3}, cache.scores(new float[] {1, 1}));
        assertArrayEquals(new float[] {-2}, cache.mix(new float[] {0.5f, 0.5f}));
        assertEquals(
                "key has 1 values, must have 2",
                assertThrows(IllegalArgumentException.class, () -> cache.append(new float[1], new float[1]))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> cache.append(new float[] {Float.NaN, 0}, new float[1]));
        assertThrows(IllegalArgumentException.class, () -> cache.mix(new float[1]));
        assertThrows(IllegalArgumentException.class, () -> new GroupedCache(2, 1, 3, 2, 1));
    }
}
