package dev.tessera.image;

import java.util.Optional;

/** The nearest tokens, or, where a search can be made, those that weigh bits against distance. */
final class NeuralTokenChoice implements TokenChoice {
    /** A cheap index must be found far from the nearest: with 12, files of 0.015 bits per pixel lose 0.4 dB. */
    private static final int CANDIDATES = 96;

    private final int[] nearest; // [positions x stages], as coded
    private final int positions;
    private final int candidates;
    private final Optional<Maker> maker;
    private TokenSearch search; // made when first needed: it looks at all code vectors once more

    /** Makes the search among the indices of a number of dropped digits. */
    @FunctionalInterface
    interface Maker {
        TokenSearch search(int dropped, int nearest);
    }

    NeuralTokenChoice(int[] nearest, int positions, Optional<Maker> maker) {
        this(nearest, positions, TokenSearch.NEAREST, maker);
    }

    private NeuralTokenChoice(int[] nearest, int positions, int candidates, Optional<Maker> maker) {
        this.candidates = candidates;
        this.nearest = nearest;
        this.positions = positions;
        this.maker = maker;
    }

    @Override
    public int positions() {
        return positions;
    }

    @Override
    public boolean weighsBits() {
        return maker.isPresent();
    }

    @Override
    public TokenChoice shorter(int dropped) {
        return dropped == 0
                ? new NeuralTokenChoice(nearest, positions, CANDIDATES, maker)
                : maker.orElseThrow().search(dropped, CANDIDATES);
    }

    @Override
    public double distortion(int[] chosen) {
        return search().distortion(chosen);
    }

    @Override
    public TokenWriter.Source source(float lambdaBefore, float lambdaAfter, int switchAt, int[] chosen) {
        if (maker.isEmpty() || lambdaBefore == 0 && lambdaAfter == 0) {
            System.arraycopy(nearest, 0, chosen, 0, nearest.length);
            return TokenWriter.known(nearest, nearest.length / positions);
        }
        return search().source(lambdaBefore, lambdaAfter, switchAt, chosen);
    }

    private TokenSearch search() {
        if (search == null) {
            search = maker.orElseThrow().search(0, candidates);
        }
        return search;
    }
}
