package dev.tessera.vqmodels.nn;

/** Is told what enters the convolutions and linear layers of a network at work. */
@FunctionalInterface
public interface LayerObserver {
    /** @param in the whole input of {@code layer} */
    void observe(Conv layer, FeatureMap in);

    /** Comes before all layers of a network: {@code in} is its whole input. */
    default void begin(FeatureMap in) {}
}
