package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.GrainPolicy.Density;
import dev.tessera.codebook.GrainPolicy.Lagrangian;
import dev.tessera.codebook.GrainPolicy.Ratio;
import dev.tessera.codebook.GrainPolicy.Threshold;
import dev.tessera.codebook.learn.KMeans;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DynamicQuantizerTest {
    private static final Density VARIANCE = new Density.Variance();

    /** Smooth on the left, busy on the right. */
    private static Latents picture(long seed, int dim, int... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        int width = shape[shape.length - 1];
        int count = shape.length == 1 ? width : shape[0] * width;
        float[] x = new float[count * dim];
        for (int i = 0; i < x.length; i++) {
            double column = i / dim % width;
            x[i] = (float) (column / width + 2 * random.nextGaussian() * column * column / width / width);
        }
        return Latents.of(shape, dim, x);
    }

    private static VectorQuantizer codes(Latents latents, int k) {
        Latents flat = Latents.of(latents.count(), latents.dim(), latents.data());
        return new VectorQuantizer(
                KMeans.builder().codebookSize(k).iterations(5).build().fit(flat));
    }

    private static double error(Latents a, Latents b) {
        double sum = 0;
        for (int i = 0; i < a.data().length; i++) {
            sum += Math.pow((double) a.data()[i] - b.data()[i], 2);
        }
        return sum;
    }

    private static double cost(DynamicQuantizer quantizer, Latents latents, DynamicTokens tokens, double lambda) {
        return error(latents, quantizer.dequantize(tokens)) + lambda * tokens.nominalBits();
    }

    /** Tokens of a given grain map, from first principles: position lists, means and a full search. */
    private static DynamicTokens naive(Latents latents, Codebook codes, int[] sides, int[] map) {
        int[] shape = latents.shape();
        int h = shape.length == 1 ? 1 : shape[0];
        int w = shape[shape.length - 1];
        int d = latents.dim();
        List<Integer> indices = new ArrayList<>();
        int cell = 0;
        for (int y0 = 0; y0 < h; y0 += sides[0]) {
            for (int x0 = 0; x0 < w; x0 += sides[0]) {
                int side = sides[map[cell++]];
                for (int y1 = y0; y1 < Math.min(h, y0 + sides[0]); y1 += side) {
                    for (int x1 = x0; x1 < Math.min(w, x0 + sides[0]); x1 += side) {
                        double[] mean = new double[d];
                        int n = 0;
                        for (int y = y1; y < Math.min(h, y1 + side); y++) {
                            for (int x = x1; x < Math.min(w, x1 + side); x++) {
                                for (int k = 0; k < d; k++) {
                                    mean[k] += latents.data()[(y * w + x) * d + k];
                                }
                                n++;
                            }
                        }
                        indices.add(nearest(codes, mean, n));
                    }
                }
            }
        }
        return DynamicTokens.of(
                shape,
                sides,
                codes.codebookSize(),
                map,
                indices.stream().mapToInt(Integer::intValue).toArray());
    }

    private static int nearest(Codebook codes, double[] sum, int n) {
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int j = 0; j < codes.codebookSize(); j++) {
            double distance = 0;
            for (int k = 0; k < sum.length; k++) {
                distance += Math.pow(sum[k] / n - codes.get(j, k), 2);
            }
            if (distance < least) {
                least = distance;
                best = j;
            }
        }
        return best;
    }

    @Property(tries = 60)
    void tokensAreThoseOfTheNaiveQuantizer(
            @ForAll @IntRange(min = 1, max = 11) int h,
            @ForAll @IntRange(min = 1, max = 11) int w,
            @ForAll @IntRange(max = 2) int grains,
            @ForAll boolean time,
            @ForAll long seed) {
        int[][] sides = {{2, 1}, {4, 1}, {4, 2, 1}};
        Latents latents = time ? picture(seed, 3, w) : picture(seed, 3, h, w);
        VectorQuantizer codes = codes(picture(~seed, 3, 8, 8), 5); // of other data: no exact ties
        for (GrainPolicy policy : List.of(
                new Lagrangian(0.05),
                new Ratio(VARIANCE, sides[grains].length == 2 ? List.of(0.5) : List.of(0.3, 0.4)),
                new Threshold(VARIANCE, sides[grains].length == 2 ? List.of(0.2) : List.of(0.2, 0.6)))) {
            DynamicQuantizer quantizer = new DynamicQuantizer(codes, policy, sides[grains]);
            DynamicTokens tokens = quantizer.quantize(latents);
            assertEquals(naive(latents, codes.codebook(), sides[grains], tokens.grains()), tokens);
            Latents decoded = quantizer.dequantize(tokens);
            assertArrayEquals(latents.shape(), decoded.shape());
            // decoded latents are made of the code vectors: with the same map they give the same tokens again
            assertEquals(tokens, naive(decoded, codes.codebook(), sides[grains], tokens.grains()));
        }
    }

    @Test
    void aSmallGridByHand() {
        // 2x2 cells on 3 x 3 positions: full, 2x1, 1x2 and 1x1
        Latents latents = Latents.of(new int[] {3, 3}, 1, new float[] {0, 2, 9, 0, 2, 9, 4, 4, 7});
        VectorQuantizer codes = new VectorQuantizer(Codebook.of(10, 1, new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
        DynamicQuantizer quantizer = new DynamicQuantizer(codes, new Threshold(VARIANCE, List.of(2.0)), 2, 1);
        DynamicTokens coarse = quantizer.quantize(latents);
        assertArrayEquals(new int[] {1, 9, 4, 7}, coarse.indices());
        assertArrayEquals(
                new float[] {1, 1, 9, 1, 1, 9, 4, 4, 7},
                quantizer.dequantize(coarse).data());
        // four cells of one grain, adaptive: 1/2 x 2/3 x 3/4 x 4/5 = 1/5
        assertEquals(4 * Math.log(10) / Math.log(2) + Math.log(5) / Math.log(2), coarse.nominalBits(), 1e-12);

        DynamicTokens fine = new DynamicQuantizer(codes, new Threshold(VARIANCE, List.of(0.5)), 2, 1).quantize(latents);
        assertArrayEquals(new int[] {1, 0, 0, 0}, fine.grains());
        assertArrayEquals(new int[] {0, 2, 0, 2, 9, 4, 7}, fine.indices());
        assertEquals(7, fine.tokenCount());
        // 1/2 x 1/3 x 2/4 x 3/5 = 1/20
        assertEquals(7 * Math.log(10) / Math.log(2) + Math.log(20) / Math.log(2), fine.nominalBits(), 1e-12);
    }

    @Test
    void lambdaZeroIsFineAndHugeLambdaIsCoarse() {
        float[] x = picture(3, 2, 12, 10).data().clone();
        for (int row = 0; row < 2; row++) {
            Arrays.fill(x, row * 20, row * 20 + 4, 0.5f); // the first 2x2 cell is flat: coarse is as good there
        }
        Latents latents = Latents.of(new int[] {12, 10}, 2, x);
        VectorQuantizer codes = codes(latents, 64);
        int[] free = new DynamicQuantizer(codes, new Lagrangian(0), 2, 1)
                .quantize(latents)
                .grains();
        int[] expected = new int[30];
        Arrays.fill(expected, 1);
        DynamicTokens fine = naive(latents, codes.codebook(), new int[] {2, 1}, expected);
        for (int c = 0, from = 0; c < 30; c++, from += 4) {
            int first = fine.indices()[from];
            boolean flat = Arrays.stream(fine.indices(), from, from + 4).allMatch(i -> i == first);
            expected[c] = flat ? 0 : 1;
        }
        assertEquals(0, expected[0]);
        assertTrue(Arrays.stream(expected).sum() > 15);
        assertArrayEquals(expected, free);
        for (double huge : new double[] {1e9, 1e300, Double.MAX_VALUE}) {
            assertArrayEquals(
                    new int[6],
                    new DynamicQuantizer(codes, new Lagrangian(huge), 4, 2, 1)
                            .quantize(Latents.of(new int[] {6, 10}, 2, Arrays.copyOf(x, 120)))
                            .grains());
        }
    }

    @Property(tries = 40)
    void theChosenCostIsAtMostThatOfOneGrainAndCloseToTheOptimum(
            @ForAll long seed, @ForAll @IntRange(max = 8) int exponent) {
        double lambda = 0.002 * Math.pow(2, exponent);
        Latents latents = picture(seed, 2, 7, 9);
        VectorQuantizer codes = codes(latents, 8);
        int[] sides = {2, 1};
        DynamicQuantizer quantizer = new DynamicQuantizer(codes, new Lagrangian(lambda), sides);
        double chosen = cost(quantizer, latents, quantizer.quantize(latents), lambda);
        int cells = 20;
        double[] gain = new double[cells]; // of the fine grain, in error and index bits
        int[] map = new int[cells];
        double coarse = cost(quantizer, latents, naive(latents, codes.codebook(), sides, map), lambda);
        double oneFine = mapBits(cells, 1) - mapBits(cells, 0);
        for (int c = 0; c < cells; c++) {
            map[c] = 1;
            gain[c] = coarse
                    + lambda * oneFine
                    - cost(quantizer, latents, naive(latents, codes.codebook(), sides, map), lambda);
            map[c] = 0;
        }
        // for a number of fine cells the best are those that gain most: trying each number finds the optimum
        Arrays.sort(gain);
        double sum = 0;
        double optimum = coarse;
        double fine = 0;
        for (int n = 1; n <= cells; n++) {
            sum += gain[cells - n];
            fine = coarse - sum + lambda * (mapBits(cells, n) - mapBits(cells, 0));
            optimum = Math.min(optimum, fine);
        }
        assertTrue(chosen <= coarse * (1 + 1e-9), chosen + " all coarse " + coarse);
        assertTrue(chosen <= fine * (1 + 1e-9), chosen + " all fine " + fine);
        assertTrue(chosen >= optimum * (1 - 1e-9));
        assertTrue(chosen <= optimum * 1.02, chosen + " optimum " + optimum);
    }

    /** log2 of (cells + 1) x (cells choose fine): what the adaptive code of two grains comes to. */
    private static double mapBits(int cells, int fine) {
        double bits = Math.log(cells + 1);
        for (int i = 1; i <= fine; i++) {
            bits += Math.log((double) (cells - fine + i) / i);
        }
        return bits / Math.log(2);
    }

    @Property(tries = 30)
    void threeGrainsCostNoMoreThanAnyOfThem(@ForAll long seed, @ForAll @IntRange(max = 8) int exponent) {
        double lambda = 0.002 * Math.pow(2, exponent);
        Latents latents = picture(seed, 2, 14, 17);
        VectorQuantizer codes = codes(latents, 16);
        int[] sides = {4, 2, 1};
        DynamicQuantizer quantizer = new DynamicQuantizer(codes, new Lagrangian(lambda), sides);
        DynamicTokens tokens = quantizer.quantize(latents);
        double chosen = cost(quantizer, latents, tokens, lambda);
        int[] map = tokens.grains();
        for (int g = 0; g < 3; g++) {
            int[] uniform = new int[map.length];
            Arrays.fill(uniform, g);
            double cost = cost(quantizer, latents, naive(latents, codes.codebook(), sides, uniform), lambda);
            assertTrue(chosen <= cost * (1 + 1e-9), chosen + " grain " + g + " " + cost);
            for (int c = 0; c < map.length; c++) {
                int[] changed = map.clone();
                changed[c] = g;
                double neighbour = cost(quantizer, latents, naive(latents, codes.codebook(), sides, changed), lambda);
                assertTrue(chosen <= neighbour * (1 + 1e-9), "cell " + c + " to grain " + g);
            }
        }
    }

    @Test
    void moreLambdaFewerBits() {
        Latents latents = picture(9, 4, 40, 40);
        VectorQuantizer codes = codes(latents, 32);
        double before = Double.POSITIVE_INFINITY;
        for (double lambda : new double[] {0, 0.02, 0.1, 0.3, 1, 4}) {
            double bits = new DynamicQuantizer(codes, new Lagrangian(lambda), 4, 2, 1)
                    .quantize(latents)
                    .nominalBits();
            assertTrue(bits < before, bits + " at " + lambda + ", before " + before);
            before = bits;
        }
    }

    @Property(tries = 60)
    void ratioIsMetWithinOneCellByTheDensest(
            @ForAll @IntRange(max = 100) int middle,
            @ForAll @IntRange(max = 100) int fine,
            @ForAll long seed,
            @ForAll boolean histogram) {
        double scale = 100.0 * Math.max(1, (middle + fine) / 100.0);
        List<Double> shares = List.of(middle / scale, fine / scale);
        Density density = histogram ? new Density.SoftHistogram(-6, 6, 32) : VARIANCE;
        Latents latents = picture(seed, 2, 13, 21);
        DynamicQuantizer quantizer = new DynamicQuantizer(codes(latents, 4), new Ratio(density, shares), 4, 2, 1);
        DynamicTokens tokens = quantizer.quantize(latents);
        int[] counts = tokens.grainCounts();
        assertEquals(24, tokens.cells());
        assertEquals(shares.get(0) * 24, counts[1], 1);
        assertEquals(shares.get(1) * 24, counts[2], 0.5);
        double[] densities = CellDensity.of(density, latents, new CellGrid(latents.shape(), new int[] {4, 2, 1}));
        int[] map = tokens.grains();
        for (int a = 0; a < map.length; a++) {
            for (int b = 0; b < map.length; b++) {
                assertTrue(map[a] <= map[b] || densities[a] >= densities[b]);
            }
        }
    }

    @Test
    void softHistogramEntropyByHand() {
        // two bins at 0 and 1; the cell's values are 0, 0, 1, 1, so both bins weigh the same: 1 bit
        Latents even = Latents.of(new int[] {2, 2}, 1, new float[] {0, 0, 1, 1});
        CellGrid grid = new CellGrid(even.shape(), new int[] {2, 1});
        Density density = new Density.SoftHistogram(0, 1, 2);
        assertEquals(1, CellDensity.of(density, even, grid)[0], 1e-12);
        // all 0 (or below): weights 1 and exp(-1/2)
        double p = 1 / (1 + Math.exp(-0.5));
        double flat = -(p * Math.log(p) + (1 - p) * Math.log(1 - p)) / Math.log(2);
        Latents low = Latents.of(new int[] {2, 2}, 1, new float[] {0, -5, 0, 0});
        assertEquals(flat, CellDensity.of(density, low, grid)[0], 1e-12);
        Latents both = Latents.of(new int[] {2, 2}, 2, new float[] {0, 0, 0, 0, 1, 0, 1, 0});
        assertEquals((1 + flat) / 2, CellDensity.of(density, both, grid)[0], 1e-12);
        assertArrayEquals(new double[] {0.25}, CellDensity.of(VARIANCE, both, grid));
    }

    @Test
    void sameTokensForAnyThreadCountAndEmptyGrids() {
        Latents latents = picture(4, 3, 90, 110);
        DynamicQuantizer quantizer = new DynamicQuantizer(codes(latents, 32), new Lagrangian(0.1), 4, 2, 1);
        DynamicTokens one = quantizer.quantize(latents, 1);
        assertEquals(one, quantizer.quantize(latents, 2));
        assertEquals(one, quantizer.quantize(latents, 7));
        DynamicTokens empty = quantizer.quantize(Latents.of(new int[] {0, 5}, 3, new float[0]));
        assertEquals(0, empty.tokenCount());
        assertArrayEquals(new int[] {0, 5}, quantizer.dequantize(empty).shape());
    }

    @Test
    void badArgumentsAreNamed() {
        VectorQuantizer codes = new VectorQuantizer(Codebook.of(2, 1, new float[] {0, 1}));
        Codebook codebook = codes.codebook();
        GrainPolicy policy = new Lagrangian(1);
        for (int[] sides : new int[][] {{1}, {2}, {3, 2, 1}, {1, 1}, {2, 1, 0}, {1, 2}}) {
            message("blockSides is", () -> new DynamicQuantizer(codes, policy, sides));
        }
        message(
                "2 stages",
                () -> new DynamicQuantizer(new ResidualQuantizer(List.of(codebook, codebook)), policy, 2, 1));
        message("shares has 2", () -> new DynamicQuantizer(codes, new Ratio(VARIANCE, List.of(.1, .1)), 2, 1));
        message("thresholds has 1", () -> new DynamicQuantizer(codes, new Threshold(VARIANCE, List.of(.1)), 4, 2, 1));
        message("shares", () -> new Ratio(VARIANCE, List.of(.6, .6)));
        message("shares has -0.1", () -> new Ratio(VARIANCE, List.of(-.1)));
        message("must not fall", () -> new Threshold(VARIANCE, List.of(2.0, 1.0)));
        message("lambda is NaN", () -> new Lagrangian(Double.NaN));
        message("bins is 1", () -> new Density.SoftHistogram(0, 1, 1));
        DynamicQuantizer quantizer = new DynamicQuantizer(codes, policy, 2, 1);
        message("shape is [1, 1, 1]", () -> quantizer.quantize(Latents.of(new int[] {1, 1, 1}, 1, new float[1])));
        message("dim 2", () -> quantizer.quantize(Latents.of(new int[] {1, 1}, 2, new float[2])));
        int[] shape = {2, 3};
        int[] sides = {2, 1};
        message("one per cell, 2", () -> DynamicTokens.of(shape, sides, 2, new int[1], new int[1]));
        message("grain of cell 1 is 2", () -> DynamicTokens.of(shape, sides, 2, new int[] {0, 2}, new int[2]));
        message("ask for 3", () -> DynamicTokens.of(shape, sides, 2, new int[] {0, 1}, new int[2]));
        message("index 1 is 2", () -> DynamicTokens.of(shape, sides, 2, new int[] {0, 0}, new int[] {0, 2}));
        DynamicTokens others = DynamicTokens.of(shape, new int[] {4, 1}, 2, new int[1], new int[1]);
        message("blockSides [4, 1]", () -> quantizer.dequantize(others));
        DynamicTokens larger = DynamicTokens.of(shape, sides, 3, new int[2], new int[2]);
        message("codebookSize 3", () -> quantizer.dequantize(larger));
    }

    private static void message(String part, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
    }
}
