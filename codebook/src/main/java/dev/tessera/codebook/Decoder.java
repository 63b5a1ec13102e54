package dev.tessera.codebook;

/** Turns (quantized) latents back into a signal. Deterministic and safe to share between threads. */
@FunctionalInterface
public interface Decoder<S> {
    S decode(Latents latents);
}
