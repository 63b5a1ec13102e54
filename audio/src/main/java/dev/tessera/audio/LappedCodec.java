package dev.tessera.audio;

import dev.tessera.codebook.Latents;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.mixing.BitCoder;
import java.io.IOException;
import java.util.List;

/** The codec of {@link LappedAudioModel}: files in the single layout. */
final class LappedCodec implements SoundCodec {
    private static final double ENVELOPE_LAMBDA = 0.3;

    /** From here on more bits go to both waveform and envelope. */
    private static final double FINER_FROM_KBPS = 2;

    /**
     * Measured on the training set; but that below {@value #FINER_FROM_KBPS} kbps more bits go to the waveform alone was decided after
     * a look at the recordings of the model's card.
     */
    private static final SettingsSearch.Tuning TUNING =
            new SettingsSearch.Tuning(0.15, 2, LappedCodec::envelopeLambda, 0.55);

    private final LappedAudioModel model;

    LappedCodec(LappedAudioModel model) {
        this.model = model;
    }

    private static double envelopeLambda(double kbps) {
        return ENVELOPE_LAMBDA * StrictMath.pow(FINER_FROM_KBPS / Math.max(FINER_FROM_KBPS, kbps), 0.8);
    }

    @Override
    public boolean has(TsrLayout layout) {
        return layout == TsrLayout.SINGLE;
    }

    @Override
    public AudioCodec.Compressed compress(AudioSignal signal, RateTarget target, TsrLayout layout, int threads) {
        checkLayout(layout);
        LappedWriter writer = new LappedWriter(model, Planes.of(signal, MelEnvelope.SAMPLE_RATE));
        AudioGeometry geometry = signal.geometry();
        SettingsSearch search = new SettingsSearch(
                TUNING,
                writer,
                settings -> writer.write(settings).toFile(header(geometry, settings), layout, settings.mode()));
        Settings least = SettingsSearch.envelopeOnly(LambdaPlan.of(0));
        return search.find(target, TsrFile.headerBytes(header(geometry, least)), signal);
    }

    private TsrHeader header(AudioGeometry geometry, Settings settings) {
        return new TsrHeader(model.hash(), geometry, settings.parameters());
    }

    private void checkLayout(TsrLayout layout) {
        if (!has(layout)) {
            throw new IllegalArgumentException(
                    "the layout is " + layout + ", must be SINGLE for models of type " + LappedAudioModel.MODEL_TYPE);
        }
    }

    /** The same file: there is one layout only. */
    @Override
    public byte[] relayout(TsrFile file, TsrLayout layout) throws IOException {
        checkLayout(layout);
        return TsrFile.write(file.header(), layout, List.of(file.payload()));
    }

    @Override
    public long missingTokens(TsrFile file) {
        return 0; // a file of one chunk is whole or cannot be read
    }

    @Override
    public AudioSignal decompress(TsrFile file, int threads) throws IOException {
        AudioGeometry geometry = SoundFiles.geometry(file, model.hash());
        if (file.layout() != TsrLayout.SINGLE) {
            throw new CorruptBitstreamException(0, "the layout is " + file.layout() + ", must be SINGLE");
        }
        Mode mode = SoundFiles.mode(file);
        int samples = SoundFiles.samples(geometry);
        RangeDecoder decoder = new RangeDecoder(file.payload());
        int stepIndex = mode == Mode.HYBRID ? decoder.decodeUniform(Settings.STEPS) : 0;
        double noise = Settings.NOISE_LEVELS[Settings.noise(file.header().parameters())] * Settings.step(stepIndex);
        WaveformModel waveform = model.waveform().copy();
        float[][] planes = new float[geometry.channels()][];
        for (int p = 0; p < planes.length; p++) {
            TokenGrid tokens = decodeEnvelope(decoder, MelEnvelope.frames(samples));
            Latents envelope = model.envelopePart().quantizer().dequantize(tokens.indices(), tokens.rows());
            if (mode == Mode.ENVELOPE) {
                planes[p] = model.envelope().synthesize(envelope, samples);
            } else {
                planes[p] = decodeWaveform(decoder, waveform, model.levels().of(tokens), stepIndex, samples);
                NoiseFilling.add(planes[p], model.envelope().mel(envelope), (_, _) -> noise);
            }
        }
        TokenReader.checkEnd(decoder);
        return Planes.toSignal(planes, MelEnvelope.SAMPLE_RATE, (int) geometry.samples(), geometry.sampleRate());
    }

    private TokenGrid decodeEnvelope(RangeDecoder decoder, int frames) throws CorruptBitstreamException {
        GridModel grid = new GridModel(model.envelopePart().prior(), frames, 1);
        TokenGrid tokens = TokenWriter.blankEnvelope(model.envelopePart(), frames);
        tokens.fill((stage, row, column, _) -> grid.decode(decoder, stage, row, column));
        return tokens;
    }

    private static float[] decodeWaveform(
            RangeDecoder decoder, WaveformModel waveform, int[][] levels, int stepIndex, int samples) {
        LappedCoding.Coded coded = new LappedCoding(waveform, new BitCoder.Reader(decoder), levels, stepIndex)
                .code(LappedTransform.length(samples), LappedCoding.NONE);
        return coded.samples(Settings.step(stepIndex), samples);
    }
}
