package dev.tessera.image;

/** The tokens of one picture, of which there may be several choices that differ in rate and distortion. */
interface TokenChoice {
    /** Positions of the token grid. */
    int positions();

    /** Whether {@link #source} minds its multipliers; otherwise there is one choice. */
    boolean weighsBits();

    /**
     * The choice among indices, for low rates, that have lost their {@code dropped} last digits, of the codebooks that {@link NestedBooks} makes.
     *
     * @param dropped 0 to {@link ImageModel#mostDropped}
     */
    TokenChoice shorter(int dropped);

    /** Sum of squared distances that were weighed against bits, for indices as {@link #source} chose them. */
    double distortion(int[] chosen);

    /**
     * The choice as a source of tokens. Positions before {@code switchAt} are chosen with {@code lambdaBefore}, the others with
     * {@code lambdaAfter}: two neighbouring lambdas and a moving switch give every file size in between.
     *
     * @param chosen receives the indices, {@code [positions x stages]}
     */
    TokenWriter.Source source(float lambdaBefore, float lambdaAfter, int switchAt, int[] chosen);
}
