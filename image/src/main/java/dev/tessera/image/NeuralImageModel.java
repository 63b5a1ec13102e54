package dev.tessera.image;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.GridSpec;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.IndexOrder;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import dev.tessera.vqmodels.nn.LayerObserver;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A neural image tokenizer: an encoder network, any quantizer of one stage or residual stages, a decoder network, and, once
 * {@link NeuralPriorTrainer} has made it, the entropy prior. Immutable, safe to share.
 *
 * <p>A model of whole pictures brings every picture to one size, so that all have the same number of tokens (Yu et al. 2024, TiTok: a
 * picture is worth 32 tokens).
 *
 * <p>Networks see at most {@value #TILE_VALUES} values of a layer at a time: pictures above that are run in tiles, which gives the
 * same tokens and pixels.
 *
 * <p>Bits can be weighed against distance where an index is that of the nearest code vector: with one codebook, and with FSQ in
 * its squashed space. Other quantizers of one stage have one rate, and residual ones that of each number of first stages.
 */
public final class NeuralImageModel extends ImageModel {
    static final String MODEL_TYPE = "neural_image_tokenizer";

    /** Values of the largest map of a layer: 32 MB. */
    static final long TILE_VALUES = 1 << 23;

    /** Mean squared distance of the latents that the prior was made of to what they were quantized to. */
    static final String DISTORTION = "prior_distortion";

    private static final float FIRST_LAMBDA = 0.3f; // of the mean squared distance: where usual budgets lie
    private static final double LOWEST_QUALITY = 1; // log10 of the same share at quality 0

    private static final int OBSERVED = 512;

    private final NeuralParts parts;
    private final Optional<Codec> codec;

    /**
     * What the codec needs beside the tokenizer.
     *
     * @param distortion see {@link #DISTORTION}
     * @param books where bits can be weighed: the code vectors in the order of the coder, and fewer of them
     */
    private record Codec(GridPrior prior, IndexOrder order, float distortion, Optional<NestedBooks> books) {}

    private NeuralImageModel(
            ModelFile file, NeuralParts parts, Optional<Codec> codec, Optional<LatentPredictor> restoration) {
        super(file, restoration);
        this.parts = parts;
        this.codec = codec;
    }

    /** The model in {@code file}, whose type is {@value #MODEL_TYPE}. */
    static NeuralImageModel read(ModelFile file) throws IOException {
        NeuralParts parts = NeuralParts.read(file);
        return new NeuralImageModel(
                file,
                parts,
                file.config().has(TABLE_BITS) ? Optional.of(readCodec(file, parts.quantizer())) : Optional.empty(),
                readRestoration(file, parts.quantizer().dim()));
    }

    private static Codec readCodec(ModelFile file, Quantizer quantizer) throws IOException {
        int[] sizes = quantizer.codebookSizes();
        GridPrior prior = readPrior(file, tableBits -> GridSpec.ordered(sizes, tableBits));
        IndexOrder order = IndexOrder.read(file, sizes);
        double distortion = file.config().number(DISTORTION);
        if (!(distortion >= 0 && distortion <= Float.MAX_VALUE)) {
            throw new CorruptModelException(DISTORTION + " is " + distortion + ", must be finite and not negative");
        }
        return new Codec(
                prior,
                order,
                (float) distortion,
                codeVectors(quantizer).map(codes -> new NestedBooks(order.ordered(codes), prior)));
    }

    /** The code vectors of which the nearest one to {@link #points} is the token, where there are such. */
    private static Optional<Codebook> codeVectors(Quantizer quantizer) {
        return switch (quantizer) {
            case VectorQuantizer vector -> Optional.of(vector.codebook());
            case FiniteScalarQuantizer fsq when fsq.stages() == 1 -> Optional.of(IndexOrder.codeVectors(fsq, 0));
            default -> Optional.empty();
        };
    }

    /** The latents in the space of {@link #codeVectors}. */
    static Latents points(Quantizer quantizer, Latents latents) {
        return quantizer instanceof FiniteScalarQuantizer fsq ? fsq.squash(latents) : latents;
    }

    /** Whether the codec can use this model. */
    public boolean hasPrior() {
        return codec.isPresent();
    }

    @Override
    public Tokenizer<Image> tokenizer(int threads) {
        return new Tokenizer<>(parts.encoder(threads), parts.quantizer(), parts.decoder(threads));
    }

    @Override
    PatchGrid grid(int width, int height) {
        return parts.whole() ? super.grid(parts.wholeSize(), parts.wholeSize()) : super.grid(width, height);
    }

    @Override
    public Image toSize(Image decoded, int width, int height) {
        if (!parts.whole()) {
            return super.toSize(decoded, width, height);
        }
        if ((long) width * height > ImageFiles.DEFAULT_MAX_PIXELS) {
            throw new IllegalArgumentException("the picture is " + width + " x " + height
                    + " pixels, must have at most " + ImageFiles.DEFAULT_MAX_PIXELS);
        }
        return Resizing.resize(decoded, width, height);
    }

    /**
     * Tokenizes and decodes {@code image}, or its middle where it is more than {@value #OBSERVED} pixels wide and high and keeps its size,
     * for the sake of {@code observer}, which sees what enters the layers of both networks.
     */
    public void observe(Image image, LayerObserver observer, int threads) {
        int width = parts.whole() ? image.width() : Math.min(image.width(), OBSERVED);
        int height = parts.whole() ? image.height() : Math.min(image.height(), OBSERVED);
        Image middle = image.crop((image.width() - width) / 2, (image.height() - height) / 2, width, height);
        Latents latents = parts.encoder(threads).encode(middle, observer);
        int[] indices = parts.quantizer().quantize(latents, threads);
        parts.decoder(threads).decode(parts.quantizer().dequantize(indices, latents.shape()), observer);
    }

    @Override
    public int patchSize() {
        return parts.factor();
    }

    @Override
    boolean hasPlaces() {
        return !parts.whole();
    }

    @Override
    Latents latents(int[] coded, int stages, int rows, int columns) {
        return TokenizerFile.dequantize(parts.quantizer(), toIndices(coded), stages, rows, columns);
    }

    @Override
    int[] codebookSizes() {
        return parts.quantizer().codebookSizes();
    }

    @Override
    int fewestStages() {
        return 1;
    }

    @Override
    int mostDropped() {
        return codec().books.isPresent() ? NestedBooks.mostDropped(codebookSizes()[0]) : 0;
    }

    @Override
    GridPrior prior() {
        return codec().prior;
    }

    @Override
    TokenChoice choose(Image image, int threads) {
        Latents latents = parts.encoder(threads).encode(image);
        int[] nearest = codec().order.toPlaces(parts.quantizer().quantize(latents, threads));
        return new NeuralTokenChoice(
                nearest,
                latents.count(),
                codec().books
                        .map(books -> (dropped, candidates) -> new TokenSearch(
                                points(parts.quantizer(), latents), List.of(books.book(dropped)), candidates)));
    }

    @Override
    int[] toIndices(int[] coded) {
        return codec().order.toIndices(coded);
    }

    @Override
    float startLambda() {
        return FIRST_LAMBDA * codec().distortion;
    }

    /** 20 steps of quality are a factor of 10; at 50 a bit is worth 3 % of the mean squared distance. */
    @Override
    float lambdaOf(int quality) {
        return quality == 100 ? 0 : (float) (codec().distortion * StrictMath.pow(10, LOWEST_QUALITY - quality / 20.0));
    }

    @Override
    Image decode(CodedTokens tokens, ImageGeometry geometry, boolean grey, int threads) {
        Latents latents = tokens.dropped() == 0
                ? latents(tokens.indices(), tokens.stages(), tokens.rows(), tokens.columns())
                : shorterQuantizer(tokens.dropped()).dequantize(tokens.indices(), tokens.rows(), tokens.columns());
        if (tokens.anyLost()) {
            LossFill fill = tokens.tolerance() == Tolerance.CONCEAL ? LossFill.PRIOR : LossFill.MEAN;
            latents = LatentConcealment.fill(latents, tokens.lost(), fill, restoration());
        }
        if (parts.whole()) {
            Image decoded = parts.decoder(threads).decode(latents, parts.wholeSize(), parts.wholeSize(), grey);
            return Resizing.resize(decoded, geometry.width(), geometry.height());
        }
        return parts.decoder(threads).decode(latents, geometry.width(), geometry.height(), grey);
    }

    @Override
    Optional<Latents> latents(Tokens tokens) {
        int most = codec.isPresent() ? mostDropped() : 0;
        for (int dropped = 1; dropped <= most; dropped++) {
            int[] sizes = {GridModel.shortened(codebookSizes()[0], dropped)};
            if (Arrays.equals(tokens.codebookSizes(), sizes)) {
                return Optional.of(shorterQuantizer(dropped).toLatents(tokens));
            }
        }
        return super.latents(tokens);
    }

    private VectorQuantizer shorterQuantizer(int dropped) {
        return new VectorQuantizer(codec().books.orElseThrow().book(dropped));
    }

    private Codec codec() {
        return codec.orElseThrow(() -> new IllegalArgumentException("the model " + file().shortHash()
                + " has no entropy prior, which the codec needs; 'tessera train prior' makes one"));
    }
}
