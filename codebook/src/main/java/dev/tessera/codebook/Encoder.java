package dev.tessera.codebook;

/** Turns a signal into latents. Deterministic and safe to share between threads. */
@FunctionalInterface
public interface Encoder<S> {
    Latents encode(S signal);
}
