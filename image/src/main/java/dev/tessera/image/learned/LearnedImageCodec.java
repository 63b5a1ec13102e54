package dev.tessera.image.learned;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.PictureCodec;
import dev.tessera.vqmodels.ModelFile;
import java.util.List;

/**
 * The learned mode: picture to {@code .tsr} file and back by networks. The same picture, model and target give the same bytes on
 * every machine, and the same bytes the same picture. Immutable, safe to share.
 */
public final class LearnedImageCodec implements PictureCodec {
    private final LearnedImageModel model;

    public LearnedImageCodec(LearnedImageModel model) {
        this.model = model;
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
            throw new IllegalArgumentException("the layout is " + layout + ", must be SINGLE for the learned mode");
        }
        LearnedPictureCoding coding = new LearnedPictureCoding(model, image, threads);
        LearnedPictureCoding.Attempt attempt = switch (target) {
            case RateTarget.Quality quality -> coding.ofQuality(quality.quality());
            case RateTarget.Bytes bytes ->
                coding.within(
                        bytes.budget(), a -> TsrFile.size(header(image, a.settings()), layout, List.of(a.payload())));
        };
        byte[] file = TsrFile.write(header(image, attempt.settings()), attempt.payload());
        return new Packed(file, 0, 0, coding.isFinest(attempt));
    }

    private TsrHeader header(Image image, LearnedSettings settings) {
        return new TsrHeader(model.hash(), new ImageGeometry(image.width(), image.height()), settings.parameters());
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
    @Override
    public Image decompress(TsrFile file, int threads) throws CorruptBitstreamException {
        ImageGeometry geometry = PictureCodec.singlePicture(file, model.hash());
        int width = geometry.width();
        int height = geometry.height();
        if ((long) width * height > ImageFiles.DEFAULT_MAX_PIXELS) {
            throw new CorruptBitstreamException(
                    0,
                    "the picture is " + width + " x " + height + " pixels, must have at most "
                            + ImageFiles.DEFAULT_MAX_PIXELS);
        }
        LearnedSettings settings = LearnedSettings.of(file.header().parameters(), model.gains());
        RangeDecoder in = new RangeDecoder(file.payload());
        LevelModel models = model.levels();
        int[] colours = levels(in, settings, width, height, models);
        int[] alpha = settings.alpha() ? levels(in, settings, width, height, models) : new int[0];
        if (in.unreadBytes() > 0) {
            throw new CorruptBitstreamException(0, in.unreadBytes() + " bytes are left behind the picture");
        }
        Image image = LearnedPictureCoding.decode(model, settings, colours, width, height, settings.grey(), threads);
        return settings.alpha()
                ? image.withAlpha(LearnedPictureCoding.decode(model, settings, alpha, width, height, true, threads)
                        .plane(0))
                : image;
    }

    private int[] levels(RangeDecoder in, LearnedSettings settings, int width, int height, LevelModel models)
            throws CorruptBitstreamException {
        int dim = model.dim();
        int factor = model.networks().factor();
        int rows = Math.ceilDiv(LearnedSettings.scaled(height, settings.scale()), factor);
        int columns = Math.ceilDiv(LearnedSettings.scaled(width, settings.scale()), factor);
        BitCoder.Reader reader = new BitCoder.Reader(in);
        int channels = LevelPlane.channels(reader, dim, 0);
        if (channels > dim) {
            throw new CorruptBitstreamException(0, channels + " channels are said to be coded, must be at most " + dim);
        }
        LevelCoding coding = new LevelCoding(dim, rows, columns);
        coding.code(
                reader,
                models,
                model.prior().new Walk(rows, columns, model.gains().at(settings.step()), false),
                channels,
                LevelModel.rateClass(settings.step()),
                (position, channel, levels) -> 0);
        return coding.levels();
    }
}
