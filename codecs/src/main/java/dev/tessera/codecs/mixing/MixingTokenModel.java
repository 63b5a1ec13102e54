package dev.tessera.codecs.mixing;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;

/**
 * The strong model: every decision of a token is predicted under several contexts of neighbouring tokens and, where the
 * code vectors are known, from geometry; the predictions are mixed in the logistic domain (Mattern 2012; Mahoney 2005).
 *
 * <p>Geometry: an on-line linear prediction of the vector at this position (the signal's, not the token's) less what
 * the
 * stages so far gave is compared with both children of the tree node (where it lies between them, and the Gaussian
 * log-likelihood ratio at the error variance of this kind of neighbourhood), and every upper node has a logistic
 * regression of its own on the neighbours' vectors.
 *
 * <p>Memory: 4 bytes times 2^tableBits for each of 6 to 12 tables; for each stage at most 4096 sets of 16 mixing
 * weights and
 * as many regressions of up to 112 weights, those of nodes that were met; 4 bytes a token, and up to 96 bytes a
 * position
 * for the vectors. Final adjustment by adaptive probability maps was tried and made both test streams larger.
 */
public final class MixingTokenModel implements TokenStreamModel {
    private final MixingWalk walk;

    /**
     * @param height rows of a grid, 1 for a sequence
     */
    public MixingTokenModel(TokenStreamSpec spec, int height, int width) {
        boolean isGrid = height > 1;
        TokenGrid grid = new TokenGrid(spec.trees(isGrid), isGrid, height, width);
        this.walk = new MixingWalk(grid, !spec.geometry().isEmpty(), null, spec.tableBits(), 0);
    }

    /** A model that starts from a prior; of a single row too, if the prior is one of grids. */
    public MixingTokenModel(MixingPrior prior, int height, int width) {
        this.walk = prior.walk(height, width);
    }

    @Override
    public void encode(RangeEncoder encoder, int index) {
        walk.encodeToken(encoder, index);
    }

    @Override
    public int decode(RangeDecoder decoder) {
        return walk.decodeToken(decoder);
    }

    @Override
    public int cost(int index) {
        return walk.costOfToken(index);
    }
}
