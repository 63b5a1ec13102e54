package dev.tessera.image;

import java.util.Optional;
import java.util.function.Supplier;

/** The nearest tokens, or, where a search can be made, those that weigh bits against distance. */
final class NeuralTokenChoice implements TokenChoice {
    private final int[] nearest; // [positions x stages], as coded
    private final int positions;
    private final Optional<Supplier<TokenSearch>> maker;
    private TokenSearch search; // made when first needed: it looks at all code vectors once more

    NeuralTokenChoice(int[] nearest, int positions, Optional<Supplier<TokenSearch>> maker) {
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
    public TokenWriter.Source source(float lambdaBefore, float lambdaAfter, int switchAt, int[] chosen) {
        if (maker.isEmpty() || lambdaBefore == 0 && lambdaAfter == 0) {
            System.arraycopy(nearest, 0, chosen, 0, nearest.length);
            return TokenWriter.known(nearest, nearest.length / positions);
        }
        if (search == null) {
            search = maker.get().get();
        }
        return search.source(lambdaBefore, lambdaAfter, switchAt, chosen);
    }
}
