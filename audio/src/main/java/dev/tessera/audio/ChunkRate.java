package dev.tessera.audio;

import java.util.Optional;

/**
 * Finds the steps of the chunks of a stream one by one, knowing the chunks so far alone. What is left of the rate is saved for later, up to
 * {@value #MOST_SAVED} chunks; what a chunk takes too much, since even the coarsest steps need it, is taken from the next ones.
 *
 * <p>A chunk may be half an octave finer than those before it, so that pauses save and do not spend. Not for several threads at once.
 */
final class ChunkRate {
    private static final int MOST_SAVED = 4;

    private final ScalarSettings usual;
    private final double bytesPerChunk;
    private double balance;
    private double recent = Double.NaN; // index of the step that recent chunks had
    private int envelopeStep;

    /**
     * @param usual settings without the step that fills the rate
     * @param bytesPerChunk what a chunk may take
     * @param spent bytes of the stream besides its chunks
     */
    ChunkRate(ScalarSettings usual, double bytesPerChunk, double spent) {
        this.usual = usual;
        this.bytesPerChunk = bytesPerChunk;
        this.balance = -spent;
        this.envelopeStep = usual.envelopeStep();
    }

    /** Bytes of a stream for each chunk besides its own, at most: the checksum and the length. */
    static int overhead(double bytesPerChunk) {
        int bits = 32 - Integer.numberOfLeadingZeros((int) (MOST_SAVED * bytesPerChunk) + 1);
        return 4 + Math.ceilDiv(bits, 7);
    }

    /**
     * The next chunk.
     *
     * @param share of a whole chunk that the sound has of this one
     * @param overhead bytes of the stream for each chunk, besides its own
     */
    ChunkWriter.Coded next(ChunkWriter writer, double share, int overhead) {
        balance = Math.min(balance + share * bytesPerChunk, MOST_SAVED * bytesPerChunk);
        long budget = (long) Math.floor(balance - overhead);
        boolean hybrid = usual.mode() == Mode.HYBRID;
        ScalarSettings settings = hybrid ? usual.withSteps(envelopeStep(writer, budget), 0) : usual;
        settings = settings.withHigh(writer.highStep(settings, Math.min(budget, bytesPerChunk)));
        ScalarSettings chosen = settings;
        double octave = hybrid ? SoundRates.STEPS_PER_HALF_SIZE : ScalarSearch.ENVELOPE_STEPS_PER_HALF_SIZE;
        int coarsest = (hybrid ? Settings.STEPS : EnvelopeCoding.STEPS) - 1;
        double finer = octave / 2;
        double finest = Double.isNaN(recent) ? 0 : Math.max(0, recent - finer);
        double start = Double.isNaN(recent) ? coarsest * 0.7 : recent;
        BudgetSearch<ChunkWriter.Coded> search =
                new BudgetSearch<>(finest, coarsest, octave, Math.max(1, budget), ChunkWriter.Coded::size);
        Optional<ChunkWriter.Coded> found =
                search.largest(start, index -> writer.write(ScalarAim.withStep(chosen, index)));
        ChunkWriter.Coded coded = found.orElseGet(() -> writer.write(ScalarAim.withStep(
                (hybrid ? chosen.withSteps(EnvelopeCoding.STEPS - 1, 0) : chosen).withHigh(0), coarsest)));
        if (found.isPresent()) {
            double step = search.fits();
            recent = Double.isNaN(recent) || step > recent ? step : (recent + step) / 2;
        }
        balance -= overhead + coded.size();
        return coded;
    }

    /** The finest step from the usual one on whose envelope leaves enough to the waveform; as for the chunk before, or a little finer. */
    private int envelopeStep(ChunkWriter writer, long budget) {
        envelopeStep = Math.max(usual.envelopeStep(), envelopeStep - 2);
        while (envelopeStep < EnvelopeCoding.STEPS - 1
                && writer.envelopeBytes(usual.withSteps(envelopeStep, 0)) > ScalarSearch.ENVELOPE_SHARE * budget) {
            envelopeStep = Math.min(EnvelopeCoding.STEPS - 1, envelopeStep + 2);
        }
        return envelopeStep;
    }
}
