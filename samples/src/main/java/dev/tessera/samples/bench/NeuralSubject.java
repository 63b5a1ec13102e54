package dev.tessera.samples.bench;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import dev.tessera.audio.NeuralAudioModel;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.eval.AudioMetrics;
import dev.tessera.eval.ImageMetrics;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.NeuralImageModel;
import dev.tessera.vqmodels.nn.LayerObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.ToDoubleBiFunction;

/**
 * A neural tokenizer that works on the middles of files of its medium, in one thread.
 *
 * @param observation tokenizes and decodes an item for the sake of an observer
 * @param quality how near what comes back is to an item
 */
record NeuralSubject<T>(
        Tokenizer<T> tokenizer, BiConsumer<T, LayerObserver> observation, ToDoubleBiFunction<T, T> quality) {
    private static final int PIXELS = 512;
    private static final int SECONDS = 10;

    static NeuralSubject<Image> of(NeuralImageModel model) {
        return new NeuralSubject<>(
                model.tokenizer(1), (image, observer) -> model.observe(image, observer, 1), (image, back) -> {
                    Image fitted = model.toSize(back, image.width(), image.height());
                    return ImageMetrics.of(image.toRgb8(), fitted.toRgb8(), image.width(), image.height())
                            .psnr();
                });
    }

    static NeuralSubject<AudioSignal> of(NeuralAudioModel model) {
        return new NeuralSubject<>(
                model.tokenizer(1),
                (signal, observer) -> model.observe(signal, observer, 1),
                (signal, back) -> AudioMetrics.of(
                                new float[][] {signal.channel(0)},
                                signal.sampleRate(),
                                new float[][] {back.channel(0)},
                                back.sampleRate())
                        .melDistance());
    }

    static Image picture(Path file) throws IOException {
        Image image = ImageFiles.read(file).composedOn(255);
        int width = Math.min(PIXELS, image.width());
        int height = Math.min(PIXELS, image.height());
        return image.crop((image.width() - width) / 2, (image.height() - height) / 2, width, height);
    }

    static AudioSignal sound(Path file) throws IOException {
        AudioSignal signal = AudioFiles.read(file).toMono();
        int length = Math.min(SECONDS * signal.sampleRate(), signal.length());
        int from = (signal.length() - length) / 2;
        return AudioSignal.mono(signal.sampleRate(), Arrays.copyOfRange(signal.channel(0), from, from + length));
    }
}
