package dev.tessera.image;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RateSearch;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import java.io.IOException;
import java.util.Arrays;

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
     * Compresses {@code image}.
     *
     * @throws IllegalArgumentException when the budget is below the smallest possible file; the message names the minimum
     */
    public Compressed compress(Image image, RateTarget target) {
        BlockTransform transform = model.transform();
        TokenSearch colours = new TokenSearch(transform.encode(image), model.quantizer());
        TokenSearch alpha =
                image.alpha() == null ? null : new TokenSearch(transform.encode(alphaAsGrey(image)), model.quantizer());
        TsrHeader header = new TsrHeader(
                model.hash(),
                new ImageGeometry(image.width(), image.height()),
                (image.isGrey() ? GREY_FLAG : 0) | (alpha == null ? 0 : ALPHA_FLAG));
        RateSearch.Attempt<TokenSearch.Choice> attempt =
                (before, after, switchAt) -> TokenSearch.choose(colours, alpha, model.prior(), before, after, switchAt);
        int overhead = TsrFile.headerBytes(header);
        TokenSearch.Choice choice = switch (target) {
            case RateTarget.Quality quality -> {
                float lambda = lambdaOf(quality.quality());
                yield attempt.run(lambda, lambda, 0);
            }
            case RateTarget.Bytes bytes ->
                RateSearch.withinBudget(
                        attempt, c -> overhead + c.payload().length, colours.positions(), bytes.budget(), START_LAMBDA);
        };
        return new Compressed(
                TsrFile.write(header, choice.payload()),
                Tokens.ofPositionMajor(gridOf(image), model.quantizer().codebookSizes(), choice.indices()));
    }

    /**
     * The picture in a file that this model made.
     *
     * @throws CorruptBitstreamException when the payload does not fit the header
     */
    public Image decompress(TsrFile file) throws IOException {
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
        RangeDecoder decoder = new RangeDecoder(file.payload());
        ColorPlanes colours = readPlanes(decoder, geometry);
        Image image = (flags & GREY_FLAG) != 0
                ? colours.toGreyImage(geometry.width(), geometry.height())
                : colours.toImage(geometry.width(), geometry.height());
        if ((flags & ALPHA_FLAG) != 0) {
            image = image.withAlpha(readPlanes(decoder, geometry).croppedLuma(geometry.width(), geometry.height()));
        }
        if (decoder.unreadBytes() > 0) {
            throw new CorruptBitstreamException(0, decoder.unreadBytes() + " bytes are left over after the last token");
        }
        return image;
    }

    private ColorPlanes readPlanes(RangeDecoder decoder, ImageGeometry geometry) throws CorruptBitstreamException {
        int height = BlockTransform.blocks(geometry.height());
        int width = BlockTransform.blocks(geometry.width());
        GridModel grid = new GridModel(model.prior(), height, width);
        int stages = model.quantizer().stages();
        int[] indices = new int[Math.multiplyExact(Math.multiplyExact(height, width), stages)];
        int to = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int s = 0; s < stages; s++) {
                    indices[to++] = grid.decode(decoder, s, y, x);
                }
            }
        }
        Latents latents = model.quantizer().dequantize(indices, height, width);
        return model.transform().decodePlanes(latents);
    }

    /** 0 is the coarsest, 100 takes the nearest code vectors whatever they cost; in between 20 steps are a factor of 10. */
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
