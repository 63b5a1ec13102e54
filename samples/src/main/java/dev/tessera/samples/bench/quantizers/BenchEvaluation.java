package dev.tessera.samples.bench.quantizers;

import dev.tessera.codebook.CodebookUsage;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.UsageCounter;
import dev.tessera.eval.ImageMetrics;
import dev.tessera.image.Image;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.Network;
import dev.tessera.vqmodels.training.PictureSource.Picture;
import java.io.IOException;
import java.util.ArrayList;

/**
 * What a trained model makes of photos, by the inference of {@code vq-models}: means over the photos of PSNR and SSIM of 8-bit
 * pictures, and the usage of the codebook over all their tokens.
 */
record BenchEvaluation(double psnr, double ssim, CodebookUsage usage) {
    static BenchEvaluation of(ModelFile model, BenchPhotos photos, int threads) throws IOException {
        ModelConfig config = model.config();
        Network encoder = Network.read(model, "encoder");
        Network decoder = Network.read(model, "decoder");
        Quantizer quantizer = CodebookFile.quantizer(model, CodebookFile.PREFIX);
        float scale = (float) config.number("input_scale");
        float offset = (float) config.number("input_offset");
        UsageCounter counter = new UsageCounter(quantizer.codebookSizes()[0]);
        double psnr = 0;
        double ssim = 0;
        for (Picture picture : photos.pictures()) {
            FeatureMap latents = encoder.run(input(picture, scale, offset), threads);
            int[] tokens = quantizer.quantize(rows(latents), threads);
            for (int token : tokens) {
                counter.add(token);
            }
            Latents quantized = quantizer.dequantize(tokens, tokens.length);
            FeatureMap output = decoder.run(grid(quantized, latents.height(), latents.width()), threads);
            ImageMetrics metrics =
                    ImageMetrics.of(picture.rgb(), rgb(output, scale, offset), picture.width(), picture.height());
            psnr += metrics.psnr();
            ssim += metrics.ssim();
        }
        return new BenchEvaluation(psnr / photos.size(), ssim / photos.size(), counter.usage());
    }

    /** What the encoder makes of all photos, one after the other. */
    static Latents latents(ModelFile model, BenchPhotos photos, int threads) throws IOException {
        Network encoder = Network.read(model, "encoder");
        float scale = (float) model.config().number("input_scale");
        float offset = (float) model.config().number("input_offset");
        ArrayList<float[]> parts = new ArrayList<>();
        int length = 0;
        for (Picture picture : photos.pictures()) {
            parts.add(encoder.run(input(picture, scale, offset), threads).toRows());
            length += parts.getLast().length;
        }
        float[] all = new float[length];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return Latents.of(length / encoder.outChannels(), encoder.outChannels(), all);
    }

    private static FeatureMap input(Picture picture, float scale, float offset) {
        int plane = picture.width() * picture.height();
        float[] planes = new float[3 * plane];
        for (int i = 0; i < plane; i++) {
            for (int c = 0; c < 3; c++) {
                planes[c * plane + i] = scale * (picture.rgb()[3 * i + c] & 0xFF) + offset;
            }
        }
        return FeatureMap.of(3, picture.height(), picture.width(), planes);
    }

    private static byte[] rgb(FeatureMap output, float scale, float offset) {
        float[] planes = output.toArray();
        int plane = planes.length / 3;
        byte[] rgb = new byte[planes.length];
        for (int i = 0; i < plane; i++) {
            for (int c = 0; c < 3; c++) {
                rgb[3 * i + c] = Image.toByte((planes[c * plane + i] - offset) / scale);
            }
        }
        return rgb;
    }

    /** {@code [D x h x w]} to {@code [(h w) x D]}. */
    private static Latents rows(FeatureMap map) {
        return Latents.of(map.height() * map.width(), map.channels(), map.toRows());
    }

    private static FeatureMap grid(Latents latents, int height, int width) {
        return FeatureMap.of(latents.dim(), height, width, transposed(latents.data(), latents.count(), latents.dim()));
    }

    private static float[] transposed(float[] values, int rows, int columns) {
        float[] out = new float[values.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                out[c * rows + r] = values[r * columns + c];
            }
        }
        return out;
    }
}
