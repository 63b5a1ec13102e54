package dev.tessera.vqmodels.lowbit;

/** Weights in few bits with something around them that changes their values, not their number. */
public sealed interface WrappedWeights extends QuantizedWeights
        permits SparseOutlierWeights, LowRankWeights, RotatedWeights {
    /** What is wrapped. */
    QuantizedWeights dense();

    @Override
    default WeightFormat format() {
        return dense().format();
    }

    @Override
    default int rows() {
        return dense().rows();
    }

    @Override
    default int cols() {
        return dense().cols();
    }
}
