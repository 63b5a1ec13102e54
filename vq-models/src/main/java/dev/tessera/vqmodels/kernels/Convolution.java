package dev.tessera.vqmodels.kernels;

import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Two-dimensional convolution of a rectangle of a plane, zeros around the plane; with a kernel of 1x1 a matrix product. The inner
 * index runs over (channel of the group, kernel row, kernel column).
 *
 * <p>Inputs of a tile of output positions are packed once into a panel {@code [depth x columns]} through a table of offsets,
 * some hundred of the inner index at a time, and meet all output channels there: no whole im2col matrix exists. For a few
 * positions the parts are exchanged: weights stand in the panel and positions are the rows.
 */
public final class Convolution {
    private static final int UNDIVIDED_DEPTH =
            1024; // no partial sums then, and a panel of 32 columns is a small part of L2
    private static final int DEPTH_BLOCK = 512; // of what is deeper
    private static final int TASK_DEPTH = 2048; // of the panels of a task in all
    private static final int TILES_PER_TASK = 8;
    private static final int MIN_BLOCKS_PER_TASK = 8; // below that packing would cost more than it saves
    private static final long TASK_PRODUCTS = 1 << 21;
    private static final int FEW_POSITIONS = 64;

    private final LayerKernels kernels;
    private final Shape shape;
    private final int depth;
    private final int depthBlock; // inner indices of a panel
    private final int groupOut;
    private final int blocks; // row blocks of a group
    private final float[] packed; // [groups x blocks x depth x rows]; rows past the last are 0
    private final float[] bias; // [outChannels]
    private final float[] start; // the bias in every column: [groups x blocks x rows x columns]
    private volatile Panels panels = Panels.NONE; // made when first needed

    /**
     * Weights for few positions.
     *
     * @param weights {@code [count x depth x columns]}; columns past the last output are 0
     * @param bias {@code [count x columns]}
     */
    private record Panels(int count, float[] weights, float[] bias) {
        static final Panels NONE = new Panels(0, new float[0], new float[0]);
    }

    /**
     * What is convolved with what.
     *
     * @param inChannels channels of the input
     * @param outChannels channels of the output
     * @param groups parts that the channels fall into; outputs see inputs of their own part only
     */
    public record Shape(
            int inChannels,
            int outChannels,
            int groups,
            int kernelHeight,
            int kernelWidth,
            int strideY,
            int strideX,
            int dilationY,
            int dilationX) {
        /** Inputs that an output takes in. */
        public int depth() {
            return inChannels / groups * kernelHeight * kernelWidth;
        }

        /** Rows that {@code height} input rows give. */
        public int outHeight(int height) {
            return (height - (kernelHeight - 1) * dilationY - 1) / strideY + 1;
        }

        /** Columns that {@code width} input columns give. */
        public int outWidth(int width) {
            return (width - (kernelWidth - 1) * dilationX - 1) / strideX + 1;
        }

        private boolean depthwise() {
            return groups == inChannels && groups == outChannels;
        }

        private int[] offsets(int height, int width) {
            int[] offsets = new int[depth()];
            int i = 0;
            for (int c = 0; c < inChannels / groups; c++) {
                for (int y = 0; y < kernelHeight; y++) {
                    for (int x = 0; x < kernelWidth; x++) {
                        offsets[i++] = (c * height + y * dilationY) * width + x * dilationX;
                    }
                }
            }
            return offsets;
        }
    }

    /**
     * @param weights {@code [outChannels x inChannels / groups x kernelHeight x kernelWidth]}
     * @param bias {@code [outChannels]}
     */
    public Convolution(LayerKernels kernels, Shape shape, float[] weights, float[] bias) {
        this.kernels = kernels;
        this.shape = shape;
        this.depth = shape.depth();
        this.depthBlock = depth <= UNDIVIDED_DEPTH ? depth : Math.ceilDiv(depth, Math.ceilDiv(depth, DEPTH_BLOCK));
        this.bias = bias.clone();
        this.groupOut = shape.outChannels / shape.groups;
        int rows = kernels.rows();
        int columns = kernels.columns();
        this.blocks = (groupOut + rows - 1) / rows;
        if (shape.depthwise()) {
            packed = weights.clone();
            start = new float[0];
            return;
        }
        int packedRows = Math.multiplyExact(shape.groups * blocks, rows);
        packed = new float[Math.multiplyExact(packedRows, depth)];
        start = new float[Math.multiplyExact(packedRows, columns)];
        for (int o = 0; o < shape.outChannels; o++) {
            int group = o / groupOut;
            int row = o % groupOut;
            for (int k = 0; k < depth; k++) {
                packed[at(group, row, k)] = weights[o * depth + k];
            }
            int at = (group * blocks * rows + row) * columns;
            Arrays.fill(start, at, at + columns, bias[o]);
        }
    }

