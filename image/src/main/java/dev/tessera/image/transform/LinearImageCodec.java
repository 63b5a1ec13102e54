package dev.tessera.image.transform;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.image.Image;
import dev.tessera.image.PictureCodec;
import dev.tessera.vqmodels.ModelFile;

/**
 * The linear mode: picture to {@code .tsr} file and back without networks and codebooks. The same picture, model and target
 * give the same bytes on every machine, and the same bytes the same picture. Immutable, safe to share.
 */
public final class LinearImageCodec implements PictureCodec {
    private final LinearImageModel model;

    public LinearImageCodec(LinearImageModel model) {
        this.model = model;
    }

    /**
     * Compresses {@code image} in the single layout.
     *
     * @throws IllegalArgumentException when the budget is below the smallest possible file; the message names the
     *     minimum
     */
    public byte[] compress(Image image, RateTarget target) {
        PictureCoding coding = new PictureCoding(image, model.prior());
        ImageGeometry geometry = new ImageGeometry(image.width(), image.height());
        return switch (target) {
            case RateTarget.Quality quality ->
                write(geometry, new StepSearch(coding, r -> 0).ofQuality(quality.quality()));
            case RateTarget.Bytes bytes ->
                write(geometry, new StepSearch(coding, r -> write(geometry, r).length).within(bytes.budget()));
        };
    }

    private byte[] write(ImageGeometry geometry, PictureCoding.Result result) {
        return TsrFile.write(
                new TsrHeader(model.hash(), geometry, result.settings().parameters()), result.payload());
    }

    @Override
    public ModelFile modelFile() {
        return model.file();
    }

    @Override
    public boolean has(TsrLayout layout) {
        return layout == TsrLayout.SINGLE;
    }

    @Override
    public Packed pack(Image image, RateTarget target, TsrLayout layout, int threads) {
        if (!has(layout)) {
            throw new IllegalArgumentException("the layout is " + layout + ", must be SINGLE for the linear mode");
        }
        return new Packed(compress(image, target), 0, 0);
    }

    @Override
    public Image decompress(TsrFile file, int threads) throws CorruptBitstreamException {
        return decompress(file);
    }

    @Override
    public long missingTokens(TsrFile file) {
        return 0; // one chunk, which is there or the file is refused
    }

    /**
     * The picture in a file that this model made.
     *
     * @throws CorruptBitstreamException when the payload does not fit the header
     */
    public Image decompress(TsrFile file) throws CorruptBitstreamException {
        if (!(file.header().geometry() instanceof ImageGeometry geometry)) {
            throw new CorruptBitstreamException(0, "the file holds no picture");
        }
        if (!file.header().model().equals(model.hash())) {
            throw new CorruptBitstreamException(
                    2, "the file was made with model " + file.header().model() + ", this is " + model.hash());
        }
        if (file.layout() != TsrLayout.SINGLE) {
            throw new CorruptBitstreamException(0, "the layout is " + file.layout() + ", must be SINGLE");
        }
        Settings settings = Settings.of(file.header().parameters());
        RangeDecoder in = new RangeDecoder(file.payload());
        TransformPrior models = model.prior();
        Image image = decode(in, geometry, settings.grey() ? 1 : 3, settings, models);
        if (settings.alpha()) {
            image = image.withAlpha(
                    decode(in, geometry, 1, settings, models).plane(0));
        }
        if (in.unreadBytes() > 0) {
            throw new CorruptBitstreamException(0, in.unreadBytes() + " bytes are left behind the picture");
        }
        return image;
    }

    private static Image decode(
            RangeDecoder in, ImageGeometry geometry, int components, Settings settings, TransformPrior models) {
        BlockDecoder decoder = new BlockDecoder(
                PicturePlanes.scaled(geometry.width(), settings.scale()),
                PicturePlanes.scaled(geometry.height(), settings.scale()),
                components,
                settings.step(),
                models);
        decoder.decode(new BitCoder.Reader(in));
        return decoder.picture(settings, geometry.width(), geometry.height());
    }
}
