package dev.tessera.image;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateSearch;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An {@link ImageModel} with its entropy model and the {@code .tsr} container: picture to file and back.
 *
 * <p>The same picture, model and target give the same bytes on every machine, and the same bytes the same picture.
 * Immutable, safe to share.
 */
public final class ImageCodec {
    private static final int GREY_FLAG = 1;
    private static final int ALPHA_FLAG = 2;
    private static final float START_LAMBDA = 5000;

    private final ImageModel model;

    public ImageCodec(ImageModel model) {
        this.model = model;
    }

    /**
     * A file and what it holds.
     *
     * @param bytes the whole {@code .tsr} file
     * @param tokens the tokens of the colours
     */
    public record Compressed(byte[] bytes, Tokens tokens) {}

    /**
     * Compresses {@code image} in the single layout with one thread; see
     * {@link #compress(Image, RateTarget, TsrLayout, int)}.
     */
    public Compressed compress(Image image, RateTarget target) {
        return compress(image, target, TsrLayout.SINGLE, 1);
    }

    /**
     * Compresses {@code image}.
     *
     * @param threads for the chunks of the independent layout, at least 1; the bytes do not depend on it
     * @throws IllegalArgumentException when the budget is below the smallest possible file; the message names the
     *     minimum
     */
    public Compressed compress(Image image, RateTarget target, TsrLayout layout, int threads) {
        BlockTransform transform = model.transform();
        TokenSearch colours = new TokenSearch(transform.encode(image), model.quantizer());
        TokenSearch alpha =
                image.alpha() == null ? null : new TokenSearch(transform.encode(alphaAsGrey(image)), model.quantizer());
        ImageGeometry geometry = new ImageGeometry(image.width(), image.height());
        TsrHeader header = new TsrHeader(
                model.hash(), geometry, (image.isGrey() ? GREY_FLAG : 0) | (alpha == null ? 0 : ALPHA_FLAG));
        TokenWriter writer = writer(geometry, threads);
        RateSearch.Attempt<Choice> attempt =
                (before, after, switchAt) -> choose(colours, alpha, writer, layout, before, after, switchAt);
        Choice choice = switch (target) {
            case RateTarget.Quality quality -> {
                float lambda = lambdaOf(quality.quality());
                yield attempt.run(lambda, lambda, 0);
            }
            case RateTarget.Bytes bytes ->
                RateSearch.withinBudget(
                        attempt,
                        c -> TsrFile.size(header, layout, c.chunks),
                        colours.positions(),
                        bytes.budget(),
                        START_LAMBDA);
        };
        return new Compressed(
                TsrFile.write(header, layout, choice.chunks),
                Tokens.ofPositionMajor(gridOf(image), model.quantizer().codebookSizes(), choice.indices));
    }

    /**
     * What a choice of tokens came to: the coded bytes and the indices of the colours, {@code [positions x subspaces]}.
     */
    private record Choice(List<byte[]> chunks, int[] indices) {}

    /** Chooses and codes the colours and, when there is one, the alpha plane. */
    private Choice choose(
            TokenSearch colours,
            TokenSearch alpha,
            TokenWriter writer,
            TsrLayout layout,
            float lambdaBefore,
            float lambdaAfter,
            int switchAt) {
        int size = Math.multiplyExact(colours.positions(), model.quantizer().stages());
        int[] indices = new int[size];
        List<TokenWriter.Source> planes = new ArrayList<>();
        planes.add(colours.source(lambdaBefore, lambdaAfter, switchAt, indices));
        if (alpha != null) {
            planes.add(alpha.source(lambdaBefore, lambdaAfter, switchAt, new int[size]));
        }
        return new Choice(writer.write(layout, planes), indices);
    }

    /**
     * The same tokens in another layout: the picture stays the same to the last bit.
     *
     * @param file a whole file that this model made
     * @param threads as for {@link #compress(Image, RateTarget, TsrLayout, int)}
     */
    public byte[] relayout(TsrFile file, TsrLayout layout, int threads) throws IOException {
        ImageGeometry geometry = check(file);
        if (file.missingChunks().length > 0) {
            throw new IllegalArgumentException("the file has missing chunks, must be whole");
        }
        TokenReader.Tokens tokens = readTokens(file, geometry, threads);
        List<TokenWriter.Source> planes = tokens.planes().stream()
                .map(indices -> TokenWriter.known(indices, model.quantizer().stages()))
                .toList();
        return TsrFile.write(file.header(), layout, writer(geometry, threads).write(layout, planes));
    }

    /** The picture in a file that this model made, with one thread; see {@link #decompress(TsrFile, int)}. */
    public Image decompress(TsrFile file) throws IOException {
        return decompress(file, 1);
    }

