package dev.tessera.image.transform;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.SequenceGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.image.ImageSequence;
import dev.tessera.vqmodels.ModelFile;

/**
 * Short sequences of pictures to {@code .tsr} files and back: the linear mode of pictures, whose blocks may also be moved from the
 * frame before. The same sequence, model and target give the same bytes on every machine, and the same bytes the same
 * frames. Immutable, safe to share.
 */
public final class SequenceCodec {
    private final LinearImageModel model;
    private final Tuning tuning;
    private final int effort;

    /** The codec with an image model of the linear mode and usual effort. */
    public SequenceCodec(LinearImageModel model, Tuning tuning) {
        this(model, tuning, Effort.USUAL);
    }

    /** @param effort 1 to 9: more takes longer and makes shorter files of the same quality */
    public SequenceCodec(LinearImageModel model, Tuning tuning, int effort) {
        Effort.of(effort);
        this.model = model;
        this.tuning = tuning;
        this.effort = effort;
    }

    /**
     * A file and what it holds.
     *
     * @param bytes the whole {@code .tsr} file
     * @param frameBytes of each frame in the payload
     * @param finest whether more bytes would give no better frames
     */
    public record Packed(byte[] bytes, int[] frameBytes, boolean finest) {}

    /** The file of the codec's model. */
    public ModelFile modelFile() {
        return model.file();
    }

    /**
     * Compresses {@code sequence} in the single layout.
     *
     * @throws IllegalArgumentException when the budget is below the smallest possible file, the message names the
     *     minimum; or when the sequence has too many samples in whole superblocks
     */
    public Packed compress(ImageSequence sequence, RateTarget target) {
        SequenceGeometry geometry = sequence.geometry();
        if (!fits(geometry, 0)) {
            throw new IllegalArgumentException(tooLarge(geometry));
        }
        SequenceCoding coding = new SequenceCoding(sequence, model.prior(), model.refiners(), tuning, effort);
        StepSearch<SequenceCoding.Attempt> search =
                new StepSearch<>(coding, a -> TsrFile.headerBytes(header(geometry, a.settings())) + (long) a.length());
        SequenceCoding.Attempt attempt = switch (target) {
            case RateTarget.Quality quality -> search.ofQuality(quality.quality());
            case RateTarget.Bytes bytes -> search.within(bytes.budget());
        };
        Settings settings = coding.finished(attempt).settings();
        return new Packed(
                TsrFile.write(header(geometry, settings), attempt.payload()),
                attempt.pieces().stream().mapToInt(piece -> piece.length).toArray(),
                attempt.finest());
    }

    /**
     * The frames of a file that this model made.
     *
     * @throws CorruptBitstreamException when the payload does not fit the header
     */
    public ImageSequence decompress(TsrFile file) throws CorruptBitstreamException {
        if (!(file.header().geometry() instanceof SequenceGeometry geometry)) {
            throw new CorruptBitstreamException(0, "the file holds no sequence");
        }
        if (!file.header().model().equals(model.hash())) {
            throw new CorruptBitstreamException(
                    2, "the file was made with model " + file.header().model() + ", this is " + model.hash());
        }
        Settings settings = Settings.of(file.header().parameters());
        if (settings.alpha() || settings.edges() != 0) {
            throw new CorruptBitstreamException(0, "alpha and edges of a sequence must be 0");
        }
        if (!fits(geometry, settings.scale())) {
            throw new CorruptBitstreamException(0, tooLarge(geometry));
        }
        model.checkRefiner(settings);
        FrameDecoding decoding = new FrameDecoding(file.payload(), geometry, settings, model.prior(), model.refiners());
        ImageSequence.Builder frames =
                ImageSequence.builder(geometry.width(), geometry.height(), geometry.ticks(), geometry.perSeconds());
        for (int i = 0; i < geometry.frames(); i++) {
            decoding.next();
            frames.add(decoding.picture(settings.details()), decoding.duration());
        }
        if (decoding.unreadBytes() > 0) {
            throw new CorruptBitstreamException(0, decoding.unreadBytes() + " bytes are left behind the last frame");
        }
        try {
            return frames.build();
        } catch (IllegalArgumentException e) {
            throw new CorruptBitstreamException(0, e.getMessage());
        }
    }

    private TsrHeader header(SequenceGeometry geometry, Settings settings) {
        return new TsrHeader(model.hash(), geometry, settings.parameters());
    }

    private static boolean fits(SequenceGeometry geometry, int scale) {
        long block = BlockDecoder.SUPERBLOCK;
        long padded = Math.ceilDiv(PicturePlanes.scaled(geometry.width(), scale), block)
                * Math.ceilDiv(PicturePlanes.scaled(geometry.height(), scale), block)
                * block
                * block;
        return PicturePlanes.fits(geometry.width(), geometry.height(), scale)
                && padded <= PicturePlanes.MAX_SAMPLES / geometry.frames();
    }

    private static String tooLarge(SequenceGeometry geometry) {
        return geometry.frames() + " frames of " + geometry.width() + " x " + geometry.height() + " have more than "
                + PicturePlanes.MAX_SAMPLES + " samples in whole superblocks of " + BlockDecoder.SUPERBLOCK + " x "
                + BlockDecoder.SUPERBLOCK;
    }
}
