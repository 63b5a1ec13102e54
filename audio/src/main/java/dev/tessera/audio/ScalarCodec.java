package dev.tessera.audio;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** The codec of {@link ScalarAudioModel}: files in the single layout. */
final class ScalarCodec implements SoundCodec {
    private final ScalarAudioModel model;

    ScalarCodec(ScalarAudioModel model) {
        this.model = model;
    }

    @Override
    public boolean has(TsrLayout layout) {
        return layout == TsrLayout.SINGLE;
    }

    @Override
    public AudioCodec.Compressed compress(AudioSignal signal, RateTarget target, TsrLayout layout, int threads) {
        checkLayout(layout);
        ScalarWriter writer = new ScalarWriter(model, Planes.of(signal, MelEnvelope.SAMPLE_RATE));
        AudioGeometry geometry = new AudioGeometry(signal.length(), signal.sampleRate(), signal.channels());
        ScalarSearch search = new ScalarSearch(writer, settings -> finish(geometry, settings, writer.write(settings)));
        return switch (target) {
            case RateTarget.Quality quality -> search.ofQuality(quality.quality());
            case RateTarget.Bytes bytes ->
                search.within(
                        bytes.budget(), TsrFile.headerBytes(header(geometry, ScalarSearch.envelopeOnly(0))), signal);
        };
    }

    private AudioCodec.Compressed finish(
            AudioGeometry geometry, ScalarSettings settings, PayloadWriter.Payload payload) {
        return new AudioCodec.Compressed(
                TsrFile.write(header(geometry, settings), TsrLayout.SINGLE, payload.chunks()),
                settings.mode().name().toLowerCase(Locale.ROOT),
                payload.tokens(),
                payload.nominalBits(),
                false);
    }

    private TsrHeader header(AudioGeometry geometry, ScalarSettings settings) {
        return new TsrHeader(model.hash(), geometry, settings.parameters());
    }

    private void checkLayout(TsrLayout layout) {
        if (!has(layout)) {
            throw new IllegalArgumentException(
                    "the layout is " + layout + ", must be SINGLE for models of type " + ScalarAudioModel.MODEL_TYPE);
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
        int parameters = file.header().parameters();
        ScalarSettings known = ScalarSettings.of(parameters)
                .orElseThrow(() -> new CorruptBitstreamException(
                        0, "audio parameters are " + parameters + ", which is no mode of this version"));
        int samples = SoundFiles.samples(geometry);
        RangeDecoder decoder = new RangeDecoder(file.payload());
        int envelopeStep = decoder.decodeUniform(EnvelopeCoding.STEPS);
        int step = known.mode() == Mode.HYBRID ? decoder.decodeUniform(Settings.STEPS) : 0;
        ScalarSettings settings = known.withSteps(envelopeStep, step);
        ScalarPlanes planes = new ScalarPlanes(geometry.channels(), samples);
        planes.code(
                model.basis(),
                model.start(),
                (probability, _) -> decoder.decodeBit(probability),
                settings,
                _ -> ScalarPlanes.Sources.NONE);
        TokenReader.checkEnd(decoder);
        float[][] out = new float[geometry.channels()][];
        for (int p = 0; p < out.length; p++) {
            out[p] = planes.synthesize(p, settings);
        }
        return Planes.toSignal(out, MelEnvelope.SAMPLE_RATE, (int) geometry.samples(), geometry.sampleRate());
    }
}