    private int at(int group, int row, int k) {
        int rows = kernels.rows();
        return ((group * blocks + row / rows) * depth + k) * rows + row % rows;
    }

    /**
     * A rectangle of {@code data [channels x planeHeight x planeWidth]}; beyond the plane there are zeros.
     *
     * @param top first row, negative above the plane
     * @param left first column, negative before the plane
     */
    public record Source(float[] data, int planeHeight, int planeWidth, int top, int left, int height, int width) {
        private boolean isPlane() {
            return top == 0 && left == 0 && height == planeHeight && width == planeWidth;
        }

        /** Copies of a channel what lies in the plane; the rest of the target has zeros already. */
        private void copy(int channel, float[] to, int toAt) {
            int from = Math.clamp(-left, 0, width);
            int end = Math.clamp(planeWidth - left, from, width);
            if (from == end) {
                return;
            }
            for (int y = Math.max(0, -top); y < Math.min(height, planeHeight - top); y++) {
                System.arraycopy(
                        data,
                        (channel * planeHeight + top + y) * planeWidth + left + from,
                        to,
                        toAt + y * width + from,
                        end - from);
            }
        }
    }

    /** Convolves {@code in} into {@code out [outChannels x outHeight x outWidth]}. */
    public void apply(Source in, float[] out, Tasks tasks) {
        int outHeight = shape.outHeight(in.height);
        int outWidth = shape.outWidth(in.width);
        int[] offsets = shape.offsets(in.height, in.width);
        if (shape.depthwise()) {
            tasks.runRows(
                    shape.inChannels,
                    Math.clamp(TASK_PRODUCTS / ((long) depth * outHeight * outWidth), 1, shape.inChannels),
                    (from, to) -> depthwise(in, offsets, out, outHeight, outWidth, from, to));
            return;
        }
        Planes planes = new Planes(plane(in, tasks), in.height, in.width, offsets, out, outHeight, outWidth);
        if (shape.groups == 1 && planes.positions() <= FEW_POSITIONS) {
            fewPositions(planes, tasks);
        } else {
            tiles(planes, tasks);
        }
    }

    private float[] plane(Source in, Tasks tasks) {
        if (in.isPlane()) {
            return in.data;
        }
        int size = in.height * in.width;
        float[] copy = new float[Math.multiplyExact(shape.inChannels, size)];
        tasks.runRows(shape.inChannels, Math.clamp(TASK_PRODUCTS / 8 / size, 1, shape.inChannels), (from, to) -> {
            for (int c = from; c < to; c++) {
                in.copy(c, copy, c * size);
            }
        });
        return copy;
    }

    private void depthwise(Source in, int[] offsets, float[] out, int outHeight, int outWidth, int from, int to) {
        // at stride 1 along the padded rows; the columns between the rows are computed too and dropped
        int size = in.height * in.width;
        int count = (outHeight - 1) * shape.strideY * in.width + (outWidth - 1) * shape.strideX + 1;
        boolean whole = in.isPlane();
        boolean direct = outHeight == 1 && shape.strideX == 1;
        int columns = kernels.columns();
        if (!whole && !direct) { // to the end of a vector, into room that is made for it
            count = (count + columns - 1) / columns * columns;
        }
        float[] plane = whole ? in.data : new float[size + columns];
        float[] sums = direct ? out : new float[count];
        for (int c = from; c < to; c++) {
            if (!whole) {
                in.copy(c, plane, 0);
            }
            int at = c * outHeight * outWidth;
            kernels.taps(
                    plane, whole ? c * size : 0, packed, c * depth, offsets, bias[c], sums, direct ? at : 0, count);
            for (int y = 0; y < outHeight && !direct; y++) {
                int row = y * shape.strideY * in.width;
                if (shape.strideX == 1) {
                    System.arraycopy(sums, row, out, at + y * outWidth, outWidth);
                    continue;
                }
                for (int x = 0; x < outWidth; x++) {
                    out[at + y * outWidth + x] = sums[row + x * shape.strideX];
                }
            }
        }
    }

    /** Arrays of one call. */
    private record Planes(float[] in, int height, int width, int[] offsets, float[] out, int outHeight, int outWidth) {
        int positions() {
            return outHeight * outWidth;
        }
    }

    private Panels panels() {
        Panels made = panels;
        if (made.count == 0) {
            int columns = kernels.columns();
            int count = (shape.outChannels + columns - 1) / columns;
            float[] weights = new float[Math.multiplyExact(count * columns, depth)];
            for (int o = 0; o < shape.outChannels; o++) {
                for (int k = 0; k < depth; k++) {
                    weights[(o / columns * depth + k) * columns + o % columns] = packed[at(0, o, k)];
                }
            }
            made = new Panels(count, weights, Arrays.copyOf(bias, count * columns));
            panels = made;
        }
        return made;
    }

