package dev.tessera.audio;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A WAV file of 16-bit PCM that is written while the sound arrives; its header says no length, so that readers go on to the end. Values beyond
 * full scale are clipped. Not for several threads at once.
 */
public final class WavOutput {
    private final OutputStream out;
    private final int sampleRate;

    /**
     * Writes the header.
     *
     * @param out is flushed, not closed
     */
    public WavOutput(OutputStream out, int sampleRate, int channels) throws IOException {
        this.out = out;
        this.sampleRate = sampleRate;
        WavWriter.headerOfUnknownLength(sampleRate, channels, out);
        out.flush();
    }

    /** Writes {@code channels}, {@code [channels][n]}, and hands them on. */
    public void write(float[][] channels) throws IOException {
        WavWriter.samples(AudioSignal.wrap(sampleRate, channels), out);
        out.flush();
    }
}
