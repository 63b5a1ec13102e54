package dev.tessera.audio;

import dev.tessera.codebook.Tokenizer;
import dev.tessera.codecs.GridSpec;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;

/**
 * An audio tokenizer, with what {@link AudioCodec} needs to turn sound into bytes. Immutable, safe to share.
 *
 * <p>Tokens are {@code [stages x frames]}. A tokenizer takes sound of any rate and number of channels as the mean of the channels at
 * the rate of the model, n samples being ceil(n x rate / input rate) there; what comes back is mono at that rate, a whole number of
 * frames.
 */
public abstract sealed class AudioModel
        permits ClassicalAudioModel, LappedAudioModel, NeuralAudioModel, ScalarAudioModel {
    static final String TABLE_BITS = "prior_table_bits";

    private final ModelFile file;

    AudioModel(ModelFile file) {
        this.file = file;
    }

    /**
     * The model in {@code file}.
     *
     * @throws CorruptModelException when it is not an audio model or its parts do not fit together
     */
    public static AudioModel load(ModelFile file) throws IOException {
        ModelConfig config = file.config();
        String type = config.has("model_type") ? config.string("model_type") : "";
        return switch (type) {
            case ClassicalAudioModel.MODEL_TYPE -> ClassicalAudioModel.read(file);
            case LappedAudioModel.MODEL_TYPE -> LappedAudioModel.read(file);
            case NeuralAudioModel.MODEL_TYPE -> NeuralAudioModel.read(file);
            case ScalarAudioModel.MODEL_TYPE -> ScalarAudioModel.read(file);
            default ->
                throw new CorruptModelException("the model is no audio model: model_type is '" + type + "', must be "
                        + ClassicalAudioModel.MODEL_TYPE + ", " + LappedAudioModel.MODEL_TYPE + ", "
                        + NeuralAudioModel.MODEL_TYPE + " or " + ScalarAudioModel.MODEL_TYPE);
        };
    }

    /** The file that this model is. */
    public final ModelFile file() {
        return file;
    }

    /** What {@code .tsr} files call this model by. */
    public final ModelHash hash() {
        return ModelHash.ofHex(file.sha256());
    }

    /** Whether there is a {@link #tokenizer(int)}: some models are for files alone. */
    public boolean hasTokens() {
        return true;
    }

    /** Sound to tokens and back, with one thread; see {@link #tokenizer(int)}. */
    public final Tokenizer<AudioSignal> tokenizer() {
        return tokenizer(1);
    }

    /**
     * Sound to tokens and back.
     *
     * @param threads for networks, at least 1; tokens and sound do not depend on it
     */
    public abstract Tokenizer<AudioSignal> tokenizer(int threads);

    /** Frames of tokens per second. */
    public abstract double frameRate();

    /** @throws IllegalArgumentException when the model was not given an entropy prior yet */
    abstract SoundCodec codec();

    static int tableBits(ModelFile file) throws CorruptModelException {
        int bits = file.config().integer(TABLE_BITS);
        if (bits < GridSpec.MIN_TABLE_BITS || bits > GridSpec.MAX_TABLE_BITS) {
            throw new CorruptModelException(TABLE_BITS + " is " + bits + ", must be in [" + GridSpec.MIN_TABLE_BITS
                    + ", " + GridSpec.MAX_TABLE_BITS + "]");
        }
        return bits;
    }
}
