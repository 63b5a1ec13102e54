package dev.tessera.audio;

/** Samples as 16-bit integers. */
final class Pcm16 {
    private Pcm16() {}

    /** Nearest integer of {@code x} times 32768, ties upward, clipped. */
    static short of(float x) {
        return (short) Math.max(-32768, Math.min(32767, Math.round(x * 32768.0)));
    }
}
