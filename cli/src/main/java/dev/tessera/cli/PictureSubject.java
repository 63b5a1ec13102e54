package dev.tessera.cli;

import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.eval.ImageMetrics;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.NeuralImageModel;
import dev.tessera.vqmodels.nn.LayerObserver;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A tokenizer of pictures; transparent ones are laid on white. */
record PictureSubject(NeuralImageModel model, LimitOptions limits, int threads) implements Subject {
    private static final float WHITE = 255;

    private Image read(Input input) throws IOException {
        return ImageFiles.read(input.bytes(), input.name(), limits.maxPixels).composedOn(WHITE);
    }

    @Override
    public void observe(Input input, LayerObserver observer) throws IOException {
        model.observe(read(input), observer, threads);
    }

    @Override
    public Trial tryOut(Input input) throws IOException {
        Image image = read(input);
        Tokenizer<Image> tokenizer = model.tokenizer(threads);
        long start = System.nanoTime();
        Tokens tokens = tokenizer.tokenize(image);
        long middle = System.nanoTime();
        Image back = tokenizer.detokenize(tokens);
        long end = System.nanoTime();
        ImageMetrics metrics = ImageMetrics.of(
                image.toRgb8(),
                model.toSize(back, image.width(), image.height()).toRgb8(),
                image.width(),
                image.height());
        Map<String, Double> quality = new LinkedHashMap<>();
        quality.put("psnr", metrics.psnr());
        quality.put("ms_ssim", metrics.msSsim());
        return new Trial(tokens, quality, (middle - start) / 1e9, (end - middle) / 1e9);
    }

    @Override
    public Quantizer quantizer() {
        return model.tokenizer(threads).quantizer();
    }
}
