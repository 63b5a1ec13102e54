package dev.tessera.audio;

import java.util.stream.IntStream;

/**
 * How the independent layout deals frames to chunks: sections of about ten seconds one after the other, in each
 * {@value #SETS} chunks, to which runs of frames of about 80 ms are dealt in turn. So a lost chunk leaves holes of 80 ms with
 * 320 ms between them.
 *
 * @param frames number of frames
 * @param runLength frames of a run
 * @param shift set of the first run of the sound
 * @param sections number of sections
 */
record FrameSets(int frames, int runLength, int shift, int sections) {
    static final int SETS = 5;

    private static final int SECTION_SECONDS = 10;
    private static final int RUN_SAMPLES = 1280;
    private static final int RUN_MILLISECONDS = 80;

    /** Where the waveform stands relative to the envelope: a time whose waveform is lost keeps its envelope. */
    private static final int CORE_SHIFT = 2;

    /** Sections of a sound of so many samples at 16 kHz. */
    static int sections(int samples) {
        return sections(samples, MelEnvelope.SAMPLE_RATE);
    }

    private static int sections(int samples, int sampleRate) {
        long section = (long) SECTION_SECONDS * sampleRate;
        return Math.max(1, (int) ((samples + section / 2) / section));
    }

    /** Of the tokens of a neural model, which stand for {@code tokenSamples} samples each. */
    static FrameSets ofTokens(int samples, int sampleRate, int tokenSamples) {
        int runLength = Math.max(1, (int) ((long) RUN_MILLISECONDS * sampleRate / 1000 / tokenSamples));
        return new FrameSets(Math.ceilDiv(samples, tokenSamples), runLength, 0, sections(samples, sampleRate));
    }

    static FrameSets ofEnvelope(int samples) {
        return new FrameSets(MelEnvelope.frames(samples), RUN_SAMPLES / MelEnvelope.HOP, 0, sections(samples));
    }

    static FrameSets ofCore(int samples) {
        return new FrameSets(MdctCore.frames(samples), RUN_SAMPLES / MdctCore.SIZE, CORE_SHIFT, sections(samples));
    }

    int chunks() {
        return SETS * sections;
    }

    /** The frames of a chunk, ascending. */
    int[] framesOf(int chunk) {
        int runs = Math.ceilDiv(frames, runLength);
        int section = chunk / SETS;
        int from = (int) ((long) runs * section / sections);
        int to = (int) ((long) runs * (section + 1) / sections);
        return IntStream.range(from, to)
                .filter(run -> (run + shift) % SETS == chunk % SETS)
                .flatMap(run -> IntStream.range(run * runLength, Math.min(frames, (run + 1) * runLength)))
                .toArray();
    }
}
