package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.training.EnvelopeRefinement;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EnvelopeRefinerTest {
    private static final int BANDS = MelEnvelope.BANDS;
    private static final int LOCAL_INPUTS = 6;
    private static final int WIDE_INPUTS = 3 * BANDS + 3;

    private static EnvelopeRefinement.Layer layer(int in, int out, int height, int width, double size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] weights = new float[out * in * height * width];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (size * random.nextDouble(-1, 1) / Math.sqrt(in * height * width));
        }
        float[] bias = new float[out];
        for (int i = 0; i < out; i++) {
            bias[i] = (float) (size * random.nextDouble(-1, 1) / 8);
        }
        return new EnvelopeRefinement.Layer(in, out, height, width, weights, bias);
    }

    /** Networks of random weights that reach 2 and 3 frames. */
    static EnvelopeRefinement.Trained networks(double size) {
        return new EnvelopeRefinement.Trained(
                List.of(layer(LOCAL_INPUTS, 3, 3, 3, size, 1), layer(3, 1, 3, 3, size, 2)),
                List.of(layer(WIDE_INPUTS, 4, 1, 5, size, 3), layer(4, BANDS, 1, 3, size, 4)),
                0,
                0);
    }

    /** {@code model} with networks in it. */
    static ModelFile with(ModelFile model, EnvelopeRefinement.Trained networks) throws IOException {
        Map<String, Object> entries = new LinkedHashMap<>();
        ModelFile.Builder file = ModelFile.builder();
        EnvelopeRefiner.write(networks, entries, file);
        ModelConfig config = model.config().with("format_version", 2);
        for (Map.Entry<String, Object> entry : entries.entrySet()) {
            config = config.with(entry.getKey(), entry.getValue());
        }
        for (String name : model.tensorNames()) {
            file.tensor(name, model.tensor(name));
        }
        return file.config(config).build();
    }

    private static EnvelopeRefiner refiner(EnvelopeRefinement.Trained networks) throws IOException {
        return EnvelopeRefiner.read(with(ModelFile.builder().build(), networks));
    }

    private static ScalarSettings settings(Mode mode) {
        return new ScalarSettings(mode, 2, true, 0, 52, LambdaPlan.of(0), 236, 0, 0);
    }

    /** With the same steps everywhere. */
    private static EnvelopeRefiner.Decoded decoded(int[][] bands, float[] waveform) {
        int[] envelopeSteps = new int[bands.length];
        int[] steps = new int[bands.length];
        Arrays.fill(envelopeSteps, 52);
        Arrays.fill(steps, 236);
        return new EnvelopeRefiner.Decoded(bands, waveform, envelopeSteps, steps);
    }

    private static int[][] bands(int frames) {
        SplittableRandom random = new SplittableRandom(frames);
        int[][] bands = new int[frames][BANDS];
        for (int[] frame : bands) {
            Arrays.setAll(frame, _ -> random.nextInt(-3000, 1500));
        }
        return bands;
    }

    /** A layer by its definition; {@code [channel][row][column]}. */
    private static double[][][] convolved(double[][][] in, EnvelopeRefinement.Layer layer, boolean activated) {
        int rows = in[0].length;
        int columns = in[0][0].length;
        double[][][] out = new double[layer.out()][rows][columns];
        for (int o = 0; o < layer.out(); o++) {
            for (int y = 0; y < rows; y++) {
                for (int x = 0; x < columns; x++) {
                    double sum = layer.bias()[o];
                    for (int i = 0; i < layer.weights().length / layer.out(); i++) {
                        int row = y + i / layer.width() % layer.height() - layer.height() / 2;
                        int column = x + i % layer.width() - layer.width() / 2;
                        if (row >= 0 && row < rows && column >= 0 && column < columns) {
                            sum += layer.weights()[o * (layer.weights().length / layer.out()) + i]
                                    * in[i / (layer.height() * layer.width())][row][column];
                        }
                    }
                    out[o][y][x] = activated ? sum / (1 + Math.exp(-sum)) : sum;
                }
            }
        }
        return out;
    }

    private static double[][][] run(double[][][] in, List<EnvelopeRefinement.Layer> layers) {
        double[][][] values = in;
        for (int i = 0; i < layers.size(); i++) {
            values = convolved(values, layers.get(i), i + 1 < layers.size());
        }
        return values;
    }

    /** An independent way: inputs and layers by their definitions, in doubles. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void theNetworksAddWhatTheirDefinitionsSay(Mode mode) throws IOException {
        int frames = 7;
        int[][] bands = bands(frames);
        float[] core = SoundFileContract.tone(16_000, frames * MelEnvelope.HOP, 200);
        float[] logMel = MelEnvelope.logMel(core).data();
        double floor = 256 * Math.log(MelEnvelope.FLOOR) / Math.log(2);
        double[][][] local = new double[LOCAL_INPUTS][BANDS][frames];
        double[][][] wide = new double[WIDE_INPUTS][1][frames];
        boolean hybrid = mode == Mode.HYBRID;
        for (int t = 0; t < frames; t++) {
            for (int b = 0; b < BANDS; b++) {
                double coded = Math.max(bands[t][b], Math.rint(floor));
                double decoded = Math.rint(hybrid ? 256 * logMel[t * BANDS + b] * Math.log(10) / Math.log(2) : floor);
                local[0][b][t] = coded / 1024;
                local[1][b][t] = decoded / 1024;
                local[2][b][t] = hybrid ? Math.clamp((decoded - coded) / 1024, -1, 1) : 0;
                local[3][b][t] = 0.4;
                local[4][b][t] = hybrid ? 0.2 : 0;
                local[5][b][t] = hybrid ? 1 : 0;
            }
            for (int i = 0; i < WIDE_INPUTS; i++) {
                int map = i < 3 * BANDS ? i / BANDS : i - 3 * BANDS + 3;
                wide[i][0][t] = local[map][i < 3 * BANDS ? i % BANDS : 0][t];
            }
        }
        EnvelopeRefinement.Trained networks = networks(1);
        double[][][] near = run(local, networks.local());
        double[][][] all = run(wide, networks.wide());
        int[][] refined = refiner(networks).refine(decoded(bands, mode == Mode.HYBRID ? core : new float[0]));
        for (int t = 0; t < frames; t++) {
            for (int b = 0; b < BANDS; b++) {
                double expected = 1024 * (local[0][b][t] + near[0][b][t] + all[b][0][t]);
                assertEquals(expected, refined[t][b], 0.6, "frame " + t + ", band " + b);
            }
        }
    }

    /** Frames beyond the reach do not matter, neither does where tiles end. */
    @Test
    void aFrameDependsOnThoseInReachOnly() throws IOException {
        EnvelopeRefiner refiner = refiner(networks(1));
        int frames = 1100;
        int changed = 700;
        int[][] bands = bands(frames);
        float[] core = SoundFileContract.tone(16_000, frames * MelEnvelope.HOP, 200);
        int[][] whole = refiner.refine(decoded(bands, core));
        bands[changed][3] += 500;
        int[][] other = refiner.refine(decoded(bands, core));
        int reach = 3; // of these networks
        for (int t = 0; t < frames; t++) {
            assertEquals(Math.abs(t - changed) > reach, Arrays.equals(whole[t], other[t]), "frame " + t);
        }
        int[][] part = refiner.refine(decoded(Arrays.copyOf(bands, 600), Arrays.copyOf(core, 600 * MelEnvelope.HOP)));
        int window = 2; // the waveform's frames see that many hops
        for (int t = 0; t < 600 - reach - window; t++) {
            assertArrayEquals(whole[t], part[t], "frame " + t);
        }
    }

    @Test
    void networksThatSayNothingChangeNothing() throws IOException {
        ModelFile plain = ((ScalarAudioModel) SoundFileContract.shipped("audio-scalar")).file();
        AudioCodec codec = new AudioCodec(AudioModel.load(plain));
        AudioCodec refining = new AudioCodec(AudioModel.load(with(plain, networks(0))));
        AudioCodec changing = new AudioCodec(AudioModel.load(with(plain, networks(1))));
        AudioSignal sound = AudioSignal.mono(16_000, SoundFileContract.tone(16_000, 24_000, 200));
        for (int quality : new int[] {10, 60}) {
            RateTarget target = new RateTarget.Quality(quality);
            float[] expected = decoded(codec, sound, target);
            assertArrayEquals(expected, decoded(refining, sound, target));
            assertEquals(
                    quality < 30, Arrays.equals(expected, decoded(changing, sound, target)), "a waveform is needed");
        }
    }

    private static float[] decoded(AudioCodec codec, AudioSignal sound, RateTarget target) throws IOException {
        return codec.decompress(TsrFile.read(codec.compress(sound, target).bytes()))
                .channel(0);
    }

    /** Concealment comes after: lost frames keep the envelope that lies between their neighbours. */
    @Test
    void lostFramesAreNotRefined() throws IOException {
        ModelFile plain = ((ScalarAudioModel) SoundFileContract.shipped("audio-scalar")).file();
        ScalarAudioModel model = (ScalarAudioModel) AudioModel.load(with(plain, networks(1)));
        int samples = 128 * MelEnvelope.HOP;
        ScalarPlanes planes = new ScalarPlanes(model.basis(), settings(Mode.HYBRID), 1, samples);
        planes.lose(0, planes.frames());
        ScalarPlane plane = planes.plane(0);
        assertArrayEquals(plane.synthesize(Optional.empty()), plane.synthesize(model.refiner()));
    }

    @Test
    void weightsThatAreNoNumbersMakeSamplesAllTheSame() throws IOException {
        EnvelopeRefinement.Layer huge = layer(3, 1, 3, 3, 1e38, 5);
        EnvelopeRefinement.Trained networks = networks(1e20);
        EnvelopeRefiner refiner = refiner(
                new EnvelopeRefinement.Trained(List.of(networks.local().getFirst(), huge), networks.wide(), 0, 0));
        for (int[] frame : refiner.refine(decoded(bands(5), new float[5 * MelEnvelope.HOP]))) {
            for (int band : frame) {
                assertTrue(Math.abs(band) <= 4096, "band of " + band);
            }
        }
    }

    @Test
    void networksThatDoNotFitAreRefused() {
        EnvelopeRefinement.Trained good = networks(1);
        Map<String, EnvelopeRefinement.Trained> bad = Map.of(
                "refiner_local makes 1 channels of 5",
                new EnvelopeRefinement.Trained(List.of(layer(5, 1, 3, 3, 1, 1)), good.wide(), 0, 0),
                "refiner_wide makes 79 channels of 243",
                new EnvelopeRefinement.Trained(good.local(), List.of(layer(WIDE_INPUTS, 79, 1, 3, 1, 1)), 0, 0),
                "refiner_wide looks 9 frames around, must be at most 8",
                new EnvelopeRefinement.Trained(good.local(), List.of(layer(WIDE_INPUTS, BANDS, 1, 19, 1, 1)), 0, 0));
        bad.forEach((message, networks) -> {
            CorruptModelException e = assertThrows(CorruptModelException.class, () -> refiner(networks));
            assertTrue(e.getMessage().contains(message), e.getMessage());
        });
        assertThrows(
                IllegalArgumentException.class,
                () -> new EnvelopeRefinement.Pair(3, BANDS, 2, new short[3 * BANDS], new float[3], new short[2], 0));
    }

    /** Both layouts decode, and the pairs to learn from are what the decoder has. */
    @Test
    void pairsHoldTheDecodedAndTheOriginalEnvelope() throws IOException {
        ScalarAudioModel model = (ScalarAudioModel) SoundFileContract.shipped("audio-scalar");
        float[] x = SoundFileContract.tone(16_000, 20_000, 200);
        ScalarWriter writer = new ScalarWriter(model, new float[][] {x});
        ScalarSettings settings = ScalarSearch.about(writer, 1, 1.25, false, 0);
        assertEquals(Mode.HYBRID, settings.mode());
        assertEquals(Mode.ENVELOPE, ScalarSearch.about(writer, 1, 1.25, true, 0).mode());
        EnvelopeRefinement.Pair pair = writer.decoded(settings).plane(0).pair(x, 0.05);
        int frames = MelEnvelope.frames(x.length);
        assertEquals(frames, pair.frames());
        assertEquals(Math.rint(256 * Math.log(0.05) / Math.log(2)), pair.floor());
        float[] logMel = MelEnvelope.logMel(x).data();
        for (int i = 0; i < logMel.length; i++) {
            double octaves = 256 * logMel[i] * Math.log(10) / Math.log(2);
            assertEquals(octaves, pair.target()[i % BANDS * frames + i / BANDS], 0.51);
        }
        ScalarAudioModel refining = (ScalarAudioModel) AudioModel.load(with(model.file(), networks(1)));
        assertNotEquals(model.hash(), refining.hash());
        for (TsrLayout layout : new TsrLayout[] {TsrLayout.SINGLE, TsrLayout.INDEPENDENT}) {
            AudioCodec codec = new AudioCodec(refining);
            byte[] file = codec.compress(AudioSignal.mono(16_000, x), new RateTarget.Quality(50), layout)
                    .bytes();
            assertEquals(x.length, codec.decompress(TsrFile.read(file)).length());
        }
    }
}