    private void fewPositions(Planes planes, Tasks tasks) {
        Panels made = panels();
        int positions = planes.positions();
        int rows = positions == 1 ? 1 : kernels.rows();
        int rowBlocks = (positions + rows - 1) / rows;
        float[] x = new float[rowBlocks * rows * depth]; // [row blocks x depth x rows]
        packRows(planes, rows, x);
        int perTask = Math.clamp(
                TASK_PRODUCTS / ((long) depth * kernels.columns() * positions), Math.min(4, made.count), made.count);
        tasks.runRows(made.count, perTask, (from, to) -> {
            if (positions == 1) {
                float[] sums = made.bias.clone();
                kernels.matrixVector(made.weights, depth, x, sums, from, to);
                int first = from * kernels.columns();
                int end = Math.min(to * kernels.columns(), shape.outChannels);
                System.arraycopy(sums, first, planes.out, first, end - first);
            } else {
                for (int panel = from; panel < to; panel++) {
                    exchanged(made, panel, x, rowBlocks, planes);
                }
            }
        });
    }

    /** The inputs of all positions, {@code [row blocks x depth x rows]}. */
    private void packRows(Planes planes, int rows, float[] x) {
        int positions = planes.positions();
        boolean neighbours =
                shape.strideX == 1 && (planes.outHeight == 1 || shape.strideY == 1 && planes.outWidth == planes.width);
        int done = neighbours && rows > 1 ? positions / rows : 0; // blocks
        if (done > 0) {
            kernels.packRows(planes.in, planes.offsets, done, x);
        }
        for (int p = done * rows; p < positions; p++) {
            int from = inputs(planes, p);
            int at = p / rows * rows * depth + p % rows;
            for (int k = 0; k < depth; k++) {
                x[at + k * rows] = planes.in[from + planes.offsets[k]];
            }
        }
    }

    /** Where the inputs of a position begin. */
    private int inputs(Planes planes, int position) {
        return position / planes.outWidth * shape.strideY * planes.width + position % planes.outWidth * shape.strideX;
    }

    /** Positions are rows, outputs columns. */
    private void exchanged(Panels made, int panel, float[] x, int rowBlocks, Planes planes) {
        int rows = kernels.rows();
        int columns = kernels.columns();
        int tile = rows * columns;
        float[] sums = new float[rowBlocks * tile];
        for (int k = 0; k < depth; k += depthBlock) {
            int count = Math.min(depthBlock, depth - k);
            int weightsAt = (panel * depth + k) * columns;
            for (int block = 0; block < rowBlocks; block++) {
                float[] from = k == 0 ? made.bias : sums;
                int fromAt = k == 0 ? panel * columns : block * tile;
                int fromStride = k == 0 ? 0 : columns;
                kernels.tile(
                        x,
                        (block * depth + k) * rows,
                        made.weights,
                        weightsAt,
                        count,
                        from,
                        fromAt,
                        fromStride,
                        sums,
                        block * tile,
                        columns);
            }
        }
        int positions = planes.positions();
        for (int o = panel * columns; o < Math.min((panel + 1) * columns, shape.outChannels); o++) {
            for (int p = 0; p < positions; p++) {
                planes.out[o * positions + p] = sums[p * columns + o % columns];
            }
        }
    }

    /** Tasks are ranges of tiles, and of row blocks too when there are few tiles. */
    private void tiles(Planes planes, Tasks tasks) {
        int tiles = (planes.positions() + kernels.columns() - 1) / kernels.columns();
        int tilesPerTask = Math.min(Math.clamp(TASK_DEPTH / depthBlock, 1, TILES_PER_TASK), tiles);
        int tileTasks = (tiles + tilesPerTask - 1) / tilesPerTask;
        int blockTasks = Math.clamp(blocks / MIN_BLOCKS_PER_TASK, 1, Math.max(4 / tileTasks, 1));
        int blocksPerTask = (blocks + blockTasks - 1) / blockTasks;
        Queue<Scratch> spare = new ConcurrentLinkedQueue<>(); // what is in the cache is better than new zeros
        tasks.run(Math.multiplyExact(tileTasks, blockTasks), task -> {
            Scratch scratch =
                    Objects.requireNonNullElseGet(spare.poll(), () -> new Scratch(tilesPerTask, blocksPerTask));
            int firstTile = task / blockTasks * tilesPerTask;
            int firstBlock = task % blockTasks * blocksPerTask;
            int endBlock = Math.min(firstBlock + blocksPerTask, blocks);
            int endTile = Math.min(firstTile + tilesPerTask, tiles);
            Part part = new Part(planes, scratch, firstTile, endTile, firstBlock, endBlock);
            for (int group = 0; group < shape.groups; group++) {
                part.run(group);
            }
            spare.add(scratch);
        });
    }

