package dev.tessera.audio;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.training.EnvelopeRefinement;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A model of sound files without codebooks: the transform of spectral envelopes ({@link EnvelopeBasis}), and what the entropy models
 * of its coefficients and of those of the waveform know before they see a sound; from format version 2 on networks too, which refine
 * what is decoded ({@link EnvelopeRefiner}). Immutable, safe to share.
 */
public final class ScalarAudioModel extends AudioModel {
    static final String MODEL_TYPE = "audio_mel_scalar";
    private static final int WITHOUT_REFINER = 1; // format versions
    private static final int WITH_REFINER = 2;
    private static final String COMPONENTS = "components";
    private static final String ENVELOPE = "envelope.prior";
    private static final String WAVEFORM = "waveform.prior";

    private final EnvelopeBasis basis;
    private final ScalarPlanes.Models start;
    private final Optional<EnvelopeRefiner> refiner;

    private ScalarAudioModel(
            ModelFile file, EnvelopeBasis basis, ScalarPlanes.Models start, Optional<EnvelopeRefiner> refiner) {
        super(file);
        this.basis = basis;
        this.start = start;
        this.refiner = refiner;
    }

    /** Puts a freshly trained model together. */
    static ModelFile toFile(
            ScalarRecipe recipe,
            Klt klt,
            float[] decay,
            ScalarPlanes.Models models,
            Optional<EnvelopeRefinement.Trained> refiner) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("model_type", MODEL_TYPE);
        config.put("format_version", refiner.isPresent() ? WITH_REFINER : WITHOUT_REFINER);
        config.put("name", recipe.name());
        config.put("kind", "classical");
        config.put("media", "audio");
        config.put("quantizer", "scalar");
        config.put("codebook_size", 2 * EnvelopeModel.MAX_MAGNITUDE);
        config.put("num_stages", 1);
        config.put(COMPONENTS, klt.components());
        config.put("sample_rate", MelEnvelope.SAMPLE_RATE);
        config.put("seed", recipe.seed());
        byte[] envelope = models.envelope().save();
        byte[] waveform = models.waveform().save();
        ModelFile.Builder file = ModelFile.builder();
        refiner.ifPresent(trained -> EnvelopeRefiner.write(trained, config, file));
        return file.config(ModelConfig.of(config))
                .tensor("encoder.mean", Tensor.ofFloats(klt.mean(), klt.inputDim()))
                .tensor("encoder.basis", Tensor.ofFloats(klt.basis(), klt.components(), klt.inputDim()))
                .tensor("encoder.decay", Tensor.ofFloats(decay, decay.length))
                .tensor(ENVELOPE, Tensor.ofUnsignedBytes(envelope, envelope.length))
                .tensor(WAVEFORM, Tensor.ofUnsignedBytes(waveform, waveform.length))
                .build();
    }

    /** The model in {@code file}, whose type is {@value #MODEL_TYPE}. */
    static ScalarAudioModel read(ModelFile file) throws IOException {
        file.config().requireFormatVersion(WITHOUT_REFINER, WITH_REFINER);
        int components = file.config().integer(COMPONENTS);
        if (components < 1 || components > MelEnvelope.BANDS) {
            throw new CorruptModelException(
                    COMPONENTS + " is " + components + ", must be in [1, " + MelEnvelope.BANDS + "]");
        }
        Klt klt = Klt.of(
                MelEnvelope.BANDS,
                components,
                file.tensor("encoder.mean", MelEnvelope.BANDS).toFloats(),
                file.tensor("encoder.basis", components, MelEnvelope.BANDS).toFloats());
        float[] decay = file.tensor("encoder.decay", components).toFloats();
        for (float d : decay) {
            if (!(d >= 0 && d <= 1)) {
                throw new CorruptModelException("encoder.decay holds " + d + ", must be in [0, 1]");
            }
        }
        byte[] envelope =
                file.tensor(ENVELOPE, new EnvelopeModel().stateBytes()).toBytes();
        byte[] waveform =
                file.tensor(WAVEFORM, new WaveformModel().stateBytes()).toBytes();
        return new ScalarAudioModel(
                file,
                new EnvelopeBasis(klt, decay),
                new ScalarPlanes.Models(EnvelopeModel.of(envelope), WaveformModel.of(waveform)),
                EnvelopeRefiner.isIn(file) ? Optional.of(EnvelopeRefiner.read(file)) : Optional.empty());
    }

    @Override
    public boolean hasTokens() {
        return false;
    }

    /** @throws IllegalArgumentException always: there are no tokens */
    @Override
    public Tokenizer<AudioSignal> tokenizer(int threads) {
        throw new IllegalArgumentException("models of type " + MODEL_TYPE + " make no tokens");
    }

    @Override
    public double frameRate() {
        return MelEnvelope.FRAME_RATE;
    }

    @Override
    SoundCodec codec() {
        return new ScalarCodec(this);
    }

    EnvelopeBasis basis() {
        return basis;
    }

    /** What refines envelopes of decoded sounds, in models that have it. */
    Optional<EnvelopeRefiner> refiner() {
        return refiner;
    }

    /** The entropy models that a file starts with, fresh copies. */
    ScalarPlanes.Models start() {
        return new ScalarPlanes.Models(start.envelope().copy(), start.waveform().copy());
    }
}
