package dev.tessera.eval.rd;

/** What a coder codes. */
public sealed interface Medium permits Rgb8, Sound {
    /** SHA-256 of the samples and their geometry, lower-case hex: equal media have equal digests. */
    String digest();
}
