package dev.tessera.image.transform;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.Image;
import dev.tessera.image.PictureCodec;
import dev.tessera.vqmodels.ModelFile;
import java.util.List;

/**
 * The linear mode: picture to {@code .tsr} file and back without networks and codebooks. The same picture, model and target
 * give the same bytes on every machine, and the same bytes the same picture. Immutable, safe to share.
 */
public final class LinearImageCodec implements PictureCodec {
    private final LinearImageModel model;
    private final Tuning tuning;
    private final int effort;

    /** A codec with the usual tuning. */
    public LinearImageCodec(LinearImageModel model) {
        this(model, Tuning.MS_SSIM, Effort.USUAL);
    }

    private LinearImageCodec(LinearImageModel model, Tuning tuning, int effort) {
        this.model = model;
        this.tuning = tuning;
        this.effort = effort;
    }

    /** The same codec, its files good at another measure; it decompresses the same files. */
    public LinearImageCodec tuned(Tuning newTuning) {
        return new LinearImageCodec(model, newTuning, effort);
    }

    /**
     * The same codec, its encoder faster or its files shorter.
     *
     * @param level 1 to 9; 5 is usual
     */
    public LinearImageCodec withEffort(int level) {
        Effort.of(level);
        return new LinearImageCodec(model, tuning, level);
    }

    /**
     * Compresses {@code image} in the single layout.
     *
     * @throws IllegalArgumentException when the budget is below the smallest possible file, the message names the
     *     minimum; or when the picture has too many samples in whole superblocks
     */
    public byte[] compress(Image image, RateTarget target) {
        return file(image, coded(image, target));
    }

    private PictureCoding.Result coded(Image image, RateTarget target) {
        if (!PicturePlanes.fits(image.width(), image.height(), 0)) {
            throw new IllegalArgumentException(tooLarge(image.width(), image.height()));
        }
        PictureCoding coding = new PictureCoding(image, model.prior(), model.refiners(), tuning, effort);
        StepSearch<PictureCoding.Attempt> search = new StepSearch<>(
                coding, a -> TsrFile.size(header(image, a.settings()), TsrLayout.SINGLE, List.of(a.payload())));
        return coding.finished(
                switch (target) {
                    case RateTarget.Quality quality -> search.ofQuality(quality.quality());
                    case RateTarget.Bytes bytes -> search.within(bytes.budget());
                });
    }

    private TsrHeader header(Image image, Settings settings) {
        return new TsrHeader(model.hash(), new ImageGeometry(image.width(), image.height()), settings.parameters());
    }

    private byte[] file(Image image, PictureCoding.Result result) {
        return TsrFile.write(header(image, result.settings()), result.payload());
    }

    private static String tooLarge(int width, int height) {
        return "a picture of " + width + " x " + height + " has more than " + PicturePlanes.MAX_SAMPLES
                + " samples in whole superblocks of " + BlockDecoder.SUPERBLOCK + " x " + BlockDecoder.SUPERBLOCK;
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
        PictureCoding.Result result = coded(image, target);
        return new Packed(file(image, result), 0, 0, result.finest());
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
        ImageGeometry geometry = PictureCodec.singlePicture(file, model.hash());
        Settings settings = Settings.of(file.header().parameters());
        if (!PicturePlanes.fits(geometry.width(), geometry.height(), settings.scale())) {
            throw new CorruptBitstreamException(0, tooLarge(geometry.width(), geometry.height()));
        }
        model.checkRefiner(settings);
        RangeDecoder in = new RangeDecoder(file.payload());
        TransformPrior models = model.prior();
        Image image = decode(in, geometry, settings.grey() ? 1 : 3, settings, models, model.refiners());
        if (settings.alpha()) {
            image = image.withAlpha(
                    decode(in, geometry, 1, settings, models, model.refiners()).plane(0));
        }
        if (in.unreadBytes() > 0) {
            throw new CorruptBitstreamException(0, in.unreadBytes() + " bytes are left behind the picture");
        }
        return image;
    }

    private static Image decode(
            RangeDecoder in,
            ImageGeometry geometry,
            int components,
            Settings settings,
            TransformPrior models,
            Refiners refiners) {
        BlockDecoder decoder = new BlockDecoder(
                PicturePlanes.scaled(geometry.width(), settings.scale()),
                PicturePlanes.scaled(geometry.height(), settings.scale()),
                components,
                settings.step(),
                models);
        decoder.decode(new BitCoder.Reader(in));
        return decoder.picture(settings, geometry.width(), geometry.height(), refiners);
    }
}
