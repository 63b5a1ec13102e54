package dev.tessera.image;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.GridSpec;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A classical image tokenizer: KLT of 16x16 blocks, product VQ over groups of its components, and the entropy prior and
 * deblocking strengths that go with them. Immutable, safe to share.
 *
 * <p>Tokens are {@code [subspaces x block rows x block columns]}.
 */
public final class ClassicalImageModel extends ImageModel {
    static final String MODEL_TYPE = "image_klt_pq";
    private static final int FORMAT_VERSION = 1;
    private static final int MAX_SUBSPACES = 64;

    private static final float START_LAMBDA = 5000; // in squared sample values a bit, of the usual rates

    private final ProductQuantizer quantizer;
    private final BlockTransform transform;
    private final GridPrior prior;

    private ClassicalImageModel(
            ModelFile file,
            ProductQuantizer quantizer,
            BlockTransform transform,
            GridPrior prior,
            Optional<LatentPredictor> restoration) {
        super(file, restoration);
        this.quantizer = quantizer;
        this.transform = transform;
        this.prior = prior;
    }

    /** Puts a freshly trained model together. */
    ClassicalImageModel(ImageRecipe recipe, Klt klt, ProductQuantizer quantizer, GridPrior prior, float[] deblocking) {
        this(
                toFile(recipe, klt, quantizer, prior, deblocking),
                quantizer,
                new BlockTransform(klt, new Deblocking(recipe.subspaceDims(), deblocking)),
                prior,
                Optional.empty());
    }

    /** The model in {@code file}, whose type is {@value #MODEL_TYPE}. */
    static ClassicalImageModel read(ModelFile file) throws IOException {
        ModelConfig config = file.config();
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
        GridPrior prior = readPrior(file, tableBits -> new GridSpec(sizes, false, classes, tableBits));
        Tensor strengths = file.tensor("decoder.deblocking", Deblocking.strengthCount(dims.length));
        return new ClassicalImageModel(
                file,
                quantizer,
                new BlockTransform(klt, new Deblocking(dims, strengths.toFloats())),
                prior,
                readRestoration(file, components));
    }

    @Override
    public Tokenizer<Image> tokenizer(int threads) {
        return new Tokenizer<>(transform, quantizer, transform);
    }

    @Override
    public int patchSize() {
        return BlockTransform.BLOCK;
    }

    @Override
    Latents latents(int[] coded, int stages, int rows, int columns) {
        return quantizer.dequantize(coded, rows, columns);
    }

    @Override
    int[] codebookSizes() {
        return quantizer.codebookSizes();
    }

    @Override
    int fewestStages() {
        return quantizer.stages();
    }

    @Override
    TokenChoice choose(Image image, int threads) {
        return new TokenSearch(transform.encode(image), quantizer.codebooks());
    }

    @Override
    float startLambda() {
        return START_LAMBDA;
    }

    /** 20 steps of quality are a factor of 10. */
    @Override
    float lambdaOf(int quality) {
        return quality == 100 ? 0 : (float) StrictMath.pow(10, 6 - quality / 20.0);
    }

    @Override
    Image decode(CodedTokens tokens, ImageGeometry geometry, boolean grey, int threads) {
        Latents latents = latents(tokens.indices(), tokens.stages(), tokens.rows(), tokens.columns());
        boolean restored = tokens.anyLost()
                && tokens.tolerance() == Tolerance.CONCEAL
                && restoration().isPresent();
        ColorPlanes planes = transform.decodePlanes(
                restored ? LatentConcealment.fill(latents, tokens.lost(), LossFill.PRIOR, restoration()) : latents);
        if (tokens.anyLost() && !restored) {
            Concealment concealment = new Concealment(tokens.lost(), tokens.columns());
            concealment.fillWithMean(planes);
            if (tokens.tolerance() == Tolerance.CONCEAL) {
                concealment.smooth(planes);
            }
        }
        return grey
                ? planes.toGreyImage(geometry.width(), geometry.height())
                : planes.toImage(geometry.width(), geometry.height());
    }

    ProductQuantizer quantizer() {
        return quantizer;
    }

    BlockTransform transform() {
        return transform;
    }

    @Override
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
}
