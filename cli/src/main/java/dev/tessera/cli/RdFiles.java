package dev.tessera.cli;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import dev.tessera.eval.rd.MediumFiles;
import dev.tessera.eval.rd.Rgb8;
import dev.tessera.eval.rd.Sound;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** PNG and WAV files for codecs of others, written and read by our own readers. */
final class RdFiles {
    static final MediumFiles<Rgb8> PNG = new MediumFiles<>() {
        @Override
        public String suffix() {
            return ".png";
        }

        @Override
        public void write(Rgb8 sample, Path file) throws IOException {
            ImageFiles.write(Image.ofRgb8(sample.width(), sample.height(), sample.pixels()), file);
        }

        @Override
        public Rgb8 read(Path file) throws IOException {
            Image image = ImageFiles.read(file);
            return new Rgb8(image.width(), image.height(), image.toRgb8());
        }
    };

    static final MediumFiles<Sound> WAV = new MediumFiles<>() {
        @Override
        public String suffix() {
            return ".wav";
        }

        @Override
        public void write(Sound sample, Path file) throws IOException {
            try (OutputStream out = Files.newOutputStream(file)) {
                AudioFiles.writeWav(AudioSignal.mono(sample.sampleRate(), sample.samples()), out);
            }
        }

        @Override
        public Sound read(Path file) throws IOException {
            AudioSignal signal = AudioFiles.read(file).toMono();
            return new Sound(signal.sampleRate(), signal.channel(0));
        }
    };

    private RdFiles() {}
}
