package dev.tessera.audio;

import dev.tessera.vqmodels.training.EnvelopeRefinement;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a decoder knows of one plane of a {@link ScalarPlanes}, and the sound that it makes of it.
 *
 * @param settings of the sound
 * @param samples of the plane
 * @param before frames of the sound before the first one here
 * @param bands of the envelope, {@code [frames][bands]}
 * @param waveform of sounds that have one
 * @param lost which frames are lost: they have no waveform
 * @param envelopeSteps indices by frame
 * @param steps indices of the waveform's steps, by frame
 */
record ScalarPlane(
        ScalarSettings settings,
        int samples,
        int before,
        int[][] bands,
        LappedCoding.Coded waveform,
        boolean[] lost,
        int[] envelopeSteps,
        int[] steps) {
    /**
     * The whole sound.
     *
     * @param refiner of the envelope, for sounds with a waveform
     */
    float[] synthesize(Optional<EnvelopeRefiner> refiner) {
        return synthesize(refiner, limits(), 0, lost.length);
    }

    /** Rms of the noise in a coefficient at most, by frame. */
    private double[] limits() {
        return Arrays.stream(steps)
                .mapToDouble(step -> ScalarSettings.NOISE_LEVELS[settings.noise()] * Settings.step(step))
                .toArray();
    }

    /**
     * The frames from {@code from} to {@code to} alone, as if there were silence around them, with noise up to the envelope where frames
     * are lost.
     */
    float[] concealed(Optional<EnvelopeRefiner> refiner, int from, int to) {
        double[] limits = limits();
        boolean[] fading = fading();
        for (int t = 0; t < limits.length; t++) {
            limits[t] = lost[t] || fading[t] ? Double.MAX_VALUE : limits[t];
        }
        return synthesize(refiner, limits, from, to);
    }

    /** Frames whose middle lies where blocks of the waveform lap over lost ones. */
    private boolean[] fading() {
        boolean[] out = new boolean[lost.length];
        byte[] sizes = waveform.blocks();
        for (int i = 1, edge = 0; i < sizes.length; i++) {
            edge += LappedTransform.size(sizes[i - 1]);
            int frame = edge / MelEnvelope.HOP;
            if (edge % MelEnvelope.HOP == 0 && frame < lost.length && lost[frame] != lost[frame - 1]) {
                int reach = LappedTransform.size(Math.max(sizes[i - 1], sizes[i])) / 2 / MelEnvelope.HOP;
                Arrays.fill(out, frame - reach, Math.min(lost.length, frame + reach), true);
            }
        }
        return out;
    }

    /** @param limits rms of the noise in a coefficient at most, by frame */
    private float[] synthesize(Optional<EnvelopeRefiner> refiner, double[] limits, int from, int to) {
        int first = from * MelEnvelope.HOP;
        int length = Math.min(samples, to * MelEnvelope.HOP) - first;
        if (settings.mode() == Mode.ENVELOPE) {
            double[][] mel = EnvelopeBasis.magnitudes(Arrays.copyOfRange(bands, from, to));
            float[] out = MelEnvelope.synthesize(mel, length, before + from);
            if (settings.matching()) {
                EnvelopeMatching.apply(out, new float[length], mel, _ -> Double.MAX_VALUE);
            }
            return out;
        }
        float[] all = core();
        int[][] envelope = refiner.map(r -> refined(r, all)).orElse(bands);
        double[][] mel = EnvelopeBasis.magnitudes(Arrays.copyOfRange(envelope, from, to));
        float[] core = Arrays.copyOfRange(all, first, first + length);
        float[] out = core.clone();
        NoiseFilling.add(out, mel, (t, _) -> limits[from + t], before + from);
        if (settings.matching()) {
            EnvelopeMatching.apply(out, core, mel, t -> limits[from + t]);
        }
        return out;
    }

    /** The coded waveform, of sounds that have one. */
    private float[] core() {
        double[] sizes = Arrays.stream(steps).mapToDouble(Settings::step).toArray();
        return waveform.samples(at -> sizes[Math.min(sizes.length - 1, at / MelEnvelope.HOP)], samples);
    }

    /** The refined envelope; of lost frames as it is. */
    private int[][] refined(EnvelopeRefiner refiner, float[] core) {
        int[][] out = refiner.refine(decoded(core));
        for (int t = 0; t < out.length; t++) {
            out[t] = lost[t] ? bands[t] : out[t];
        }
        return out;
    }

    private EnvelopeRefiner.Decoded decoded(float[] core) {
        return new EnvelopeRefiner.Decoded(bands, core, envelopeSteps, steps);
    }

    /** What a refiner is to make of the plane, see {@link EnvelopeRefiner#pair}. */
    EnvelopeRefinement.Pair pair(float[] original, double floor) {
        return EnvelopeRefiner.pair(decoded(settings.mode() == Mode.HYBRID ? core() : new float[0]), original, floor);
    }
}
