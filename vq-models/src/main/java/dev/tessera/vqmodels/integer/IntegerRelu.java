package dev.tessera.vqmodels.integer;

import java.util.List;

/** max(0, x). Behind a {@link IntegerLinear} alone a range from 0 on does the same. */
public final class IntegerRelu extends IntegerLayer {
    public IntegerRelu(IntegerFormat in) {
        super(List.of(in), new IntegerFormat(in.size(), 0, Math.max(1, in.most()), in.unit()));
    }

    @Override
    void apply(int[][] in, int[] out, Scratch scratch) {
        for (int i = 0; i < output().size(); i++) {
            out[i] = Math.max(0, in[0][i]);
        }
    }
}
