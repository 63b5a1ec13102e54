package dev.tessera.audio;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The codec of {@link ClassicalAudioModel}. */
final class ClassicalCodec implements SoundCodec {
    static final int ENVELOPE_CANDIDATES = 16;
    static final int CORE_CANDIDATES = 6;

    /** The price of a bit of the waveform is that at which step and price together do best. */
    private static final SettingsSearch.Tuning TUNING = new SettingsSearch.Tuning(0.8, 4, _ -> 0.6, 1);

    private final ClassicalAudioModel model;

    ClassicalCodec(ClassicalAudioModel model) {
        this.model = model;
    }

    @Override
    public AudioCodec.Compressed compress(AudioSignal signal, RateTarget target, TsrLayout layout, int threads) {
        PayloadWriter writer = new PayloadWriter(model, Planes.of(signal, MelEnvelope.SAMPLE_RATE), layout);
        AudioGeometry geometry = signal.geometry();
        SettingsSearch search = new SettingsSearch(
                TUNING,
                writer,
                settings -> writer.write(settings).toFile(header(geometry, settings), layout, settings.mode()));
        Settings least = SettingsSearch.envelopeOnly(LambdaPlan.of(0));
        return search.find(target, TsrFile.headerBytes(header(geometry, least)), signal);
    }

    @Override
    public byte[] relayout(TsrFile file, TsrLayout layout) throws IOException {
        Content content = content(file);
        TokenReader.Tokens tokens = content.read(1);
        List<TokenWriter.Plane> planes = new ArrayList<>();
        for (int p = 0; p < tokens.envelopes().size(); p++) {
            TokenWriter.Source envelope = TokenWriter.known(tokens.envelopes().get(p));
            planes.add(
                    content.mode == Mode.HYBRID
                            ? new TokenWriter.Plane(
                                    envelope,
                                    TokenWriter.known(tokens.cores().get(p)),
                                    tokens.cores().get(p).width())
                            : new TokenWriter.Plane(envelope, envelope, 0));
        }
        return TsrFile.write(
                file.header(),
                layout,
                new TokenWriter(model, layout)
                        .write(content.mode, tokens.stepIndex(), content.samples, planes)
                        .chunks());
    }

    @Override
    public AudioSignal decompress(TsrFile file, int threads) throws IOException {
        Content content = content(file);
        double noise = Settings.NOISE_LEVELS[Settings.noise(file.header().parameters())];
        float[][] planes = new Synthesis(model, content.mode, noise, file.tolerance())
                .planes(content.read(threads), content.samples);
        return Planes.toSignal(
                planes, MelEnvelope.SAMPLE_RATE, (int) content.geometry.samples(), content.geometry.sampleRate());
    }

    @Override
    public long missingTokens(TsrFile file) throws IOException {
        return content(file).read(1).missing();
    }

    /** A file whose header fits this codec. */
    private final class Content {
        private final TsrFile file;
        private final AudioGeometry geometry;
        private final Mode mode;
        private final int samples; // at 16 kHz

        Content(TsrFile file, AudioGeometry geometry, Mode mode, int samples) {
            this.file = file;
            this.geometry = geometry;
            this.mode = mode;
            this.samples = samples;
        }

        TokenReader.Tokens read(int threads) throws CorruptBitstreamException {
            return new TokenReader(model, mode, samples, threads).read(file, geometry.channels());
        }
    }

    private Content content(TsrFile file) throws CorruptBitstreamException {
        AudioGeometry geometry = SoundFiles.geometry(file, model.hash());
        Mode mode = SoundFiles.mode(file);
        int samples = SoundFiles.samples(geometry);
        SoundFiles.checkChunks(file, TokenWriter.chunks(file.layout(), mode, model, samples));
        return new Content(file, geometry, mode, samples);
    }

    private TsrHeader header(AudioGeometry geometry, Settings settings) {
        return new TsrHeader(model.hash(), geometry, settings.parameters());
    }
}