    /**
     * The picture in a file that this model made. Where chunks are missing and the file was read with
     * {@link Tolerance#CONCEAL}, lost blocks are filled from the rims of their neighbours; with
     * {@link Tolerance#PREFIX} they have the mean of the decoded ones. In the progressive layout lost chunks are detail
     * that is left out.
     *
     * @param threads for the chunks of the independent layout, at least 1; the picture does not depend on it
     * @throws CorruptBitstreamException when the payload does not fit the header
     */
    public Image decompress(TsrFile file, int threads) throws IOException {
        ImageGeometry geometry = check(file);
        TokenReader.Tokens tokens = readTokens(file, geometry, threads);
        int flags = file.header().parameters();
        ColorPlanes colours = planes(tokens, 0, geometry, file.tolerance());
        Image image = (flags & GREY_FLAG) != 0
                ? colours.toGreyImage(geometry.width(), geometry.height())
                : colours.toImage(geometry.width(), geometry.height());
        if ((flags & ALPHA_FLAG) != 0) {
            ColorPlanes alpha = planes(tokens, 1, geometry, file.tolerance());
            image = image.withAlpha(alpha.croppedLuma(geometry.width(), geometry.height()));
        }
        return image;
    }

    /** Number of tokens that missing chunks of {@code file} held, and that {@link #decompress} makes up for. */
    public long missingTokens(TsrFile file) throws IOException {
        ImageGeometry geometry = check(file);
        int height = BlockTransform.blocks(geometry.height());
        int width = BlockTransform.blocks(geometry.width());
        int planes = planes(file);
        return switch (file.layout()) {
            case SINGLE -> 0;
            case PROGRESSIVE ->
                (long) height * width * planes * (model.quantizer().stages() - file.wholePrefix());
            case INDEPENDENT -> {
                List<SubGrid> grids = SubGrid.independent(height, width);
                yield Arrays.stream(file.missingChunks())
                        .mapToLong(i -> grids.get(i).count()
                                * planes
                                * model.quantizer().stages())
                        .sum();
            }
        };
    }

    private ImageGeometry check(TsrFile file) throws CorruptBitstreamException {
        if (!(file.header().geometry() instanceof ImageGeometry geometry)) {
            throw new CorruptBitstreamException(0, "the file holds no picture");
        }
        if (!file.header().model().equals(model.hash())) {
            throw new CorruptBitstreamException(
                    2, "the file was made with model " + file.header().model() + ", this is " + model.hash());
        }
        int flags = file.header().parameters();
        if (flags > (GREY_FLAG | ALPHA_FLAG)) {
            throw new CorruptBitstreamException(0, "image flags are " + flags + ", must be in [0, 3]");
        }
        TokenReader reader = reader(geometry, 1);
        if (file.chunkCount() != reader.chunks(file.layout())) {
            throw new CorruptBitstreamException(
                    0, "the file has " + file.chunkCount() + " chunks, must have " + reader.chunks(file.layout()));
        }
        return geometry;
    }

    private static int planes(TsrFile file) {
        return (file.header().parameters() & ALPHA_FLAG) != 0 ? 2 : 1;
    }

    private TokenReader.Tokens readTokens(TsrFile file, ImageGeometry geometry, int threads)
            throws CorruptBitstreamException {
        return reader(geometry, threads).read(file, planes(file));
    }

    private TokenWriter writer(ImageGeometry geometry, int threads) {
        return new TokenWriter(
                model.prior(),
                BlockTransform.blocks(geometry.height()),
                BlockTransform.blocks(geometry.width()),
                threads);
    }

    private TokenReader reader(ImageGeometry geometry, int threads) {
        return new TokenReader(
                model.prior(),
                BlockTransform.blocks(geometry.height()),
                BlockTransform.blocks(geometry.width()),
                threads);
    }

    private ColorPlanes planes(TokenReader.Tokens tokens, int plane, ImageGeometry geometry, Tolerance tolerance) {
        int height = BlockTransform.blocks(geometry.height());
        int width = BlockTransform.blocks(geometry.width());
        Latents latents = model.quantizer().dequantize(tokens.planes().get(plane), height, width);
        ColorPlanes planes = model.transform().decodePlanes(latents);
        if (tokens.anyLost()) {
            Concealment concealment = new Concealment(tokens.lost(), width);
            concealment.fillWithMean(planes);
            if (tolerance == Tolerance.CONCEAL) {
                concealment.smooth(planes);
            }
        }
        return planes;
    }

    /**
     * 0 is the coarsest, 100 takes the nearest code vectors whatever they cost; in between 20 steps are a factor of 10.
     */
    private static float lambdaOf(int quality) {
        return quality == 100 ? 0 : (float) StrictMath.pow(10, 6 - quality / 20.0);
    }

    private static int[] gridOf(Image image) {
        return new int[] {BlockTransform.blocks(image.height()), BlockTransform.blocks(image.width())};
    }

    private static Image alphaAsGrey(Image image) {
        float[] alpha = image.alpha();
        return Image.ofGrey(image.width(), image.height(), Arrays.copyOf(alpha, alpha.length));
    }
}
