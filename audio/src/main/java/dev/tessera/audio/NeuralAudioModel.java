package dev.tessera.audio;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.GridSpec;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.IndexOrder;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.nn.LayerObserver;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A neural audio tokenizer: an encoder network, any quantizer of one stage or residual stages, a decoder network, and, once
 * {@link NeuralAudioPriorTrainer} has made it, the entropy prior. Immutable, safe to share.
 *
 * <p>Zeros fill the last token; no statistic of the sound enters, so that tokens can be had while sound comes
 * ({@link #stream}). The networks work in chunks, which gives the same tokens and samples in bounded memory.
 */
public final class NeuralAudioModel extends AudioModel {
    static final String MODEL_TYPE = "neural_audio_tokenizer";
    static final String PRIOR_STATE = "prior.state";

    private static final int OBSERVED_SECONDS = 10;

    private final NeuralSoundParts parts;
    private final Optional<Prior> prior;

    /** What the codec needs beside the tokenizer: {@code order} is how the coder numbers indices. */
    record Prior(GridPrior grid, IndexOrder order) {}

    private NeuralAudioModel(ModelFile file, NeuralSoundParts parts, Optional<Prior> prior) {
        super(file);
        this.parts = parts;
        this.prior = prior;
    }

    /** The model in {@code file}, whose type is {@value #MODEL_TYPE}. */
    static NeuralAudioModel read(ModelFile file) throws IOException {
        NeuralSoundParts parts = NeuralSoundParts.read(file);
        return new NeuralAudioModel(
                file,
                parts,
                file.config().has(TABLE_BITS)
                        ? Optional.of(readPrior(file, parts.quantizer().codebookSizes()))
                        : Optional.empty());
    }

    private static Prior readPrior(ModelFile file, int[] sizes) throws IOException {
        byte[] state = file.tensor(PRIOR_STATE, -1).toBytes();
        GridSpec spec = GridSpec.ordered(sizes, tableBits(file));
        try {
            return new Prior(GridPrior.of(spec, state), IndexOrder.read(file, sizes));
        } catch (IllegalArgumentException | CorruptBitstreamException e) {
            throw new CorruptModelException(
                    "the model's tensor '" + PRIOR_STATE + "' does not fit the model: " + e.getMessage(), e);
        }
    }

    /** Whether the codec can use this model. */
    public boolean hasPrior() {
        return prior.isPresent();
    }

    /** Samples per second of what the networks hear and say. */
    public int sampleRate() {
        return parts.sampleRate();
    }

    /** Samples that a token stands for. */
    public int tokenSamples() {
        return parts.tokenSamples();
    }

    @Override
    public double frameRate() {
        return (double) parts.sampleRate() / parts.tokenSamples();
    }

    @Override
    public Tokenizer<AudioSignal> tokenizer(int threads) {
        return new Tokenizer<>(parts.encoder(threads), parts.quantizer(), parts.decoder(threads));
    }

    /**
     * Tokenizes and decodes the middle {@value #OBSERVED_SECONDS} seconds of {@code signal}, for the sake of {@code observer}, which
     * sees what enters the layers of both networks.
     */
    public void observe(AudioSignal signal, LayerObserver observer, int threads) {
        float[] samples =
                Resampler.resample(signal.toMono(), parts.sampleRate()).channel(0);
        int length = Math.min(samples.length, OBSERVED_SECONDS * parts.sampleRate());
        if (length == 0) {
            return;
        }
        int from = (samples.length - length) / 2;
        Latents latents = parts.encoder(threads).encode(Arrays.copyOfRange(samples, from, from + length), observer);
        int[] indices = parts.quantizer().quantize(latents, threads);
        Latents quantized = parts.quantizer().dequantize(indices, latents.count());
        parts.decoder().run(NeuralSoundDecoder.columns(quantized, 0, quantized.count()), observer, threads);
    }

    /** Tokens of sound that arrives in chunks. */
    public AudioTokenStream stream(int threads) {
        return new AudioTokenStream(parts, threads);
    }

    /** Sound of tokens that arrive in chunks. */
    public AudioSampleStream sampleStream(int threads) {
        return new AudioSampleStream(parts, threads);
    }

    @Override
    SoundCodec codec() {
        return new NeuralCodec(this);
    }

    NeuralSoundParts parts() {
        return parts;
    }

    Prior prior() {
        return prior.orElseThrow(() -> new IllegalArgumentException("the model " + file().shortHash()
                + " has no entropy prior, which the codec needs; 'tessera train prior' makes one"));
    }
}
