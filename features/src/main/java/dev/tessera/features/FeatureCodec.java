package dev.tessera.features;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TensorGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.codecs.tensor.TensorCodec;
import dev.tessera.vqmodels.TokenizerFile;
import java.util.Arrays;

/**
 * A {@link FeatureModel} with its entropy model and the {@code .tsr} container: a tensor {@code [frames, channels]} that names a
 * model ({@code docs/formats/tsr.md}). The rates are the numbers of first stages, of which a single codebook has one: quality q has
 * ceil(q S / 100) of S stages, at least 1; a budget has the most stages that fit.
 *
 * <p>The same series, model and target give the same bytes on every machine, and the same bytes the same series. Immutable, safe to
 * share.
 */
public final class FeatureCodec {
    /** Bytes cannot hold more tokens than this each: a decision costs at least log2(65536 / 65535) bits. */
    private static final long MOST_TOKENS_A_BYTE = 370_000;

    private final FeatureModel model;
    private final Quantizer quantizer;
    private final int stages;

    public FeatureCodec(FeatureModel model) {
        this.model = model;
        this.quantizer = model.parts().quantizer();
        this.stages = quantizer.stages();
    }

    /**
     * A file and what it holds.
     *
     * @param bytes the whole {@code .tsr} file
     * @param tokens number of tokens
     * @param nominalBits bits that they would take at log2 K each
     * @param meanSquaredError of what the file decodes to, over all values; 0 for none
     * @param finest whether they are all that the model has for the series, so that more bytes would give no better one
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Compressed(byte[] bytes, long tokens, double nominalBits, double meanSquaredError, boolean finest) {}

    /** Whether the file with this header is a series that needs a model: a tensor that names one. */
    public static boolean isOne(TsrHeader header) {
        return header.geometry() instanceof TensorGeometry && !header.model().equals(TensorCodec.NO_MODEL);
    }

    /**
     * Compresses {@code series [frames, channels]}, all finite.
     *
     * @param threads at least 1; the bytes do not depend on it
     * @throws IllegalArgumentException when the shape is not that of the model, a value is not finite, or the budget is below the
     *     smallest possible file; the message names the minimum
     */
    public Compressed compress(FloatTensor series, RateTarget target, int threads) {
        Latents latents = model.encode(series, threads);
        int[] indices = quantizer.quantize(latents, threads);
        int[] coded = model.prior().order().toPlaces(indices);
        int kept = stages;
        byte[] bytes;
        switch (target) {
            case RateTarget.Quality quality -> {
                kept = Math.max(1, Math.ceilDiv(quality.quality() * stages, 100));
                bytes = file(series.geometry(), coded, kept);
            }
            case RateTarget.Bytes budget -> {
                bytes = file(series.geometry(), coded, kept);
                while (bytes.length > budget.budget() && kept > 1) {
                    kept--;
                    bytes = file(series.geometry(), coded, kept);
                }
                checkFits(bytes.length, budget.budget());
            }
        }
        int tokens = latents.count();
        double bits = Arrays.stream(quantizer.codebookSizes(), 0, kept)
                .mapToDouble(size -> StrictMath.log(size) / StrictMath.log(2))
                .sum();
        float[] back = rows(indices, kept, tokens, series.geometry().shape().getFirst(), threads);
        return new Compressed(
                bytes, (long) tokens * kept, tokens * bits, meanSquaredError(series.values(), back), kept == stages);
    }

    private static void checkFits(int smallest, long budget) {
        if (smallest > budget) {
            throw new IllegalArgumentException(
                    "the budget of " + budget + " bytes is below the smallest possible file, " + smallest + " bytes");
        }
    }

    private static double meanSquaredError(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double error = (double) a[i] - b[i];
            sum += error * error;
        }
        return sum / Math.max(1, a.length);
    }

    private float[] rows(int[] indices, int kept, int tokens, int frames, int threads) {
        Latents latents = TokenizerFile.dequantize(quantizer, indices, kept, tokens);
        return model.decode(latents, frames, threads);
    }

    /** A file of the first {@code kept} stages; its parameters are the number of those left out. */
    private byte[] file(TensorGeometry geometry, int[] coded, int kept) {
        int tokens = coded.length / stages;
        RangeEncoder encoder = new RangeEncoder();
        GridModel entropy = new GridModel(model.prior().grid(), tokens, 1);
        for (int t = 0; t < tokens; t++) {
            for (int s = 0; s < kept; s++) {
                entropy.encode(encoder, s, t, 0, coded[t * stages + s]);
            }
        }
        return TsrFile.write(new TsrHeader(model.hash(), geometry, stages - kept), encoder.finish());
    }

    /**
     * The series in a file that this model made, of the shape and type that it had.
     *
     * @param threads at least 1; the series does not depend on it
     * @throws CorruptBitstreamException when the file is of another model or its payload does not fit the header
     */
    public FloatTensor decompress(TsrFile file, int threads) throws CorruptBitstreamException {
        TensorGeometry geometry = checked(file);
        int frames = geometry.shape().getFirst();
        int tokens = model.parts().tokens(frames);
        int kept = stages - file.header().parameters();
        byte[] payload = file.payload();
        if ((long) tokens * kept > (payload.length + 16) * MOST_TOKENS_A_BYTE) {
            throw new CorruptBitstreamException(
                    0, payload.length + " bytes cannot hold " + (long) tokens * kept + " tokens");
        }
        RangeDecoder decoder = new RangeDecoder(payload);
        GridModel entropy = new GridModel(model.prior().grid(), tokens, 1);
        int[] coded = new int[tokens * stages];
        for (int t = 0; t < tokens; t++) {
            for (int s = 0; s < kept; s++) {
                coded[t * stages + s] = entropy.decode(decoder, s, t, 0);
            }
        }
        if (decoder.unreadBytes() > 0) {
            throw new CorruptBitstreamException(0, decoder.unreadBytes() + " bytes are left over after the last token");
        }
        int[] indices = model.prior().order().toIndices(coded);
        return FloatTensor.of(geometry, rows(indices, kept, tokens, frames, threads));
    }

    private TensorGeometry checked(TsrFile file) throws CorruptBitstreamException {
        if (!(file.header().geometry() instanceof TensorGeometry geometry)
                || geometry.shape().size() != 2
                || geometry.shape().get(1) != model.channels()) {
            throw new CorruptBitstreamException(
                    0, "the file holds " + file.header().geometry() + ", must hold [frames, " + model.channels() + "]");
        }
        if (!file.header().model().equals(model.hash())) {
            throw new CorruptBitstreamException(
                    2, "the file was made with model " + file.header().model() + ", this is " + model.hash());
        }
        if (file.header().parameters() >= stages) {
            throw new CorruptBitstreamException(
                    0,
                    file.header().parameters() + " stages are said to be left out, must be in [0, " + (stages - 1)
                            + "]");
        }
        long values = (long) model.parts().tokens(geometry.shape().getFirst())
                * Math.max(stages, Math.max(quantizer.dim(), model.tokenFrames() * model.channels()));
        if (values > TensorGeometry.MAX_ELEMENTS) {
            throw new CorruptBitstreamException(0, "the series of " + geometry.shape() + " is too long");
        }
        return geometry;
    }
}
