package dev.tessera.image.learned;

import dev.tessera.codecs.container.ModelHash;
import dev.tessera.image.NeuralNetworks;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import java.io.IOException;

/**
 * A picture codec that was trained end to end: networks, gains of the rates, and, once {@link LearnedPriorTrainer} has made it, the prior of
 * levels. Immutable, safe to share.
 */
public final class LearnedImageModel {
    static final String MODEL_TYPE = "learned_image_codec";
    static final String STATE = "prior.state";

    private static final int FORMAT_VERSION = 1;
    private static final int MAX_DIM = 512;

    private final ModelFile file;
    private final NeuralNetworks networks;
    private final int dim;
    private final Gains gains;
    private final LevelPrior prior;
    private final LevelModel levels;

    LearnedImageModel(
            ModelFile file, NeuralNetworks networks, int dim, Gains gains, LevelPrior prior, LevelModel levels) {
        this.file = file;
        this.networks = networks;
        this.dim = dim;
        this.gains = gains;
        this.prior = prior;
        this.levels = levels;
    }

    /** Whether {@code file} says that it is a model of this kind. */
    public static boolean isOne(ModelFile file) throws CorruptModelException {
        return file.config().has("model_type")
                && MODEL_TYPE.equals(file.config().string("model_type"));
    }

    /** Whether {@code file}, a model of this kind, has its prior. */
    public static boolean hasPrior(ModelFile file) {
        return file.tensorNames().contains(STATE);
    }

    /**
     * The model in {@code file}.
     *
     * @throws CorruptModelException when it is none or its parts do not fit together
     */
    public static LearnedImageModel load(ModelFile file) throws IOException {
        int dim = dim(file);
        if (!hasPrior(file)) {
            throw new CorruptModelException("the model " + file.shortHash()
                    + " has no entropy prior, which the codec needs; 'tessera train prior' makes one");
        }
        byte[] state = file.tensor(STATE, LevelModel.stateBytes()).toBytes();
        return new LearnedImageModel(
                file,
                NeuralNetworks.read(file, dim),
                dim,
                Gains.read(file, dim),
                LevelPrior.read(file, dim),
                LevelModel.of(state));
    }

    /** The number of channels of a model of this kind. */
    static int dim(ModelFile file) throws CorruptModelException {
        if (!isOne(file)) {
            throw new CorruptModelException("the model is no image model of the type " + MODEL_TYPE);
        }
        file.config().requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        int dim = file.config().integer("latent_dim");
        TokenizerFile.check("latent_dim", dim >= 1 && dim <= MAX_DIM, dim, "in [1, " + MAX_DIM + "]");
        return dim;
    }

    /** The file that this model is. */
    public ModelFile file() {
        return file;
    }

    /** What {@code .tsr} files call this model by. */
    public ModelHash hash() {
        return ModelHash.ofHex(file.sha256());
    }

    NeuralNetworks networks() {
        return networks;
    }

    int dim() {
        return dim;
    }

    Gains gains() {
        return gains;
    }

    LevelPrior prior() {
        return prior;
    }

    /** The state that a file starts with; copied for each. */
    LevelModel levels() {
        return levels.copy();
    }
}
