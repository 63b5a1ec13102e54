package dev.tessera.audio;

/** What a {@code .tsr} file of sound holds. The order is part of the format. */
enum Mode {
    /** Spectral envelopes only; phases are invented. */
    ENVELOPE,
    /** The waveform only. */
    CORE,
    /** The waveform, and envelopes that noise fills up to. */
    HYBRID;

    boolean hasEnvelope() {
        return this != CORE;
    }

    boolean hasCore() {
        return this != ENVELOPE;
    }
}
