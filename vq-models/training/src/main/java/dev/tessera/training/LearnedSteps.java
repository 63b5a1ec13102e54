package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.constant_pad_nd;
import static org.bytedeco.pytorch.global.torch.stack;

import dev.tessera.vqmodels.lowbit.GroupScales;
import dev.tessera.vqmodels.lowbit.Rotation;
import dev.tessera.vqmodels.lowbit.ScalarCodes;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.ScaleGrid;
import dev.tessera.vqmodels.lowbit.ScaleType;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Weights in few bits while they are trained, by Learned Step Size Quantization (Esser et al. 2020, LSQ): v' = s (round(clip(v / s + z,
 * first, last)) - z), where the weights v and the step s of each group are learnt, rounding counts as the identity in the gradient, and
 * so does the zero point z of affine groups (Bhalgat et al. 2020, LSQ+). So
 * <pre>
 * dv'/dv = 1 inside of the levels, 0 where v is clipped
 * dv'/ds = round(v / s) - v / s inside, the clipped level less z outside; times 1 / sqrt(weights of a step x last level)
 * dv'/dz = 0 inside, -s outside
 * </pre>
 * {@link AdamW} takes the factor of the second line out again: what counts here are rates in units of each step and of the size of the
 * weights of its group.
 *
 * <p>Steps and zero points take part as the file will hold them, in half precision and in parts of a level, and a {@link Rotation} is undone
 * by the sums and differences of the file's reader: the weights that the network is trained with are, bit for bit, those that are stored.
 */
final class LearnedSteps {
    private static final double LEAST_STEP = 0x1p-14; // the smallest normal number in half precision

    private final LowBitState start;
    private final ScalarFormat format;
    private final int rows;
    private final int cols;
    private final int groups;
    private final int length; // of a group
    private final ScaleGrid grid;
    private final float first; // level
    private final float last;
    private final float[] signs; // of the steps
    private final Parameter latents; // v, [rows x cols]
    private final Parameter steps; // magnitudes of s, [rows x groups]
    private final Optional<Parameter> zeros; // z, [rows x groups]
    private final long[] shape;
    private Tensor current;

    /** @param shape of the kernel; rows are its first extent */
    LearnedSteps(String name, LowBitState start, ParameterStore store, long... shape) {
        this.start = start;
        this.shape = shape.clone();
        ScalarWeights dense = start.dense();
        format = dense.scalarFormat();
        rows = dense.rows();
        cols = dense.cols();
        groups = format.groups(cols);
        length = format.groupLength(cols);
        first = start.first();
        last = start.last();
        signs = new float[rows * groups];
        float[] magnitudes = new float[signs.length];
        float[] points = new float[signs.length];
        float largest = 0;
        for (int i = 0; i < signs.length; i++) {
            float step = dense.scales().get(i / groups, i % groups);
            signs[i] = step < 0 ? -1 : 1;
            magnitudes[i] = Math.abs(step);
            points[i] = dense.zero(i / groups, i % groups);
            largest = Math.max(largest, magnitudes[i]);
        }
        grid = ScaleGrid.of(ScaleType.HALF, largest);
        for (int i = 0; i < signs.length; i++) {
            magnitudes[i] = Math.max(magnitudes[i], least());
        }
        latents = store.plain(name, start.latents(), rows, cols).learnAt(spread(start.latents()));
        latents.show(() -> current);
        steps = store.plain(name + ".steps", magnitudes, rows, groups).learnAt(magnitudes.clone());
        zeros = format.affine() ? Optional.of(store.plain(name + ".zeros", points, rows, groups)) : Optional.empty();
    }

    private float least() {
        return (float) (LEAST_STEP * grid.unit());
    }

    /** The root of the mean square of the group of each weight, the unit of its learning rate. */
    private float[] spread(float[] values) {
        float[] spread = new float[values.length];
        for (int row = 0; row < rows; row++) {
            for (int from = 0; from < cols; from += length) {
                int begin = row * cols + from;
                int end = row * cols + Math.min(from + length, cols);
                double sum = 0;
                for (int i = begin; i < end; i++) {
                    sum += (double) values[i] * values[i];
                }
                Arrays.fill(spread, begin, end, (float) Math.sqrt(sum / (end - begin)));
            }
        }
        return spread;
    }

    /** What a pass of training makes of the parameters. */
    private record Pass(Tensor levels, Tensor steps, Tensor points, Tensor values) {}

    /** Works the weights out anew; to be called once in each step of training, inside of its scope. */
    void refresh() {
        current = pass().values;
    }

