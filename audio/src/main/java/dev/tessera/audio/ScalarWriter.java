package dev.tessera.audio;

import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.mixing.BitCoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Codes one sound with different {@link ScalarSettings}: in the single layout the envelope's step index (uniform in 80), with a waveform
 * its step index (uniform in 256); then what {@link ScalarPlanes} says. Not for several threads at once.
 */
final class ScalarWriter {
    /** Levels of a {@link HighBand} below which all of it is left out: 3 times the rounding to 16 bits. */
    private static final double AUDIBLE = HighBand.SILENT + 2.5 * EnvelopeBasis.PER_OCTAVE;

    private static final int AUDIBLE_ONE_IN = 16;

    private static final double BITS_PER_VALUE = 13; // log2 of the number of values of an envelope's coefficient

    private final ScalarAudioModel model;
    private final int length;
    private final LappedPlanes waveforms;
    private final double[][][] components; // by plane, [frames][components]
    private final Optional<HighBand> high;
    private final double[][][] highLevels; // [planes][frames][bands]

    /** @param planes {@code [planes][samples]} at 16 kHz */
    ScalarWriter(ScalarAudioModel model, float[][] planes) {
        this(model, planes, Optional.empty(), planes);
    }

    /**
     * The same with what is above 8 kHz.
     *
     * @param atRate {@code [planes][samples]} at the rate of {@code high}
     */
    ScalarWriter(ScalarAudioModel model, float[][] planes, Optional<HighBand> high, float[][] atRate) {
        this.high = high;
        this.highLevels = high.map(
                        band -> Arrays.stream(atRate).map(band::levels).toArray(double[][][]::new))
                .orElse(new double[0][][]);
        this.model = model;
        this.length = planes[0].length;
        this.waveforms = new LappedPlanes(planes);
        this.components = Arrays.stream(planes)
                .map(plane -> model.basis().components(MelEnvelope.logMel(plane)))
                .toArray(double[][][]::new);
    }

    /** Whether anything above 8 kHz can be heard, more than where the sound begins and ends. */
    boolean hasHigh() {
        return isAudible(Arrays.stream(highLevels));
    }

    /** The same of levels of all planes. */
    static boolean isAudible(Stream<double[][]> planes) {
        double[] levels =
                planes.flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).toArray();
        return Arrays.stream(levels).filter(level -> level > AUDIBLE).count() * AUDIBLE_ONE_IN > levels.length;
    }

    int frames() {
        return components[0].length;
    }

    /** Whether decoders refine the envelope. */
    boolean isRefined() {
        return model.refiner().isPresent();
    }

    /** Index of the step whose waveform takes about so many bytes. */
    double guessStep(long bytes) {
        return waveforms.guessStep(bytes);
    }

    PayloadWriter.Payload write(ScalarSettings settings, TsrLayout layout) {
        ScalarPlanes planes = new ScalarPlanes(model.basis(), settings, components.length, length, high);
        List<ScalarPlanes.Sources> sources = sources(settings);
        List<byte[]> chunks = new ArrayList<>();
        int count = ScalarCodec.chunks(layout, planes.frames());
        for (int i = 0; i < count; i++) {
            RangeEncoder encoder = new RangeEncoder();
            if (layout == TsrLayout.SINGLE) {
                ScalarStream.writeSteps(settings, encoder);
            }
            int first = ScalarCodec.firstFrame(i);
            int end = i + 1 < count ? ScalarCodec.firstFrame(i + 1) : planes.frames();
            planes.code(first, end, settings, model.start(), new BitCoder.Writer(encoder), sources::get);
            chunks.add(encoder.finish());
        }
        long values = (long) components.length * planes.frames() * model.basis().components();
        return new PayloadWriter.Payload(chunks, values, values * BITS_PER_VALUE);
    }

    /** What a decoder makes of the sound. */
    ScalarPlanes decoded(ScalarSettings settings) {
        ScalarPlanes planes = new ScalarPlanes(model.basis(), settings, components.length, length);
        planes.code(model.start(), new BitCoder.Trainer(), sources(settings)::get);
        return planes;
    }

    private List<ScalarPlanes.Sources> sources(ScalarSettings settings) {
        ScalarPlanes.Sources[] out = new ScalarPlanes.Sources[components.length];
        for (int p = 0; p < out.length; p++) {
            ScalarPlanes.Sources below = sources(
                    model.basis(),
                    settings,
                    components[p],
                    waveforms.samples(p),
                    waveforms.blocks(p),
                    settings.envelopeStep(p, out.length));
            int plane = p;
            out[p] = high.isEmpty()
                    ? below
                    : new ScalarPlanes.Sources(
                            below.envelope(), below.waveform(), (frame, band) -> highLevels[plane][frame][band]);
        }
        return List.of(out);
    }

    /**
     * What the encoder chooses for a plane.
     *
     * @param components of its envelope, {@code [frames][components]}
     * @param samples filled up to whole longest blocks
     */
    static ScalarPlanes.Sources sources(
            EnvelopeBasis basis,
            ScalarSettings settings,
            double[][] components,
            double[] samples,
            BlockSearch search,
            int envelopeStep) {
        EnvelopeCoding.Source envelope = new EnvelopeChoice(
                basis, components, settings.span(), EnvelopeCoding.step(envelopeStep), settings.envelopeLambdas());
        if (settings.mode() == Mode.ENVELOPE) {
            return new ScalarPlanes.Sources(envelope, LappedCoding.NONE);
        }
        return new ScalarPlanes.Sources(envelope, LappedChoice.of(samples, search, settings.step(), settings.lambda()));
    }
}
