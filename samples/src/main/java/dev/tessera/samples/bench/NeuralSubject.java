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

/** A neural tokenizer that works on the middles of files of its medium, in one thread. */
interface NeuralSubject<T> {
    int PIXELS = 512;
    int SECONDS = 10;

    void observe(T item, LayerObserver observer);

    Tokenizer<T> tokenizer();

    /** How near {@code back} is to {@code item}. */
    double quality(T item, T back);

    record Pictures(NeuralImageModel model) implements NeuralSubject<Image> {
        @Override
        public void observe(Image image, LayerObserver observer) {
            model.observe(image, observer, 1);
        }

        @Override
        public Tokenizer<Image> tokenizer() {
            return model.tokenizer(1);
        }

        @Override
        public double quality(Image image, Image back) {
            Image fitted = model.toSize(back, image.width(), image.height());
            return ImageMetrics.of(image.toRgb8(), fitted.toRgb8(), image.width(), image.height())
                    .psnr();
        }

        static Image read(Path file) throws IOException {
            Image image = ImageFiles.read(file).composedOn(255);
            int width = Math.min(PIXELS, image.width());
            int height = Math.min(PIXELS, image.height());
            return image.crop((image.width() - width) / 2, (image.height() - height) / 2, width, height);
        }
    }

    record Sounds(NeuralAudioModel model) implements NeuralSubject<AudioSignal> {
        @Override
        public void observe(AudioSignal signal, LayerObserver observer) {
            model.observe(signal, observer, 1);
        }

        @Override
        public Tokenizer<AudioSignal> tokenizer() {
            return model.tokenizer(1);
        }

        @Override
        public double quality(AudioSignal signal, AudioSignal back) {
            return AudioMetrics.of(
                            new float[][] {signal.channel(0)},
                            signal.sampleRate(),
                            new float[][] {back.channel(0)},
                            back.sampleRate())
                    .melDistance();
        }

        static AudioSignal read(Path file) throws IOException {
            AudioSignal signal = AudioFiles.read(file).toMono();
            int length = Math.min(SECONDS * signal.sampleRate(), signal.length());
            int from = (signal.length() - length) / 2;
            return AudioSignal.mono(signal.sampleRate(), Arrays.copyOfRange(signal.channel(0), from, from + length));
        }
    }
}