    /** The parameter in whose place layers see the weights of the last {@link #refresh}. */
    Parameter latents() {
        return latents;
    }

    private Pass pass() {
        double g = 1 / Math.sqrt((double) length * last);
        Tensor magnitude = atLeast(steps.tensor(), least());
        Tensor sign = Tensors.of(signs, rows, groups);
        Tensor step = exactly(halves(magnitude).mul(sign), Tensors.scale(magnitude.mul(sign), g))
                .unsqueeze(2);
        Tensor point = point().unsqueeze(2);
        Tensor place = grouped(latents.tensor()).div(step).add(point);
        Tensor inside = place.clamp(new ScalarOptional(new Scalar(first)), new ScalarOptional(new Scalar(last)));
        Tensor levels = exactly(inside.round(), inside);
        Tensor values = step.mul(levels.sub(point))
                .reshape(rows, (long) groups * length)
                .narrow(1, 0, cols);
        Tensor undone = start.rotation().isEmpty()
                ? values
                : undo(values, start.rotation().get());
        return new Pass(levels, step, point, undone.reshape(shape));
    }

    /** {@code value}, bit for bit, with the gradient of {@code gradientOf}: x + (y - y) is x where {@code straightThrough} rounds. */
    private static Tensor exactly(Tensor value, Tensor gradientOf) {
        return value.detach().add(gradientOf.sub(gradientOf.detach()));
    }

    private static Tensor atLeast(Tensor x, double floor) {
        return x.clamp_min(new Scalar(floor));
    }

    /** As {@link ScaleGrid#snap} stores them. */
    private Tensor halves(Tensor magnitude) {
        return magnitude
                .div(new Scalar(grid.unit()))
                .clamp_max(new Scalar(65504.0))
                .to(ScalarType.Half)
                .to(ScalarType.Float)
                .mul(new Scalar(grid.unit()));
    }

    /** Zero points in steps of 1 / {@link #parts()} of a level, as the file has them. */
    private Tensor point() {
        if (zeros.isEmpty()) {
            return Tensors.of(new float[] {format.zero(0)}, 1, 1);
        }
        Tensor allowed = zeros.get()
                .tensor()
                .clamp(new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(255.0 / parts())));
        return exactly(Tensors.scale(Tensors.scale(allowed, parts()).round(), 1.0 / parts()), allowed);
    }

    private int parts() {
        return 256 >> format.format().codeBits();
    }

    private Tensor grouped(Tensor values) {
        long missing = (long) groups * length - cols;
        Tensor filled = missing == 0 ? values : constant_pad_nd(values, new long[] {0, missing}, new Scalar(0.0));
        return filled.reshape(rows, groups, length);
    }

    /** {@link Rotation} of the rows undone, by the same sums and differences in the same order. */
    private static Tensor undo(Tensor values, Rotation rotation) {
        long rows = values.size(0);
        int cols = rotation.cols();
        TensorVector blocks = new TensorVector();
        for (int from = 0; from < cols; from += rotation.block(from)) {
            int size = rotation.block(from);
            Tensor block = values.narrow(1, from, size);
            for (int half = 1; half < size; half *= 2) {
                Tensor pairs = block.reshape(rows, size / (2 * half), 2, half);
                Tensor a = pairs.select(2, 0);
                Tensor b = pairs.select(2, 1);
                block = stack(new TensorVector(a.add(b), a.sub(b)), 2);
            }
            blocks.push_back(block.reshape(rows, size));
        }
        float[] signs = new float[cols];
        for (int col = 0; col < cols; col++) {
            signs[col] = rotation.negates(col) ? -1 : 1;
        }
        return cat(blocks, 1).mul(Tensors.of(signs, 1, cols));
    }

    /** What the weights have become, packed. */
    LowBitState state() {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            Pass pass = pass();
            float[] levels = Tensors.floats(
                    pass.levels.reshape(rows, (long) groups * length).narrow(1, 0, cols));
            byte[] codes = new byte[levels.length];
            for (int i = 0; i < codes.length; i++) {
                codes[i] = (byte) format.nearest(levels[i]);
            }
            byte[] points = new byte[format.affine() ? rows * groups : 0];
            float[] zero = Tensors.floats(pass.points);
            for (int i = 0; i < points.length; i++) {
                points[i] = (byte) Math.round(zero[i] * parts());
            }
            GroupScales scales = GroupScales.encode(grid, rows, groups, Tensors.floats(pass.steps));
            return new LowBitState(
                    ScalarWeights.of(new ScalarCodes(format, rows, cols, codes, scales, points)),
                    start.rotation(),
                    Tensors.floats(latents.tensor()));
        }
    }
}
