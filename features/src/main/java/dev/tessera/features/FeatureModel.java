package dev.tessera.features;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.GridSpec;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.IndexOrder;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A neural tokenizer of series of vectors {@code [frames x channels]}: channels are standardized, an encoder network makes a latent
 * of each {@link #tokenFrames} frames, any quantizer of one stage or residual stages makes tokens of them; and back. Immutable,
 * safe to share.
 *
 * <p>The last frame fills the last token. No statistic of the series enters, so that tokens can be had while it comes
 * ({@link #stream}): they are those of the whole series. The networks work in chunks, in bounded memory.
 */
public final class FeatureModel {
    static final String MODEL_TYPE = "neural_features_tokenizer";
    static final String PRIOR_STATE = "prior.state";
    static final String TABLE_BITS = "prior_table_bits";

    private final ModelFile file;
    private final FeatureParts parts;
    private final Prior prior;

    /** Where entropy coding starts; {@code order} is how the coder numbers indices. */
    record Prior(GridPrior grid, IndexOrder order) {}

    private FeatureModel(ModelFile file, FeatureParts parts, Prior prior) {
        this.file = file;
        this.parts = parts;
        this.prior = prior;
    }

    /**
     * The model in {@code file}.
     *
     * @throws CorruptModelException when it is no model of series or its parts do not fit together
     */
    public static FeatureModel load(ModelFile file) throws IOException {
        ModelConfig config = file.config();
        String type = config.has("model_type") ? config.string("model_type") : "";
        if (!type.equals(MODEL_TYPE)) {
            throw new CorruptModelException(
                    "the model is no model of series: model_type is '" + type + "', must be " + MODEL_TYPE);
        }
        FeatureParts parts = FeatureParts.read(file);
        int[] sizes = parts.quantizer().codebookSizes();
        return new FeatureModel(
                file,
                parts,
                config.has(TABLE_BITS)
                        ? readPrior(file, sizes)
                        : new Prior(
                                GridPrior.blank(GridSpec.ordered(sizes, GridSpec.DEFAULT_TABLE_BITS)),
                                IndexOrder.unchanged(sizes)));
    }

    private static Prior readPrior(ModelFile file, int[] sizes) throws IOException {
        int bits = file.config().integer(TABLE_BITS);
        TokenizerFile.check(
                TABLE_BITS,
                bits >= GridSpec.MIN_TABLE_BITS && bits <= GridSpec.MAX_TABLE_BITS,
                bits,
                "in [" + GridSpec.MIN_TABLE_BITS + ", " + GridSpec.MAX_TABLE_BITS + "]");
        byte[] state = file.tensor(PRIOR_STATE, -1).toBytes();
        try {
            return new Prior(GridPrior.of(GridSpec.ordered(sizes, bits), state), IndexOrder.read(file, sizes));
        } catch (IllegalArgumentException | CorruptBitstreamException e) {
            throw new CorruptModelException(
                    "the model's tensor '" + PRIOR_STATE + "' does not fit the model: " + e.getMessage(), e);
        }
    }

    /** The file that this model is. */
    public ModelFile file() {
        return file;
    }

    /** What {@code .tsr} files call this model by. */
    public ModelHash hash() {
        return ModelHash.ofHex(file.sha256());
    }

    /** Whether files start from an entropy prior; without one the coder learns from the file alone. */
    public boolean hasPrior() {
        return file.config().has(TABLE_BITS);
    }

    /** Numbers of a frame. */
    public int channels() {
        return parts.channels();
    }

    /** Frames that a token stands for. */
    public int tokenFrames() {
        return parts.tokenFrames();
    }

    /** Frames before its own that a token depends on. */
    public int lookBack() {
        return parts.encoder().horizontal().lookBack();
    }

    /** Frames behind its own that a token depends on: 0, as training makes it, for models without delay. */
    public int lookAhead() {
        return parts.encoder().horizontal().lookAhead();
    }

    /** Tokens before its own that a frame depends on. */
    public int decoderLookBack() {
        return parts.decoder().horizontal().lookBack();
    }

    /** Tokens behind its own that a frame depends on. */
    public int decoderLookAhead() {
        return parts.decoder().horizontal().lookAhead();
    }

    /**
     * Series to tokens {@code [stages x tokens]} and back; what comes back has a whole number of tokens.
     *
     * @param threads at least 1; tokens and frames do not depend on it
     */
    public Tokenizer<FloatTensor> tokenizer(int threads) {
        return new Tokenizer<>(series -> encode(series, threads), parts.quantizer(), latents -> {
            int frames = Math.multiplyExact(latents.count(), tokenFrames());
            return FloatTensor.of(List.of(frames, channels()), decode(latents, frames, threads));
        });
    }

    /** Tokens of a series that arrives in chunks. */
    public FeatureTokenStream stream(int threads) {
        return new FeatureTokenStream(parts, threads);
    }

    /** Frames of tokens that arrive in chunks. */
    public FeatureFrameStream frameStream(int threads) {
        return new FeatureFrameStream(parts, threads);
    }

    FeatureParts parts() {
        return parts;
    }

    Prior prior() {
        return prior;
    }

    /** Latents on the grid {@code [tokens]}. */
    Latents encode(FloatTensor series, int threads) {
        List<Integer> shape = series.geometry().shape();
        if (shape.size() != 2 || shape.get(1) != channels()) {
            throw new IllegalArgumentException("series is " + shape + ", must be [frames, " + channels() + "]");
        }
        return encode(parts, series.values(), threads);
    }

    /** Latents of {@code rows [frames x channels]}. */
    static Latents encode(FeatureParts parts, float[] rows, int threads) {
        int frames = rows.length / parts.channels();
        int dim = parts.quantizer().dim();
        int tokens = parts.tokens(frames);
        float[] latents = new float[Math.multiplyExact(tokens, dim)];
        int step = parts.encoderChunk() * parts.tokenFrames() * parts.channels();
        int done = 0;
        try (FeatureTokenStream stream = new FeatureTokenStream(parts, threads)) {
            for (int from = 0; from < rows.length; from += step) {
                float[] chunk = Arrays.copyOfRange(rows, from, (int) Math.min(rows.length, (long) from + step));
                done = append(stream.latents(chunk), latents, done);
            }
            if (tokens > 0) {
                append(stream.lastLatents(), latents, done);
            }
        }
        return Latents.of(tokens, dim, latents);
    }

    /** The first {@code frames} frames, {@code [frames x channels]}. */
    float[] decode(Latents latents, int frames, int threads) {
        float[] rows = new float[Math.multiplyExact(frames, channels())];
        int tokens = latents.count();
        int done = 0;
        try (FeatureFrameStream stream = frameStream(threads)) {
            for (int from = 0; from < tokens; from += parts.decoderChunk()) {
                int count = Math.min(parts.decoderChunk(), tokens - from);
                done = append(stream.frames(latents, from, count), rows, done);
            }
            if (tokens > 0) {
                append(stream.finish(), rows, done);
            }
        }
        return rows;
    }

    private static int append(float[] some, float[] all, int done) {
        int count = Math.min(some.length, all.length - done);
        System.arraycopy(some, 0, all, done, count);
        return done + count;
    }

    static void checkFinite(float[] rows, int channels) {
        for (int i = 0; i < rows.length; i++) {
            if (!Float.isFinite(rows[i])) {
                throw new IllegalArgumentException("frame " + i / channels + " has the value " + rows[i]
                        + " in channel " + i % channels + ", must be finite");
            }
        }
    }
}
