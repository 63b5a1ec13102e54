package dev.tessera.vqmodels.training;

/** Training cannot go on, for a reason that its user can do something about. */
public final class TrainingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public TrainingException(String message) {
        super(message);
    }
}
