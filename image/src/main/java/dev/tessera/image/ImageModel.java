package dev.tessera.image;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.GridSpec;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A classical image tokenizer: KLT of 16x16 blocks, product VQ over groups of its components, and the entropy prior and
 * deblocking strengths that go with them. Immutable, safe to share.
 *
 * <p>Tokens are {@code [subspaces x block rows x block columns]}.
 */
public final class ImageModel {
    private static final String MODEL_TYPE = "image_klt_pq";
    private static final int FORMAT_VERSION = 1;
    private static final int MAX_SUBSPACES = 64;

    private final ModelFile file;
    private final ProductQuantizer quantizer;
    private final BlockTransform transform;
    private final GridPrior prior;

    private ImageModel(ModelFile file, ProductQuantizer quantizer, BlockTransform transform, GridPrior prior) {
        this.file = file;
        this.quantizer = quantizer;
        this.transform = transform;
        this.prior = prior;
    }

    /** Puts a freshly trained model together. */
    ImageModel(ImageRecipe recipe, Klt klt, ProductQuantizer quantizer, GridPrior prior, float[] deblocking) {
        this(
                toFile(recipe, klt, quantizer, prior, deblocking),
                quantizer,
                new BlockTransform(klt, new Deblocking(recipe.subspaceDims(), deblocking)),
                prior);
    }

    /**
     * The model in {@code file}.
     *
     * @throws CorruptModelException when it is not an image model or its parts do not fit together
     */
    public static ImageModel load(ModelFile file) throws IOException {
        ModelConfig config = file.config();
        if (!config.has("model_type") || !MODEL_TYPE.equals(config.string("model_type"))) {
            throw new CorruptModelException("the model is no image model of the type " + MODEL_TYPE);
        }
        config.requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        int[] dims = config.integers("subspace_dims");
        if (dims.length < 1
                || dims.length > MAX_SUBSPACES
                || Arrays.stream(dims).anyMatch(d -> d < 1)
                || Arrays.stream(dims).asLongStream().sum() > BlockTransform.BLOCK_DIM) {
            throw new CorruptModelException("subspace_dims is " + Arrays.toString(dims) + ", must be 1 to "
                    + MAX_SUBSPACES + " numbers, each at least 1, together at most " + BlockTransform.BLOCK_DIM);
        }
        int components = Arrays.stream(dims).sum();
        Klt klt = Klt.of(
                BlockTransform.BLOCK_DIM,
                components,
                file.tensor("encoder.mean", BlockTransform.BLOCK_DIM).toFloats(),
                file.tensor("encoder.basis", components, BlockTransform.BLOCK_DIM)
                        .toFloats());
        ProductQuantizer quantizer = CodebookFile.productQuantizer(file, CodebookFile.PREFIX, dims.length);
        int[] sizes = quantizer.codebookSizes();
        byte[][] classes = new byte[dims.length][];
        for (int s = 0; s < dims.length; s++) {
            int dim = quantizer.codebooks().get(s).codeDim();
            if (dim != dims[s]) {
                throw new CorruptModelException(
                        "codebook " + s + " has dimension " + dim + ", subspace_dims says " + dims[s]);
            }
            classes[s] = file.tensor("prior." + s + ".classes", sizes[s]).toBytes();
        }
        GridPrior prior = prior(file, sizes, classes, tableBits(config));
        Tensor strengths = file.tensor("decoder.deblocking", Deblocking.strengthCount(dims.length));
        return new ImageModel(
                file, quantizer, new BlockTransform(klt, new Deblocking(dims, strengths.toFloats())), prior);
    }

    private static GridPrior prior(ModelFile file, int[] sizes, byte[][] classes, int tableBits) throws IOException {
        byte[] state = file.tensor("prior.state", -1).toBytes();
        try {
            return GridPrior.of(new GridSpec(sizes, false, classes, tableBits), state);
        } catch (IllegalArgumentException e) {
            throw new CorruptModelException("the prior does not fit the model: " + e.getMessage());
        }
    }

    /** The file that this model is. */
    public ModelFile file() {
        return file;
    }

    /** Picture to tokens and back; decoded pictures have whole blocks. */
    public Tokenizer<Image> tokenizer() {
        return new Tokenizer<>(transform, quantizer, transform);
    }

    /** Side of the square of pixels that one position of the token grid stands for. */
    public int patchSize() {
        return BlockTransform.BLOCK;
    }

    /** What {@code .tsr} files call this model by. */
    public ModelHash hash() {
        return ModelHash.ofHex(file.sha256());
    }

    ProductQuantizer quantizer() {
        return quantizer;
    }

    BlockTransform transform() {
        return transform;
    }

    GridPrior prior() {
        return prior;
    }

    /** What the entropy model is told of the tokens; all subspaces but the first have a zero vector. */
    static GridSpec gridSpec(ProductQuantizer quantizer, int tableBits) {
        return GridSpec.of(quantizer.codebooks(), 1, false, tableBits);
    }

    private static ModelFile toFile(
            ImageRecipe recipe, Klt klt, ProductQuantizer quantizer, GridPrior prior, float[] deblocking) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("model_type", MODEL_TYPE);
        config.put("format_version", FORMAT_VERSION);
        config.put("name", recipe.name());
        config.put("kind", "classical");
        config.put("media", "image");
        config.put("quantizer", "pq");
        config.put(
                "codebook_size", Arrays.stream(quantizer.codebookSizes()).max().orElseThrow());
        config.put("num_stages", quantizer.stages());
        config.put("patch_size", BlockTransform.BLOCK);
        config.put("subspace_dims", recipe.subspaceDims());
        config.put("prior_table_bits", prior.spec().tableBits());
        config.put("seed", recipe.seed());
        ModelFile.Builder builder = ModelFile.builder()
                .config(ModelConfig.of(config))
                .tensor("encoder.mean", Tensor.ofFloats(klt.mean(), klt.inputDim()))
                .tensor("encoder.basis", Tensor.ofFloats(klt.basis(), klt.components(), klt.inputDim()))
                .tensor("decoder.deblocking", Tensor.ofFloats(deblocking, deblocking.length));
        CodebookFile.addTo(builder, CodebookFile.PREFIX, quantizer.codebooks());
        byte[][] classes = prior.spec().classes();
        for (int s = 0; s < quantizer.stages(); s++) {
            builder.tensor("prior." + s + ".classes", Tensor.ofUnsignedBytes(classes[s], classes[s].length));
        }
        byte[] state = prior.state();
        return builder.tensor("prior.state", Tensor.ofUnsignedBytes(state, state.length))
                .build();
    }

    private static int tableBits(ModelConfig config) throws CorruptModelException {
        int bits = config.integer("prior_table_bits");
        if (bits < GridSpec.MIN_TABLE_BITS || bits > GridSpec.MAX_TABLE_BITS) {
            throw new CorruptModelException("prior_table_bits is " + bits + ", must be in [" + GridSpec.MIN_TABLE_BITS
                    + ", " + GridSpec.MAX_TABLE_BITS + "]");
        }
        return bits;
    }
}
