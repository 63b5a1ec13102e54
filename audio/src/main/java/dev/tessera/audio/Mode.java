package dev.tessera.audio;

import java.util.Arrays;
import java.util.Optional;

/** What a {@code .tsr} file of sound holds. */
enum Mode {
    /** Spectral envelopes only; phases are invented. */
    ENVELOPE(0),
    /** The waveform, and envelopes that noise fills up to. */
    HYBRID(1);

    private final int code;

    Mode(int code) {
        this.code = code;
    }

    /** What files say. */
    int code() {
        return code;
    }

    /** The mode that files say by {@code code}, if there is one. */
    static Optional<Mode> of(int code) {
        return Arrays.stream(values()).filter(mode -> mode.code == code).findFirst();
    }
}
