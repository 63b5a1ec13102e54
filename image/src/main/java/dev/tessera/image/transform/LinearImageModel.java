package dev.tessera.image.transform;

import dev.tessera.codecs.container.ModelHash;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the linear mode knows before it sees a picture: the states of its entropy models. Immutable, safe to share. */
public final class LinearImageModel {
    private static final String MODEL_TYPE = "image_linear";
    private static final int FORMAT_VERSION = 1;
    private static final String STATE = "prior.state";
    private static final String DETAILS = "details.taps";

    private final ModelFile file;
    private final TransformPrior prior;
    private final DetailFilter details;

    private LinearImageModel(ModelFile file, TransformPrior prior, DetailFilter details) {
        this.file = file;
        this.prior = prior;
        this.details = details;
    }

    /** Whether {@code file} says that it is a model of this kind. */
    public static boolean isOne(ModelFile file) throws CorruptModelException {
        return file.config().has("model_type")
                && MODEL_TYPE.equals(file.config().string("model_type"));
    }

    /**
     * The model in {@code file}.
     *
     * @throws CorruptModelException when it is none or its prior does not fit this build
     */
    public static LinearImageModel load(ModelFile file) throws IOException {
        if (!isOne(file)) {
            throw new CorruptModelException("the model is no image model of the type " + MODEL_TYPE);
        }
        file.config().requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        byte[] state = file.tensor(STATE, new TransformPrior().stateBytes()).toBytes();
        byte[] taps = file.tensor(DETAILS, 2 * DetailFilter.size()).toBytes();
        return new LinearImageModel(file, TransformPrior.of(state), DetailFilter.ofBytes(taps));
    }

    /** A model of freshly learnt states. */
    static LinearImageModel of(String name, TransformPrior prior, DetailFilter details) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("model_type", MODEL_TYPE);
        config.put("format_version", FORMAT_VERSION);
        config.put("name", name);
        config.put("kind", "classical");
        config.put("media", "image");
        config.put("quantizer", "scalar");
        config.put("codebook_size", CoefficientModel.MAX_LEVEL);
        config.put("num_stages", 1);
        byte[] state = prior.save();
        ModelFile file = ModelFile.builder()
                .config(ModelConfig.of(config))
                .tensor(STATE, Tensor.ofUnsignedBytes(state, state.length))
                .tensor(DETAILS, Tensor.ofUnsignedBytes(details.toBytes(), 2 * DetailFilter.size()))
                .build();
        return new LinearImageModel(file, TransformPrior.of(state), details);
    }

    /** The file that this model is. */
    public ModelFile file() {
        return file;
    }

    /** What {@code .tsr} files call this model by. */
    public ModelHash hash() {
        return ModelHash.ofHex(file.sha256());
    }

    /** The states that a file starts with; copied for each. */
    TransformPrior prior() {
        return prior.copy();
    }

    DetailFilter details() {
        return details;
    }
}
