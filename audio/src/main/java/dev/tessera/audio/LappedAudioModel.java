package dev.tessera.audio;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model of sound files: the tokenizer of spectral envelopes of a {@link ClassicalAudioModel} with its prior, and what the
 * {@link WaveformModel} of scalar-quantized transform coefficients knows before it sees a sound. Immutable, safe to share.
 */
public final class LappedAudioModel extends AudioModel {
    static final String MODEL_TYPE = "audio_mel_lapped";
    private static final int FORMAT_VERSION = 1;
    private static final String WAVEFORM = "waveform.prior";

    private final MelEnvelope envelope;
    private final ClassicalAudioModel.Part envelopePart;
    private final EnvelopeLevels levels;
    private final WaveformModel waveform;

    private LappedAudioModel(
            ModelFile file, MelEnvelope envelope, ClassicalAudioModel.Part envelopePart, WaveformModel waveform) {
        super(file);
        this.envelope = envelope;
        this.envelopePart = envelopePart;
        this.levels = new EnvelopeLevels(envelope.klt(), envelopePart.quantizer());
        this.waveform = waveform;
    }

    /** Puts a freshly trained model together. */
    static ModelFile toFile(AudioRecipe recipe, Klt klt, ClassicalAudioModel.Part envelope, WaveformModel waveform) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("model_type", MODEL_TYPE);
        config.put("format_version", FORMAT_VERSION);
        config.put("name", recipe.name());
        config.put("kind", "classical");
        config.put("media", "audio");
        config.put("quantizer", "rvq");
        config.put("codebook_size", envelope.quantizer().codebookSizes()[0]);
        config.put("num_stages", envelope.quantizer().stages());
        config.put("sample_rate", MelEnvelope.SAMPLE_RATE);
        config.put(TABLE_BITS, envelope.prior().spec().tableBits());
        config.put("seed", recipe.seed());
        ModelFile.Builder builder = ModelFile.builder().config(ModelConfig.of(config));
        ClassicalAudioModel.addEnvelope(builder, klt, envelope);
        byte[] state = waveform.save();
        return builder.tensor(WAVEFORM, Tensor.ofUnsignedBytes(state, state.length))
                .build();
    }

    /** The model in {@code file}, whose type is {@value #MODEL_TYPE}. */
    static LappedAudioModel read(ModelFile file) throws IOException {
        file.config().requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        ClassicalAudioModel.Part envelope = ClassicalAudioModel.readEnvelope(file);
        byte[] state = file.tensor(WAVEFORM, new WaveformModel().stateBytes()).toBytes();
        return new LappedAudioModel(
                file, ClassicalAudioModel.readTransform(file, envelope), envelope, WaveformModel.of(state));
    }

    /** Sound to envelope tokens and back; see {@link ClassicalAudioModel#tokenizer(int)}. */
    @Override
    public Tokenizer<AudioSignal> tokenizer(int threads) {
        return new Tokenizer<>(envelope, envelopePart.quantizer(), envelope);
    }

    @Override
    public double frameRate() {
        return MelEnvelope.FRAME_RATE;
    }

    @Override
    SoundCodec codec() {
        return new LappedCodec(this);
    }

    MelEnvelope envelope() {
        return envelope;
    }

    ClassicalAudioModel.Part envelopePart() {
        return envelopePart;
    }

    EnvelopeLevels levels() {
        return levels;
    }

    /** The state that a file starts with; copy it. */
    WaveformModel waveform() {
        return waveform;
    }
}
