package dev.tessera.image;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.image.learned.LearnedImageCodec;
import dev.tessera.image.learned.LearnedImageModel;
import dev.tessera.image.transform.LinearImageCodec;
import dev.tessera.image.transform.LinearImageModel;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;

/** Picture to {@code .tsr} file and back with a model of whichever kind. Immutable, safe to share. */
public interface PictureCodec {
    /**
     * A file and what it holds.
     *
     * @param bytes the whole {@code .tsr} file
     * @param tokens how many, 0 for codecs that have none
     * @param nominalBits sum of log2 of the codebook sizes of all tokens; 0 for codecs without tokens
     * @param finest whether more bytes would give no better picture
     */
    record Packed(byte[] bytes, long tokens, double nominalBits, boolean finest) {}

    /** The codec of a model of any kind. */
    static PictureCodec of(ModelFile file) throws IOException {
        if (LinearImageModel.isOne(file)) {
            return new LinearImageCodec(LinearImageModel.load(file));
        }
        return LearnedImageModel.isOne(file)
                ? new LearnedImageCodec(LearnedImageModel.load(file))
                : new ImageCodec(ImageModel.load(file));
    }

    /**
     * The size of the picture in a file of one chunk.
     *
     * @param model that must have made it
     * @throws CorruptBitstreamException when the file is another model's, holds no picture or has another layout than single
     */
    static ImageGeometry singlePicture(TsrFile file, ModelHash model) throws CorruptBitstreamException {
        if (!(file.header().geometry() instanceof ImageGeometry geometry)) {
            throw new CorruptBitstreamException(0, "the file holds no picture");
        }
        if (!file.header().model().equals(model)) {
            throw new CorruptBitstreamException(
                    2, "the file was made with model " + file.header().model() + ", this is " + model);
        }
        if (file.layout() != TsrLayout.SINGLE) {
            throw new CorruptBitstreamException(0, "the layout is " + file.layout() + ", must be SINGLE");
        }
        return geometry;
    }

    /** The file of the codec's model. */
    ModelFile modelFile();

    /** Whether the codec writes and reads files of that layout. */
    boolean has(TsrLayout layout);

    /**
     * Compresses {@code image}.
     *
     * @param layout one that the codec {@link #has}
     * @param threads at least 1; the bytes do not depend on it
     * @throws IllegalArgumentException when the budget is below the smallest possible file; the message names the
     *     minimum
     */
    Packed pack(Image image, RateTarget target, TsrLayout layout, int threads);

    /** The picture in a file that this model made; see {@link ImageCodec#decompress(TsrFile, int)} for missing chunks. */
    Image decompress(TsrFile file, int threads) throws IOException;

    /** Number of tokens that missing chunks of {@code file} held. */
    long missingTokens(TsrFile file) throws IOException;
}
