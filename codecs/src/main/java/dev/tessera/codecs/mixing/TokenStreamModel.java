package dev.tessera.codecs.mixing;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;

/**
 * An adaptive model of the tokens of grids, {@code [height x width x stages]}: positions in raster order, all stages
 * of a
 * position in order; a grid of one row is a sequence. After the last token of a grid the next grid begins: its
 * neighbours
 * are its own, what was learnt stays. Encoder and decoder start from equal specs and extents and make the same calls of
 * {@link #encode} or {@link #decode}; all probabilities are integers. Not for several threads at once.
 */
public sealed interface TokenStreamModel permits AdaptiveTokenModel, MixingTokenModel {
    /**
     * Codes the next token and learns it.
     *
     * @throws IllegalArgumentException when {@code index} is not in [0, K) of the stage that is next
     */
    void encode(RangeEncoder encoder, int index);

    /** Decodes the next token and learns it. Any bits give an index in [0, K): damage is for a checksum to find. */
    int decode(RangeDecoder decoder);

    /** Bits that {@code index} would cost as the next token, in 1/65536; the model does not change. */
    int cost(int index);
}
