package dev.tessera.codecs.tensor;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;

/**
 * Quantized residuals of predictions, in the order groups, steps, channels; one routine for both directions.
 *
 * <p>A value that no level reaches (NaN, infinities, far outliers) is escaped: its 32 bits stand in the stream, and no prediction
 * uses it.
 */
final class LossyCoding {
    /** Largest magnitude of a quantized residual. */
    static final int LARGEST_LEVEL = 1 << 26;

    private static final int LEVEL_BITS = 27;

    private final Axes axes;
    private final BitCoder coder;
    private final TensorSettings settings;
    private final AdaptiveBits repeats = new AdaptiveBits(1);
    private final ResidualModel deltas = model();
    private final ResidualModel anchors = model();
    private int lastEscape;

    private LossyCoding(Axes axes, BitCoder coder, TensorSettings settings) {
        this.axes = axes;
        this.coder = coder;
        int interval = 1 + coder.uniform(settings.anchorInterval() - 1, TensorSettings.MAX_ANCHOR_INTERVAL);
        int shift = coder.uniform(settings.anchorShift(), TensorSettings.MAX_ANCHOR_SHIFT + 1);
        this.settings = new TensorSettings(interval, shift, settings.rateWeight(), settings.stepRule());
    }

    private static ResidualModel model() {
        return new ResidualModel(
                Neighbourhood.PRIMARIES, Neighbourhood.SECONDARIES, Neighbourhood.SIGNS, LEVEL_BITS, true);
    }

    /**
     * @param spreads of all tracks, {@code [groups x channels]}
     * @param stepFactor quantization step over spread
     * @param reconstruction takes what a decoder will see
     */
    static byte[] encode(
            Axes axes,
            float[] values,
            Spread[] spreads,
            double stepFactor,
            TensorSettings settings,
            float[] reconstruction) {
        RangeEncoder encoder = new RangeEncoder();
        try {
            new LossyCoding(axes, new BitCoder.Writing(encoder), settings)
                    .run(values, spreads, stepFactor, reconstruction);
        } catch (CorruptBitstreamException e) {
            throw new IllegalStateException(e); // only readers meet corruption
        }
        return encoder.finish();
    }

    /** @param steps takes the quantization steps of all tracks, {@code [groups x channels]} */
    static float[] decode(Axes axes, RangeDecoder decoder, double stepFactor, double[] steps)
            throws CorruptBitstreamException {
        float[] values = new float[axes.groups() * axes.steps() * axes.channels()];
        LossyCoding coding = new LossyCoding(axes, new BitCoder.Reading(decoder), TensorSettings.DEFAULT);
        Track[] tracks = coding.run(null, null, stepFactor, values);
        for (int i = 0; i < tracks.length; i++) {
            steps[i] = tracks[i].step();
        }
        return values;
    }

    private Track[] run(float[] source, Spread[] spreads, double stepFactor, float[] target)
            throws CorruptBitstreamException {
        int channels = axes.channels();
        double[] sizes = sizes(spreads);
        double largest = 0;
        for (double size : sizes) {
            largest = Math.max(largest, size);
        }
        TrackCoding trackCoding = new TrackCoding(coder, largest, stepFactor);
        ModeChoice choice = new ModeChoice(axes, settings);
        Track[] all = new Track[axes.groups() * channels];
        for (int group = 0; group < axes.groups(); group++) {
            Track[] tracks = new Track[channels];
            for (int c = 0; c < channels; c++) {
                int i = group * channels + c;
                if (coder.isReading()) {
                    tracks[c] = trackCoding.code(new Spread(0, 0), 0, 0);
                } else {
                    double center = trackCoding.center(spreads[i], sizes[i]);
                    int mode = choice.next(axes, source, axes.start(group), c, center, trackCoding.step(sizes[i]));
                    tracks[c] = trackCoding.code(spreads[i], sizes[i], mode);
                }
                all[i] = tracks[c];
            }
            codeGroup(tracks, axes.start(group), source, target);
        }
        return all;
    }

