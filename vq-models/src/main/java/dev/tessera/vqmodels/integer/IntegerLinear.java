package dev.tessera.vqmodels.integer;

import java.util.List;

/**
 * A linear layer: sums of 8-bit weights times activations and a bias, each brought to the unit of the outputs by a dyadic number of its
 * own and cut off at their range (Yao et al. 2021, HAWQ-V3). A range that starts at 0 makes it a rectifier (ReLU) as well. On the
 * values of a {@link GridWindow} it is a convolution. Zeros among the inputs cost nothing.
 */
public final class IntegerLinear extends IntegerLayer {
    private static final IntegerKernels KERNELS = IntegerKernels.best();

    private final byte[] weights;
    private final int[] bias;
    private final List<Dyadic> factors;
    private final int[] panels; // [panels x inputs x COLUMNS]
    private final IntegerKernels kernels;

    /**
     * @param weights {@code [outputs x inputs]}, row-major
     * @param bias {@code [outputs]}, in units of the sums
     * @param factors unit of the sum over unit of the output, one an output
     * @throws IllegalArgumentException when sizes differ, or when some inputs in range would make a sum of more than 32 bits
     */
    public IntegerLinear(IntegerFormat in, byte[] weights, int[] bias, List<Dyadic> factors, IntegerFormat out) {
        this(in, weights, bias, factors, out, KERNELS);
    }

    IntegerLinear(
            IntegerFormat in,
            byte[] weights,
            int[] bias,
            List<Dyadic> factors,
            IntegerFormat out,
            IntegerKernels kernels) {
        super(List.of(in), out);
        long count = (long) in.size() * out.size();
        if (weights.length != count) {
            throw new IllegalArgumentException("weights has " + weights.length + " numbers, must have " + count);
        }
        requireLength(out.size(), bias.length, "bias");
        requireLength(out.size(), factors.size(), "factors");
        this.weights = weights.clone();
        this.bias = bias.clone();
        this.factors = List.copyOf(factors);
        this.kernels = kernels;
        for (int o = 0; o < out.size(); o++) {
            long largest = largestSum(weights, o * in.size(), in, bias[o]);
            if (largest > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "sum of output " + o + " may reach " + largest + ", must be at most " + Integer.MAX_VALUE);
            }
        }
        this.panels = packed(weights, in.size(), out.size());
    }

    /**
     * What no magnitude of a sum exceeds, at no point of the summation, in any order.
     *
     * @param from where the weights of the output start
     */
    public static long largestSum(byte[] weights, int from, IntegerFormat in, int bias) {
        long sum = Math.abs((long) bias);
        for (int i = 0; i < in.size(); i++) {
            sum += (long) Math.abs(weights[from + i]) * in.magnitude();
        }
        return sum;
    }

    private static int[] packed(byte[] weights, int in, int out) {
        int columns = IntegerKernels.COLUMNS;
        int[] panels = new int[Math.multiplyExact(paddedSize(out), in)];
        for (int o = 0; o < out; o++) {
            int at = o / columns * columns * in + o % columns;
            for (int i = 0; i < in; i++) {
                panels[at + i * columns] = weights[o * in + i];
            }
        }
        return panels;
    }

    private static int paddedSize(int out) {
        return (out + IntegerKernels.COLUMNS - 1) / IntegerKernels.COLUMNS * IntegerKernels.COLUMNS;
    }

    /** A copy, {@code [outputs x inputs]}. */
    public byte[] weights() {
        return weights.clone();
    }

    /** A copy, {@code [outputs]}. */
    public int[] bias() {
        return bias.clone();
    }

    /** Unit of the sum over unit of the output, {@code [outputs]}. */
    public List<Dyadic> factors() {
        return factors;
    }

    @Override
    int scratchSize() {
        return Math.max(inputs().getFirst().size(), paddedSize(output().size()));
    }

    @Override
    void apply(int[][] in, int[] out, Scratch scratch) {
        int inSize = inputs().getFirst().size();
        int count = 0;
        for (int i = 0; i < inSize; i++) {
            int value = in[0][i];
            if (value != 0) {
                scratch.rows[count] = i * IntegerKernels.COLUMNS;
                scratch.values[count++] = value;
            }
        }
        int outSize = output().size();
        System.arraycopy(bias, 0, scratch.sums, 0, outSize);
        kernels.accumulate(
                panels,
                inSize * IntegerKernels.COLUMNS,
                scratch.rows,
                scratch.values,
                count,
                scratch.sums,
                paddedSize(outSize) / IntegerKernels.COLUMNS);
        for (int o = 0; o < outSize; o++) {
            out[o] = output().clamp(factors.get(o).times(scratch.sums[o]));
        }
    }
}
