package dev.tessera.image.transform;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the linear mode knows before it sees a picture: the states of its entropy models. Immutable, safe to share. */
public final class LinearImageModel {
    private static final String MODEL_TYPE = "image_linear";
    private static final int FORMAT_VERSION = 1;
    private static final String STATE = "prior.state";
    private static final String DETAILS = "details.taps";
    private static final String NETWORK = "details.network";

    private final ModelFile file;
    private final TransformPrior prior;
    private final Refiners refiners;

    private LinearImageModel(ModelFile file, TransformPrior prior, Refiners refiners) {
        this.file = file;
        this.prior = prior;
        this.refiners = refiners;
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
        Optional<DetailNetwork> network = Optional.empty();
        if (file.tensorNames().contains(NETWORK)) {
            network = Optional.of(DetailNetwork.ofBytes(file.tensor(NETWORK).toBytes()));
        }
        return new LinearImageModel(file, TransformPrior.of(state), new Refiners(DetailFilter.ofBytes(taps), network));
    }

    /** A model of freshly learnt states. */
    static LinearImageModel of(String name, TransformPrior prior, Refiners refiners) {
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
        ModelFile.Builder builder = ModelFile.builder()
                .config(ModelConfig.of(config))
                .tensor(STATE, Tensor.ofUnsignedBytes(state, state.length))
                .tensor(DETAILS, Tensor.ofUnsignedBytes(refiners.filters().toBytes(), 2 * DetailFilter.size()));
        refiners.network().ifPresent(network -> {
            byte[] bytes = network.toBytes();
            builder.tensor(NETWORK, Tensor.ofUnsignedBytes(bytes, bytes.length));
        });
        return new LinearImageModel(builder.build(), TransformPrior.of(state), refiners);
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

    Refiners refiners() {
        return refiners;
    }

    /** @throws CorruptBitstreamException when a file asks for a network that the model does not have */
    void checkRefiner(Settings settings) throws CorruptBitstreamException {
        List<Settings.Details> choices = refiners.choices(settings.scale());
        if (!choices.contains(settings.details())) {
            throw new CorruptBitstreamException(
                    0,
                    "details are " + settings.details() + ", must be one of " + choices + " with this model and scale");
        }
    }
}
