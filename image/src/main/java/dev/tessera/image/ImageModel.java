package dev.tessera.image;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.GridSpec;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * An image tokenizer, with what {@link ImageCodec} needs to turn its tokens into bytes. Immutable, safe to share.
 *
 * <p>Tokens are {@code [stages x patch rows x patch columns]}. A picture is padded to whole patches by repeating its last row and
 * column; pictures that tokens are turned back into have whole patches. Alpha is no part of the tokens: the codec codes it as a
 * grey picture of its own.
 */
public abstract sealed class ImageModel permits ClassicalImageModel, NeuralImageModel {
    static final String TABLE_BITS = "prior_table_bits";
    static final String PRIOR_STATE = "prior.state";

    private final ModelFile file;
    private final Optional<LatentPredictor> restoration;

    ImageModel(ModelFile file, Optional<LatentPredictor> restoration) {
        this.file = file;
        this.restoration = restoration;
    }

    /**
     * The model in {@code file}.
     *
     * @throws CorruptModelException when it is not an image model or its parts do not fit together
     */
    public static ImageModel load(ModelFile file) throws IOException {
        ModelConfig config = file.config();
        String type = config.has("model_type") ? config.string("model_type") : "";
        return switch (type) {
            case ClassicalImageModel.MODEL_TYPE -> ClassicalImageModel.read(file);
            case NeuralImageModel.MODEL_TYPE -> NeuralImageModel.read(file);
            default ->
                throw new CorruptModelException("the model is no image model: model_type is '" + type + "', must be "
                        + ClassicalImageModel.MODEL_TYPE + " or " + NeuralImageModel.MODEL_TYPE);
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

    /** Picture to tokens and back, with one thread; see {@link #tokenizer(int)}. */
    public final Tokenizer<Image> tokenizer() {
        return tokenizer(1);
    }

    /**
     * Picture to tokens and back; decoded pictures have whole patches, see {@link #toSize}.
     *
     * @param threads for large pictures, at least 1; tokens and pictures do not depend on it
     */
    public abstract Tokenizer<Image> tokenizer(int threads);

    /** Side of the square of pixels that one position of the token grid stands for, of what the networks see. */
    public abstract int patchSize();

    /** The token grid of a picture. */
    PatchGrid grid(int width, int height) {
        return PatchGrid.covering(width, height, patchSize());
    }

    /**
     * What {@link #tokenizer} decoded, in the size of the picture that went in: less its padding, or brought back from the one size that
     * the model knows. Where it is too small to have been padded to this, the decoded picture as it is.
     *
     * @param width at least 1
     * @param height at least 1
     */
    public Image toSize(Image decoded, int width, int height) {
        return width <= decoded.width() && height <= decoded.height() ? decoded.crop(0, 0, width, height) : decoded;
    }

    /**
     * Latents of {@code tokens} of which some are lost; {@code tokenizer().decoder()} makes the picture of them.
     *
     * @param tokens {@code [stages x rows x columns]}, whole or as a file has them; what stands at lost positions does not matter
     * @param lost a position each, in raster order; a lost position has lost all its stages
     * @param fill what takes the place of lost ones
     * @throws IllegalArgumentException when {@code tokens} are no grid of this model's tokens, or {@code lost} has another size
     */
    public final Latents restore(Tokens tokens, boolean[] lost, LossFill fill) {
        Optional<Latents> latents = tokens.shape().length == 2 ? latents(tokens) : Optional.empty();
        if (latents.isEmpty()) {
            throw new IllegalArgumentException("the tokens have codebooks of " + Arrays.toString(tokens.codebookSizes())
                    + " and a grid of " + tokens.shape().length + " extents, must have those of the model, "
                    + Arrays.toString(codebookSizes()) + ", and 2 extents");
        }
        if (lost.length != tokens.positions()) {
            throw new IllegalArgumentException(
                    "lost has " + lost.length + " positions, must have those of the tokens, " + tokens.positions());
        }
        return LatentConcealment.fill(latents.get(), lost, fill, restoration);
    }

    /** What tokens of this model stand for, where their indices may lack last digits as those of files do; nothing for others. */
    Optional<Latents> latents(Tokens tokens) {
        return Arrays.equals(tokens.codebookSizes(), codebookSizes())
                ? Optional.of(tokenizer().quantizer().toLatents(tokens))
                : Optional.empty();
    }

    /** What restores lost tokens, where {@link RestorationTrainer} gave the model such. */
    final Optional<LatentPredictor> restoration() {
        return restoration;
    }

    /** What the predictor in {@code file}, if there is one, says of latents of {@code dim} numbers. */
    static Optional<LatentPredictor> readRestoration(ModelFile file, int dim) throws CorruptModelException {
        return LatentPredictor.isIn(file) ? Optional.of(LatentPredictor.read(file, dim)) : Optional.empty();
    }

    /** Whether a token stands for the patch at its place, so that neighbours in the grid are neighbours in the picture. */
    boolean hasPlaces() {
        return true;
    }

    /**
     * What coded tokens stand for.
     *
     * @param coded {@code [positions x stages of the model]}
     * @param stages number of first stages that count
     */
    abstract Latents latents(int[] coded, int stages, int rows, int columns);

    /** K of each stage. */
    abstract int[] codebookSizes();

    /** The fewest first stages that are a picture by themselves, and so a lower rate of the codec. */
    abstract int fewestStages();

    /** The most last digits that indices in files may lose; 0 where the model has no {@link NestedBooks}. */
    int mostDropped() {
        return 0;
    }

    /**
     * What the entropy coder starts with. It codes indices as {@link #choose} gives them, which {@link #toIndices} turns into those of
     * the quantizer.
     *
     * @throws IllegalArgumentException when the model was not given a prior yet
     */
    abstract GridPrior prior();

    /** The possible tokens of the colours of {@code image}. */
    abstract TokenChoice choose(Image image, int threads);

    /** Indices of the quantizer from indices as they are coded, both {@code [positions x stages]}. */
    int[] toIndices(int[] coded) {
        return coded;
    }

    /** Where the search for a byte budget begins: squared distance that a bit is worth at usual rates. */
    abstract float startLambda();

    /** Squared distance that a bit is worth at {@code quality}; 0 for 100. */
    abstract float lambdaOf(int quality);

    /** The picture, of the size that {@code geometry} says, in which missing tokens are made up for. */
    abstract Image decode(CodedTokens tokens, ImageGeometry geometry, boolean grey, int threads);

    /** The prior in {@code file}, for a coder whose specification follows from the size of its tables. */
    static GridPrior readPrior(ModelFile file, IntFunction<GridSpec> spec) throws IOException {
        int tableBits = file.config().integer(TABLE_BITS);
        if (tableBits < GridSpec.MIN_TABLE_BITS || tableBits > GridSpec.MAX_TABLE_BITS) {
            throw new CorruptModelException(TABLE_BITS + " is " + tableBits + ", must be in [" + GridSpec.MIN_TABLE_BITS
                    + ", " + GridSpec.MAX_TABLE_BITS + "]");
        }
        byte[] state = file.tensor(PRIOR_STATE, -1).toBytes();
        try {
            return GridPrior.of(spec.apply(tableBits), state);
        } catch (IllegalArgumentException | CorruptBitstreamException e) {
            throw new CorruptModelException(
                    "the model's tensor '" + PRIOR_STATE + "' does not fit the model: " + e.getMessage(), e);
        }
    }
}