    /** What the quantization steps of tracks follow; 0 for a constant track. */
    private double[] sizes(Spread[] spreads) {
        double[] sizes = new double[axes.groups() * axes.channels()];
        if (coder.isReading()) {
            return sizes;
        }
        double squares = 0;
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = spreads[i].spread();
            squares += sizes[i] * sizes[i];
        }
        if (settings.stepRule() == TensorSettings.StepRule.TENSOR) {
            double common = Math.sqrt(squares / sizes.length);
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = sizes[i] == 0 ? 0 : common;
            }
        }
        return sizes;
    }

    private void codeGroup(Track[] tracks, int start, float[] source, float[] target) {
        int channels = tracks.length;
        Neighbourhood around = new Neighbourhood(channels);
        double[] previous = new double[channels];
        double[] anchor = new double[channels];
        for (int c = 0; c < channels; c++) {
            previous[c] = tracks[c].center();
            anchor[c] = tracks[c].center();
        }
        AdaptivePredictor[] adaptive = new AdaptivePredictor[channels];
        for (int c = 0; c < channels; c++) {
            adaptive[c] = tracks[c].isAdaptive() ? new AdaptivePredictor() : null;
        }
        double[] distances = new double[channels]; // to the centres, in steps; from here on those of the step before
        int position = start;
        for (int t = 0; t < axes.steps(); t++) {
            around.nextStep();
            double neighbour = 0;
            double second = 0; // distances: of the channel before the neighbour, of the neighbour now and a step before
            double first = 0;
            double firstBefore = 0;
            for (int c = 0; c < channels; c++, position++) {
                Track track = tracks[c];
                boolean isAnchor = track.isAnchor(t, settings.anchorInterval());
                int shift = isAnchor ? settings.anchorShift() : 0;
                double step = track.step() / (1 << shift);
                double linear = adaptive[c] == null ? 0 : adaptive[c].predict(first, firstBefore, second);
                double prediction = track.predict(isAnchor, anchor[c], previous[c], linear, neighbour);
                ResidualModel model = isAnchor ? anchors : deltas;
                around.look(c);
                int sign = around.sign(c);
                long level = source == null ? 0 : level(model, around, sign, source[position], prediction, step);
                level = model.code(coder, level, around.primary(), around.secondary(), sign);
                if (level == ResidualModel.ESCAPE) {
                    target[position] = escape(source == null ? 0 : source[position]);
                    around.putEscape(c);
                    neighbour = 0;
                } else {
                    float value = Track.reconstruct(prediction, level, step);
                    target[position] = value;
                    previous[c] = value;
                    if (isAnchor) {
                        anchor[c] = value;
                    }
                    around.put(c, level >= 0 ? level >> shift : -(-level >> shift));
                    neighbour = (double) level / (1 << shift);
                }
                second = first;
                firstBefore = distances[c];
                first = track.distance(previous[c]);
                distances[c] = first;
                if (adaptive[c] != null) {
                    adaptive[c].learn(first);
                }
            }
        }
    }

    /** The level for a value; {@link ResidualModel#ESCAPE} when there is none. */
    private long level(
            ResidualModel model, Neighbourhood around, int sign, float value, double prediction, double step) {
        if (step == 0) {
            return value == prediction ? 0 : ResidualModel.ESCAPE;
        }
        double exact = (value - prediction) / step;
        if (!(Math.abs(exact) <= LARGEST_LEVEL)) {
            return ResidualModel.ESCAPE;
        }
        long nearest = (long) Math.rint(exact);
        if (nearest == 0 || settings.rateWeight() == 0) {
            return nearest;
        }
        long smaller = nearest - Long.signum(nearest);
        double error = exact - nearest;
        double smallerError = exact - smaller;
        if (Math.abs(smallerError) > 1) {
            return nearest;
        }
        long saved = model.cost(nearest, around.primary(), around.secondary(), sign)
                - model.cost(smaller, around.primary(), around.secondary(), sign);
        double gain = settings.rateWeight() * saved / AdaptiveBits.BIT;
        return smallerError * smallerError - error * error < gain ? smaller : nearest;
    }

    private float escape(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (repeats.code(coder, 0, bits == lastEscape ? 1 : 0) == 0) {
            lastEscape = coder.word(bits);
        }
        return Float.intBitsToFloat(lastEscape);
    }
}
