package dev.tessera.image.transform;

import java.nio.ByteBuffer;

/** The adaptive models of a picture together, in the state that a file starts with. */
final class TransformPrior {
    /** Observations that a shipped estimate counts as at most. */
    static final int TRUST = 60;

    final CoefficientModel coefficients;
    final ModeModel modes;

    TransformPrior() {
        this(new CoefficientModel(), new ModeModel());
    }

    private TransformPrior(CoefficientModel coefficients, ModeModel modes) {
        this.coefficients = coefficients;
        this.modes = modes;
    }

    TransformPrior copy() {
        return new TransformPrior(coefficients.copy(), modes.copy());
    }

    int stateBytes() {
        return coefficients.stateBytes() + modes.stateBytes();
    }

    byte[] save() {
        ByteBuffer out = ByteBuffer.allocate(stateBytes());
        coefficients.save(out);
        modes.save(out);
        return out.array();
    }

    static TransformPrior of(byte[] state) {
        TransformPrior prior = new TransformPrior();
        ByteBuffer in = ByteBuffer.wrap(state);
        prior.coefficients.restore(in, TRUST);
        prior.modes.restore(in, TRUST);
        return prior;
    }
}
