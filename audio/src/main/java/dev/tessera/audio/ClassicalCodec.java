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
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * The codec of {@link ClassicalAudioModel}.
 *
 * <p>What a file holds depends on the rate. Below {@value #HYBRID_FROM_KBPS} kbps: envelopes only, whose phases are invented;
 * the best use of so few bits is what a spectrogram shows. From there on: the waveform, with envelopes that noise fills up
 * to; at every rate that fills the spectrum for a few tenths of a decibel. (Kbps of the payload; with two channels and more
 * 1.5 times as much.) Quality 0 to 29 is envelopes only, 30 to 100 has the waveform.
 */
final class ClassicalCodec implements SoundCodec {
    /** Where the waveform begins to be coded. */
    static final double HYBRID_FROM_KBPS = 0.4;

    static final int ENVELOPE_CANDIDATES = 16;
    static final int CORE_CANDIDATES = 6;

    private static final double STEREO_FACTOR = 1.5;

    // of lambda, as binary logarithms
    private static final double FINEST_LAMBDA = -8;
    private static final double COARSEST_LAMBDA = 20;
    private static final double START_LAMBDA = -1;
    private static final double LAMBDA_OCTAVES_PER_HALF_SIZE = 1.4;

    /** How much finer; where the size jumps, so much that the finer side cannot fall back to the coarser one. */
    private static final float[] FINER = {0.4f, 0.1f, 0.02f};

    /** Weight of a bit of the waveform, in squared steps: where step and weight together do best on the training set. */
    private static final double CORE_LAMBDA = 0.8;

    private static final double STEPS_PER_HALF_SIZE = 12;
    private static final LambdaPlan HYBRID_ENVELOPE_LAMBDAS = LambdaPlan.of(0.6f);
    private static final int HYBRID_NOISE = 4;
    private static final int HYBRID_FROM_QUALITY = 30;

    // of qualities
    private static final double COARSEST_STEP = 0.5;
    private static final double FINEST_STEP = 0.02;

    private final ClassicalAudioModel model;

    ClassicalCodec(ClassicalAudioModel model) {
        this.model = model;
    }

    @Override
    public AudioCodec.Compressed compress(AudioSignal signal, RateTarget target, TsrLayout layout, int threads) {
        PayloadWriter writer = new PayloadWriter(model, Planes.of(signal, MelEnvelope.SAMPLE_RATE), layout);
        AudioGeometry geometry = new AudioGeometry(signal.length(), signal.sampleRate(), signal.channels());
        Function<Settings, AudioCodec.Compressed> maker = settings -> finish(geometry, layout, writer, settings);
        return switch (target) {
            case RateTarget.Quality quality -> maker.apply(settings(quality.quality()));
            case RateTarget.Bytes bytes -> withinBudget(signal, geometry, writer, maker, bytes.budget());
        };
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
        if (!(file.header().geometry() instanceof AudioGeometry geometry)) {
            throw new CorruptBitstreamException(0, "the file holds no sound");
        }
        if (!file.header().model().equals(model.hash())) {
            throw new CorruptBitstreamException(
                    2, "the file was made with model " + file.header().model() + ", this is " + model.hash());
        }
        int parameters = file.header().parameters();
        Mode mode = Settings.mode(parameters)
                .orElseThrow(() -> new CorruptBitstreamException(
                        0, "audio parameters are " + parameters + ", which is no mode of this version"));
        long samples = Planes.samples(geometry.samples(), geometry.sampleRate(), MelEnvelope.SAMPLE_RATE);
        if (samples * geometry.channels() > Integer.MAX_VALUE / MdctCore.VECTOR_DIM) {
            throw new CorruptBitstreamException(
                    0, "the sound has " + samples + " samples at 16 kHz, which is too many");
        }
        int chunks = TokenWriter.chunks(file.layout(), mode, model, (int) samples);
        if (file.chunkCount() != chunks) {
            throw new CorruptBitstreamException(
                    0, "the file has " + file.chunkCount() + " chunks, must have " + chunks);
        }
        return new Content(file, geometry, mode, (int) samples);
    }

    private AudioCodec.Compressed withinBudget(
            AudioSignal signal,
            AudioGeometry geometry,
            PayloadWriter writer,
            Function<Settings, AudioCodec.Compressed> maker,
            long budget) {
        int headerBytes = TsrFile.headerBytes(header(geometry, envelopeOnly(LambdaPlan.of(0))));
        double kbps = 0.008
                * (budget - headerBytes)
                / Math.max(1e-9, signal.seconds())
                / (signal.channels() > 1 ? STEREO_FACTOR : 1);
        if (kbps >= HYBRID_FROM_KBPS && signal.length() > 0) {
            int envelopeBytes =
                    writer.write(envelopeOnly(HYBRID_ENVELOPE_LAMBDAS)).bytes();
            StepRange range = new StepRange(writer.coefficients());
            BudgetSearch search = new BudgetSearch(range.finest(), Settings.STEPS - 1, STEPS_PER_HALF_SIZE, budget);
            Optional<AudioCodec.Compressed> found = search.largest(
                    range.guess(Math.max(1, budget - envelopeBytes)),
                    index -> maker.apply(hybrid(index, HYBRID_ENVELOPE_LAMBDAS)));
            if (found.isPresent()) {
                return refined(
                        search,
                        found.get(),
                        HYBRID_ENVELOPE_LAMBDAS,
                        writer,
                        plan -> maker.apply(hybrid(search.fits(), plan)));
            }
        }
        BudgetSearch search = new BudgetSearch(FINEST_LAMBDA, COARSEST_LAMBDA, LAMBDA_OCTAVES_PER_HALF_SIZE, budget);
        AudioCodec.Compressed found = search.largest(
                        START_LAMBDA, log -> maker.apply(envelopeOnly(LambdaPlan.of(power(log)))))
                .orElseThrow(() -> new IllegalArgumentException("the budget of " + budget
                        + " bytes is below the smallest possible file, " + search.lastSize() + " bytes"));
        LambdaPlan coarse = LambdaPlan.of(power(search.fits()));
        return refined(search, found, coarse, writer, plan -> maker.apply(envelopeOnly(plan)));
    }

    /** Uses up what a search had to leave of its budget, by a finer envelope of the last part of the sound. */
    private static AudioCodec.Compressed refined(
            BudgetSearch search,
            AudioCodec.Compressed found,
            LambdaPlan coarse,
            PayloadWriter writer,
            Function<LambdaPlan, AudioCodec.Compressed> maker) {
        AudioCodec.Compressed best = found;
        for (int i = 0; i < FINER.length && search.fallsShort(); i++) {
            float fine = coarse.before() * FINER[i];
            best = search.between(
                            writer.envelopeFrames(),
                            switchAt -> maker.apply(new LambdaPlan(coarse.before(), fine, switchAt)))
                    .orElse(best);
        }
        return best;
    }

    private static float power(double logarithm) {
        return (float) StrictMath.pow(2, logarithm);
    }

    private AudioCodec.Compressed finish(
            AudioGeometry geometry, TsrLayout layout, PayloadWriter writer, Settings settings) {
        PayloadWriter.Payload payload = writer.write(settings);
        return new AudioCodec.Compressed(
                TsrFile.write(header(geometry, settings), layout, payload.chunks()),
                settings.mode().name().toLowerCase(Locale.ROOT),
                payload.tokens(),
                payload.nominalBits(),
                false);
    }

    private TsrHeader header(AudioGeometry geometry, Settings settings) {
        return new TsrHeader(model.hash(), geometry, settings.parameters());
    }

    private static Settings settings(int quality) {
        if (quality < HYBRID_FROM_QUALITY) {
            return envelopeOnly(LambdaPlan.of((float) StrictMath.pow(10, 1 - quality / 12.0)));
        }
        double share = (quality - HYBRID_FROM_QUALITY) / (100.0 - HYBRID_FROM_QUALITY);
        double step = COARSEST_STEP * StrictMath.pow(FINEST_STEP / COARSEST_STEP, share);
        return hybrid(Settings.indexOf(step), HYBRID_ENVELOPE_LAMBDAS);
    }

    private static Settings envelopeOnly(LambdaPlan lambdas) {
        return new Settings(Mode.ENVELOPE, 0, lambdas, 0, 0);
    }

    /** @param index of the step, with a fraction that becomes a finer or coarser choice at the nearest step */
    private static Settings hybrid(double index, LambdaPlan envelopeLambdas) {
        int stepIndex = (int) StrictMath.rint(index);
        double ratio = StrictMath.pow(2, (index - stepIndex) / 8); // of squared steps
        return new Settings(Mode.HYBRID, HYBRID_NOISE, envelopeLambdas, stepIndex, (float) (CORE_LAMBDA * ratio));
    }
}
