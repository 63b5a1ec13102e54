package dev.tessera.audio;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.nn.Extent;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.Network;
import dev.tessera.vqmodels.nn.Window;
import dev.tessera.vqmodels.training.EnvelopeRefinement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Brings decoded envelopes nearer to the original ones: a local network over bands and frames and a wide one over frames see the
 * coded envelope, the mel bands of the coded waveform and the steps of both, and what they say is added to the envelope.
 * Their layers make the same bits on every machine. Immutable, safe to share.
 *
 * <p>Receptive field of a frame: {@value #REACH} frames to either side at most, and of the waveform what {@link MelEnvelope} sees of these.
 */
final class EnvelopeRefiner {
    /** Frames to either side that a network may look at. */
    static final int REACH = 8;

    private static final String LOCAL = "refiner_local";
    private static final String WIDE = "refiner_wide";
    private static final int BANDS = MelEnvelope.BANDS;
    private static final int MAPS = 3;
    private static final int CONSTANTS = 3;
    private static final int UNIT = EnvelopeRefinement.UNIT;
    private static final int TILE = 512; // frames at a time

    // about the middle and the range of what is used
    private static final float MIDDLE_ENVELOPE_STEP = 48;
    private static final float ENVELOPE_STEPS = 10;
    private static final float MIDDLE_STEP = 230;
    private static final float STEPS = 30;

    private static final double LOG2_10 = StrictMath.log(10) / StrictMath.log(2);
    private static final int FLOOR = octaves(StrictMath.log10(MelEnvelope.FLOOR));
    private static final int MOST = 16 * EnvelopeBasis.PER_OCTAVE; // of a magnitude

    private final Network local;
    private final Network wide;

    private EnvelopeRefiner(Network local, Network wide) {
        this.local = local;
        this.wide = wide;
    }

    /**
     * What was decoded of a plane.
     *
     * @param bands logarithms of mel magnitudes, see {@link EnvelopeBasis}, {@code [frames][bands]}
     * @param waveform samples as coded; none of a sound without a waveform
     * @param envelopeSteps indices by frame
     * @param steps indices of the waveform's steps, by frame
     */
    record Decoded(int[][] bands, float[] waveform, int[] envelopeSteps, int[] steps) {}

    /**
     * What the networks see of a plane.
     *
     * @param maps {@code [maps x bands x frames]}
     * @param constants {@code [constants x frames]}, the same for all bands
     */
    private record Inputs(int frames, short[] maps, float[] constants) {}

    /** Whether {@code file} has networks. */
    static boolean isIn(ModelFile file) {
        return file.config().has(LOCAL);
    }

    /** The networks in {@code file}. */
    static EnvelopeRefiner read(ModelFile file) throws CorruptModelException {
        Network local = Network.read(file, LOCAL);
        Network wide = Network.read(file, WIDE);
        check(LOCAL, local, MAPS + CONSTANTS, 1, BANDS);
        check(WIDE, wide, MAPS * BANDS + CONSTANTS, BANDS, 1);
        return new EnvelopeRefiner(local, wide);
    }

    private static void check(String name, Network network, int in, int out, int height) throws CorruptModelException {
        if (network.inChannels() != in || network.outChannels() != out) {
            throw new CorruptModelException(name + " makes " + network.outChannels() + " channels of "
                    + network.inChannels() + ", must make " + out + " of " + in);
        }
        int reach =
                Math.max(network.horizontal().lookBack(), network.horizontal().lookAhead());
        if (reach > REACH) {
            throw new CorruptModelException(name + " looks " + reach + " frames around, must be at most " + REACH);
        }
        try {
            Extent extent = new Extent(height, TILE);
            if (!network.outExtent(extent).equals(extent)) {
                throw new CorruptModelException(
                        name + " makes " + network.outExtent(extent) + " of " + extent + ", must keep sizes");
            }
        } catch (IllegalArgumentException e) {
            throw new CorruptModelException(name + " does not take " + BANDS + " bands: " + e.getMessage(), e);
        }
    }

    /** Puts what was trained in a model: lists of layers in {@code config}, weights in {@code file}. */
    static void write(EnvelopeRefinement.Trained trained, Map<String, Object> config, ModelFile.Builder file) {
        write(LOCAL, trained.local(), config, file);
        write(WIDE, trained.wide(), config, file);
    }

    private static void write(
            String part, List<EnvelopeRefinement.Layer> layers, Map<String, Object> config, ModelFile.Builder file) {
        List<ModelConfig> blocks = new ArrayList<>();
        for (EnvelopeRefinement.Layer layer : layers) {
            if (!blocks.isEmpty()) {
                blocks.add(ModelConfig.of(Map.of("type", "silu")));
            }
            String name = part + "." + blocks.size();
            blocks.add(ModelConfig.of(Map.of("type", "conv", "name", name)));
            file.tensor(
                    name + ".weight",
                    Tensor.ofFloats(layer.weights(), layer.out(), layer.in(), layer.height(), layer.width()));
            file.tensor(name + ".bias", Tensor.ofFloats(layer.bias(), layer.out()));
        }
        config.put(part + "_channels", layers.getFirst().in());
        config.put(part, blocks);
    }

    /** A better envelope, {@code [frames][bands]}. */
    int[][] refine(Decoded decoded) {
        Inputs inputs = inputs(decoded);
        int[][] out = new int[inputs.frames][BANDS];
        float[] sums = new float[BANDS * inputs.frames];
        add(local, BANDS, MAPS, inputs, sums);
        add(wide, 1, MAPS * BANDS, inputs, sums);
        for (int t = 0; t < out.length; t++) {
            for (int b = 0; b < BANDS; b++) {
                int cell = b * out.length + t;
                double value = inputs.maps[cell] + (double) UNIT * sums[cell];
                out[t][b] = Double.isFinite(value) ? (int) StrictMath.rint(Math.clamp(value, -MOST, MOST)) : FLOOR;
            }
        }
        return out;
    }

    private static void add(Network network, int height, int channels, Inputs inputs, float[] sums) {
        if (inputs.frames == 0) {
            return;
        }
        try {
            network.run(
                    new Extent(height, inputs.frames),
                    window -> source(inputs, height, channels, window),
                    height,
                    TILE,
                    (window, tile) -> add(tile, inputs.frames, window.left(), sums),
                    1);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // neither source nor sink reads or writes
        }
    }

    private static FeatureMap source(Inputs inputs, int height, int channels, Window window) {
        int width = window.width();
        int rows = channels * height;
        float[] out = new float[(rows + CONSTANTS * height) * width];
        for (int row = 0; row < rows; row++) {
            for (int t = 0; t < width; t++) {
                out[row * width + t] = inputs.maps[row * inputs.frames + window.left() + t] / (float) UNIT;
            }
        }
        for (int row = 0; row < CONSTANTS * height; row++) {
            int from = row / height * inputs.frames + window.left();
            System.arraycopy(inputs.constants, from, out, (rows + row) * width, width);
        }
        return FeatureMap.of(channels + CONSTANTS, height, width, out);
    }

    private static void add(FeatureMap tile, int frames, int left, float[] sums) {
        float[] values = tile.toArray();
        int width = tile.width();
        for (int i = 0; i < values.length; i++) {
            sums[i / width * frames + left + i % width] += values[i];
        }
    }

    private static Inputs inputs(Decoded from) {
        int[][] bands = from.bands;
        int frames = bands.length;
        boolean hasCore = from.waveform.length > 0;
        int cells = BANDS * frames;
        short[] maps = new short[MAPS * cells];
        float[] waveform = hasCore ? MelEnvelope.logMel(from.waveform).data() : new float[0];
        for (int t = 0; t < frames; t++) {
            for (int b = 0; b < BANDS; b++) {
                int cell = b * frames + t;
                int coded = Math.clamp(bands[t][b], FLOOR, MOST);
                int decoded = hasCore ? Math.min(octaves(waveform[t * BANDS + b]), MOST) : FLOOR;
                maps[cell] = (short) coded;
                maps[cells + cell] = (short) decoded;
                maps[2 * cells + cell] = (short) (hasCore ? Math.clamp(decoded - coded, -UNIT, UNIT) : 0);
            }
        }
        float[] constants = new float[CONSTANTS * frames];
        for (int t = 0; t < frames; t++) {
            constants[t] = (from.envelopeSteps[t] - MIDDLE_ENVELOPE_STEP) / ENVELOPE_STEPS;
            constants[frames + t] = hasCore ? (from.steps[t] - MIDDLE_STEP) / STEPS : 0;
            constants[2 * frames + t] = hasCore ? 1 : 0;
        }
        return new Inputs(frames, maps, constants);
    }

    /** A decimal logarithm as a binary one, see {@link EnvelopeBasis#PER_OCTAVE}. */
    private static int octaves(double decades) {
        return (int) StrictMath.rint(EnvelopeBasis.PER_OCTAVE * LOG2_10 * decades);
    }

    /**
     * What the networks are to make of a decoded plane, of one frame at least and with the same steps everywhere.
     *
     * @param original its samples before it was coded
     * @param floor magnitude below which differences do not count
     */
    static EnvelopeRefinement.Pair pair(Decoded decoded, float[] original, double floor) {
        Inputs inputs = inputs(decoded);
        float[] wanted = MelEnvelope.logMel(original).data();
        short[] target = new short[wanted.length];
        for (int i = 0; i < wanted.length; i++) {
            target[i % BANDS * inputs.frames + i / BANDS] = (short) octaves(wanted[i]);
        }
        int least = octaves(StrictMath.log10(Math.max(floor, MelEnvelope.FLOOR)));
        float[] constants = new float[CONSTANTS];
        for (int i = 0; i < CONSTANTS; i++) {
            constants[i] = inputs.constants[i * inputs.frames];
        }
        return new EnvelopeRefinement.Pair(MAPS, BANDS, inputs.frames, inputs.maps, constants, target, least);
    }
}