    /** Arrays of one task at a time. */
    private final class Scratch {
        final float[] panels; // [tiles x depth block x columns]
        final float[] sums; // partial sums between depth blocks: [tiles x blocks x rows x columns]

        Scratch(int tiles, int blocks) {
            panels = new float[tiles * depthBlock * kernels.columns()];
            sums = new float[(depth > depthBlock ? tiles * blocks : 1) * kernels.rows() * kernels.columns()];
        }
    }

    /** The work of one task. */
    private final class Part {
        private final int rows = kernels.rows();
        private final int columns = kernels.columns();
        private final int panel = depthBlock * columns;
        private final Planes planes;
        private final int positions;
        private final int firstTile;
        private final int endTile;
        private final int firstBlock;
        private final int endBlock;
        private final float[] panels;
        private final float[] sums;
        // runs of neighbouring inputs: those that fill a row of a panel first, then the shorter ones and those with
        // strides
        private final int[] from;
        private final int[] to;
        private final int[] lengths;
        private int wholeRuns;
        private int runs;

        Part(Planes planes, Scratch scratch, int firstTile, int endTile, int firstBlock, int endBlock) {
            this.planes = planes;
            this.positions = planes.positions();
            this.firstTile = firstTile;
            this.endTile = endTile;
            this.firstBlock = firstBlock;
            this.endBlock = endBlock;
            int tiles = endTile - firstTile;
            this.panels = scratch.panels;
            this.sums = scratch.sums;
            int most = tiles * columns;
            this.from = new int[most];
            this.to = new int[most];
            this.lengths = new int[most];
            findRuns(true);
            wholeRuns = runs;
            findRuns(false);
        }

        private void findRuns(boolean whole) {
            boolean oneRow = shape.strideX == 1 && shape.strideY == 1 && planes.outWidth == planes.width;
            int rowLength = oneRow ? positions : planes.outWidth;
            int end = Math.min(endTile * columns, positions);
            for (int p = firstTile * columns; p < end; ) {
                int x = p % rowLength;
                int length = Math.min(rowLength - x, Math.min(columns - p % columns, end - p));
                if (whole == (length == columns && shape.strideX == 1)) {
                    from[runs] = p / rowLength * shape.strideY * planes.width + x * shape.strideX;
                    to[runs] = (p / columns - firstTile) * panel + p % columns;
                    lengths[runs++] = length;
                }
                p += length;
            }
        }

        void run(int group) {
            int groupAt = group * (shape.inChannels / shape.groups) * planes.height * planes.width;
            for (int k = 0; k < depth; k += depthBlock) {
                int count = Math.min(depthBlock, depth - k);
                pack(groupAt, k, count);
                // blocks outside: weights stay in L1, and what is written to a row follows on itself
                for (int block = firstBlock; block < endBlock; block++) {
                    for (int tile = firstTile; tile < endTile; tile++) {
                        multiply(group, tile, block, k, count);
                    }
                }
            }
        }

        private void pack(int groupAt, int first, int count) {
            int[] starts = from;
            if (groupAt > 0) {
                starts = from.clone();
                for (int run = 0; run < runs; run++) {
                    starts[run] += groupAt;
                }
            }
            kernels.pack(planes.in, starts, to, wholeRuns, planes.offsets, first, count, panels);
            for (int run = wholeRuns; run < runs; run++) {
                for (int k = 0; k < count; k++) {
                    int source = starts[run] + planes.offsets[first + k];
                    int target = to[run] + k * columns;
                    for (int j = 0; j < lengths[run]; j++) {
                        panels[target + j] = planes.in[source + j * shape.strideX];
                    }
                }
            }
        }

        private void multiply(int group, int tile, int block, int k, int count) {
            int row = block * rows;
            int height = Math.min(rows, groupOut - row);
            int width = Math.min(columns, positions - tile * columns);
            int outAt = (group * groupOut + row) * positions + tile * columns;
            int slot = depth > depthBlock ? (tile - firstTile) * (endBlock - firstBlock) + block - firstBlock : 0;
            int sumsAt = slot * rows * columns;
            boolean first = k == 0;
            boolean last = k + count == depth;
            boolean direct = last && height == rows && width == columns;
            kernels.tile(
                    packed,
                    at(group, row, k),
                    panels,
                    (tile - firstTile) * panel,
                    count,
                    first ? start : sums,
                    first ? (group * blocks * rows + row) * columns : sumsAt,
                    columns,
                    direct ? planes.out : sums,
                    direct ? outAt : sumsAt,
                    direct ? positions : columns);
            if (last && !direct) {
                for (int r = 0; r < height; r++) {
                    System.arraycopy(sums, sumsAt + r * columns, planes.out, outAt + r * positions, width);
                }
            }
        }
    }
}
