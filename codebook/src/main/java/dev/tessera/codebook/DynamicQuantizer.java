package dev.tessera.codebook;

import dev.tessera.codebook.internal.Checks;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Vector quantization of variable length (Huang et al. 2023, "Towards accurate image coding: improved autoregressive image
 * generation with dynamic vector quantization"): a grid is cut into cells, and by the {@link GrainPolicy} a cell is coded
 * with one index for its mean, repeated over the cell when decoded, or with one index per smaller block, down to one per
 * position. All grains share one codebook.
 *
 * <p>The paper trains a gate between the grains; here the policy stands in its place: information density, or the cost in
 * error and bits. Immutable, safe to share.
 *
 * <p>Time is that of the quantizer for less than twice the positions (all grains are tried by the Lagrangian policy only)
 * and O(positions x dim).
 */
public final class DynamicQuantizer {
    private final Quantizer quantizer;
    private final GrainPolicy policy;
    private final int[] blockSides;

    /**
     * @param quantizer of a single stage, used for the block means of every grain
     * @param blockSides side in positions of the blocks of each grain: falling, each divides the one before it, the last is
     *     1; the first is the side of a cell. {@code 2, 1} codes 2x2 positions with one index or four, {@code 4, 2, 1} has
     *     three grains. On a time axis blocks are that many frames
     */
    public DynamicQuantizer(Quantizer quantizer, GrainPolicy policy, int... blockSides) {
        if (quantizer.stages() != 1) {
            throw new IllegalArgumentException("quantizer has " + quantizer.stages() + " stages, must have 1");
        }
        this.quantizer = quantizer;
        this.policy = policy;
        this.blockSides = CellGrid.checkedSides(blockSides);
        int finer = blockSides.length - 1;
        switch (policy) {
            case GrainPolicy.Ratio ratio -> checkLength("shares", ratio.shares().size(), finer);
            case GrainPolicy.Threshold threshold ->
                checkLength("thresholds", threshold.thresholds().size(), finer);
            case GrainPolicy.Lagrangian ignored -> {}
        }
    }

    private static void checkLength(String name, int length, int expected) {
        if (length != expected) {
            throw new IllegalArgumentException(
                    name + " has " + length + " values, must have one per grain but the coarsest, " + expected);
        }
    }

    /** The quantizer of the block means. */
    public Quantizer quantizer() {
        return quantizer;
    }

    public GrainPolicy policy() {
        return policy;
    }

    /** Side of the blocks of each grain; the first is the side of a cell. */
    public int[] blockSides() {
        return blockSides.clone();
    }

    /** {@link #quantize(Latents, int)} on one thread. */
    public DynamicTokens quantize(Latents latents) {
        return quantize(latents, 1);
    }

    /**
     * Grains and indices of a grid; they do not depend on the number of threads.
     *
     * @param latents on the grid {@code [frames]} or {@code [height, width]}
     * @throws IllegalArgumentException when the grid has other axes or {@code latents.dim()} is not that of the quantizer
     */
    public DynamicTokens quantize(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), quantizer.dim());
        CellGrid grid = new CellGrid(latents.shape(), blockSides);
        return switch (policy) {
            case GrainPolicy.Ratio ratio -> byMap(latents, grid, densest(latents, grid, ratio), threads);
            case GrainPolicy.Threshold threshold -> byMap(latents, grid, above(latents, grid, threshold), threads);
            case GrainPolicy.Lagrangian lagrangian -> byCost(latents, grid, lagrangian.lambda(), threads);
        };
    }

    /**
     * The quantized latents: the code vector of every index at all positions of its block.
     *
     * @throws IllegalArgumentException when the tokens have other block sides or another codebook size
     */
    public Latents dequantize(DynamicTokens tokens) {
        if (!Arrays.equals(tokens.blockSides(), blockSides)) {
            throw new IllegalArgumentException("tokens have blockSides " + Arrays.toString(tokens.blockSides())
                    + ", this quantizer has " + Arrays.toString(blockSides));
        }
        if (tokens.codebookSize() != codebookSize()) {
            throw new IllegalArgumentException(
                    "tokens have codebookSize " + tokens.codebookSize() + ", this quantizer has " + codebookSize());
        }
        CellGrid grid = new CellGrid(tokens.shape(), blockSides);
        Latents codes = quantizer.dequantize(tokens.indices(), tokens.tokenCount());
        int d = codes.dim();
        float[] out = new float[Math.multiplyExact(Shapes.count(tokens.shape()), d)];
        int[] token = {0};
        int[] map = tokens.grains();
        for (int c = 0; c < map.length; c++) {
            grid.forBlocks(c, map[c], (top, bottom, left, right) -> {
                for (int row = top; row < bottom; row++) {
                    for (int column = left; column < right; column++) {
                        System.arraycopy(codes.data(), token[0] * d, out, (row * grid.width() + column) * d, d);
                    }
                }
                token[0]++;
            });
        }
        return Latents.of(tokens.shape(), d, out);
    }

    private int codebookSize() {
        return quantizer.codebookSizes()[0];
    }

    private int[] densest(Latents latents, CellGrid grid, GrainPolicy.Ratio ratio) {
        double[] density = CellDensity.of(ratio.density(), latents, grid);
        int[] order = IntStream.range(0, density.length)
                .boxed()
                .sorted((a, b) -> Double.compare(density[b], density[a])) // stable: of equals the earlier stays first
                .mapToInt(Integer::intValue)
                .toArray();
        int[] map = new int[density.length];
        double share = 0;
        int begin = 0;
        for (int g = blockSides.length - 1; g > 0; g--) {
            share += ratio.shares().get(g - 1);
            int end = (int) Math.min(Math.rint(share * map.length), map.length);
            for (int i = begin; i < end; i++) {
                map[order[i]] = g;
            }
            begin = end;
        }
        return map;
    }

    private static int[] above(Latents latents, CellGrid grid, GrainPolicy.Threshold policy) {
        double[] density = CellDensity.of(policy.density(), latents, grid);
        int[] map = new int[density.length];
        for (int c = 0; c < map.length; c++) {
            for (double threshold : policy.thresholds()) {
                if (density[c] > threshold) {
                    map[c]++;
                }
            }
        }
        return map;
    }

    private DynamicTokens byMap(Latents latents, CellGrid grid, int[] map, int threads) {
        int[] indices = quantizer.quantize(blockMeans(latents, grid, map), threads);
        return DynamicTokens.of(latents.shape(), blockSides, codebookSize(), map, indices);
    }

    private DynamicTokens byCost(Latents latents, CellGrid grid, double lambda, int threads) {
        int cells = grid.cells();
        double bitsPerIndex = StrictMath.log(codebookSize()) / StrictMath.log(2);
        double[][] costs = new double[grid.grains()][];
        DynamicTokens[] uniform = new DynamicTokens[grid.grains()];
        for (int g = 0; g < costs.length; g++) {
            int[] map = new int[cells];
            Arrays.fill(map, g);
            uniform[g] = byMap(latents, grid, map, threads);
            costs[g] = cellErrors(latents, dequantize(uniform[g]), grid);
            for (int c = 0; c < cells; c++) {
                costs[g][c] += lambda * (bitsPerIndex * grid.blocks(c, g));
            }
        }
        int[] map = new GrainChoice(costs, lambda).best();
        return DynamicTokens.of(latents.shape(), blockSides, codebookSize(), map, pick(uniform, grid, map));
    }

    /** The indices of each cell from the tokens of its grain. */
    private static int[] pick(DynamicTokens[] uniform, CellGrid grid, int[] map) {
        int[] from = new int[uniform.length];
        int[][] indices = Arrays.stream(uniform).map(DynamicTokens::indices).toArray(int[][]::new);
        int[] out = new int[indices[indices.length - 1].length];
        int tokens = 0;
        for (int c = 0; c < map.length; c++) {
            for (int g = 0; g < from.length; g++) {
                int blocks = grid.blocks(c, g);
                if (g == map[c]) {
                    System.arraycopy(indices[g], from[g], out, tokens, blocks);
                    tokens += blocks;
                }
                from[g] += blocks;
            }
        }
        return Arrays.copyOf(out, tokens);
    }

    /** Mean of every block, {@code [tokens of map x dim]}. */
    private static Latents blockMeans(Latents latents, CellGrid grid, int[] map) {
        int d = latents.dim();
        float[] x = latents.data();
        int tokens = 0;
        for (int c = 0; c < map.length; c++) {
            tokens += grid.blocks(c, map[c]);
        }
        float[] out = new float[tokens * d];
        double[] sum = new double[d];
        int[] token = {0};
        for (int c = 0; c < map.length; c++) {
            grid.forBlocks(c, map[c], (top, bottom, left, right) -> {
                Arrays.fill(sum, 0);
                for (int row = top; row < bottom; row++) {
                    for (int column = left; column < right; column++) {
                        int from = (row * grid.width() + column) * d;
                        for (int k = 0; k < d; k++) {
                            sum[k] += x[from + k];
                        }
                    }
                }
                int positions = (bottom - top) * (right - left);
                for (int k = 0; k < d; k++) {
                    out[token[0] * d + k] = (float) (sum[k] / positions);
                }
                token[0]++;
            });
        }
        return Latents.of(tokens, d, out);
    }

    /** Squared error of each cell. */
    private static double[] cellErrors(Latents latents, Latents quantized, CellGrid grid) {
        float[] x = latents.data();
        float[] y = quantized.data();
        int d = latents.dim();
        double[] out = new double[grid.cells()];
        for (int cell = 0; cell < out.length; cell++) {
            int c = cell;
            grid.forBlocks(c, 0, (top, bottom, left, right) -> {
                for (int row = top; row < bottom; row++) {
                    int from = (row * grid.width() + left) * d;
                    int to = (row * grid.width() + right) * d;
                    for (int i = from; i < to; i++) {
                        double difference = (double) x[i] - y[i];
                        out[c] += difference * difference;
                    }
                }
            });
        }
        return out;
    }
}
