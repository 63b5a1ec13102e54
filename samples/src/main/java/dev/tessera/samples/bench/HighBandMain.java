package dev.tessera.samples.bench;

import dev.tessera.audio.AudioCodec;
import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioModel;
import dev.tessera.audio.AudioSignal;
import dev.tessera.audio.MelFilterBank;
import dev.tessera.audio.Resampler;
import dev.tessera.audio.Spectrogram;
import dev.tessera.audio.Stft;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What files of {@code audio-scalar} are worth over all that sounds of more than 16 kHz hold, for {@code bench/high-band.sh}: the mel distance
 * of {@code tessera eval audio} with 96 bands up to half the rate of the sound, windows as long in time. Beside it that of a file of the
 * same size that ends at 8 kHz.
 */
public final class HighBandMain {
    private static final double[] KBPS = {1, 2, 6, 12};
    private static final int SECONDS = 6;
    private static final int LEAST_SECONDS = 2;
    private static final int BANDS = 96;
    private static final int LOW_RATE = 16_000;
    private static final int[] FFT_SIZES_AT_LOW_RATE = {512, 1024, 2048};
    private static final double FLOOR = 1e-2;

    private HighBandMain() {}

    public static void main(String[] args) throws IOException {
        AudioCodec codec = new AudioCodec(AudioModel.load(ModelRegistry.load().find("audio-scalar")));
        int recordings = Integer.parseInt(args[0]);
        System.out.println("| sound | recordings | kbps | up to 8 kHz | with what is above |");
        System.out.println("|---|---|---|---|---|");
        for (String folder : List.of(args).subList(1, args.length)) {
            List<AudioSignal> sounds = sounds(Path.of(folder), recordings);
            for (double kbps : KBPS) {
                double before = 0;
                double after = 0;
                for (AudioSignal sound : sounds) {
                    RateTarget target = new RateTarget.Bytes((long) (kbps * 125 * sound.seconds()));
                    AudioSignal low = decoded(codec, Resampler.resample(sound, LOW_RATE), target);
                    before += distance(sound, Resampler.resample(low, sound.sampleRate())) / sounds.size();
                    after += distance(sound, decoded(codec, sound, target)) / sounds.size();
                }
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %d | %.0f | %.3f | %.3f |%n",
                        Path.of(folder).getFileName(),
                        sounds.size(),
                        kbps,
                        before,
                        after);
            }
        }
    }

    private static AudioSignal decoded(AudioCodec codec, AudioSignal sound, RateTarget target) throws IOException {
        return codec.decompress(TsrFile.read(codec.compress(sound, target).bytes()));
    }

    /** The first seconds of the first recordings that have more than 16 kHz and are long enough, as mono. */
    private static List<AudioSignal> sounds(Path folder, int count) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        List<AudioSignal> sounds = new ArrayList<>();
        for (Path file : files) {
            if (sounds.size() < count) {
                AudioSignal sound = AudioFiles.read(file).toMono();
                if (sound.sampleRate() > LOW_RATE && sound.seconds() >= LEAST_SECONDS) {
                    int length = Math.min(sound.length(), SECONDS * sound.sampleRate());
                    sounds.add(AudioSignal.mono(sound.sampleRate(), Arrays.copyOf(sound.channel(0), length)));
                }
            }
        }
        return sounds;
    }

    private static double distance(AudioSignal x, AudioSignal y) {
        double sum = 0;
        for (int size : FFT_SIZES_AT_LOW_RATE) {
            int fftSize = (int) ((long) size * x.sampleRate() / LOW_RATE) / 4 * 4;
            Stft stft = new Stft(fftSize, fftSize / 4);
            MelFilterBank mel = new MelFilterBank(BANDS, fftSize, x.sampleRate(), 0, x.sampleRate() / 2.0);
            Spectrogram a = stft.forward(x.channel(0));
            Spectrogram b = stft.forward(Arrays.copyOf(y.channel(0), x.length()));
            double difference = 0;
            for (int t = 0; t < a.frames(); t++) {
                double[] u = bands(mel, a, t);
                double[] v = bands(mel, b, t);
                for (int k = 0; k < BANDS; k++) {
                    difference += Math.abs(u[k] - v[k]) / BANDS / a.frames();
                }
            }
            sum += difference;
        }
        return sum / FFT_SIZES_AT_LOW_RATE.length;
    }

    private static double[] bands(MelFilterBank mel, Spectrogram spectra, int frame) {
        double[] magnitudes = new double[spectra.bins()];
        Arrays.setAll(magnitudes, k -> spectra.magnitude(frame, k));
        double[] bands = new double[BANDS];
        mel.apply(magnitudes, bands);
        Arrays.setAll(bands, k -> Math.log10(Math.max(bands[k], FLOOR)));
        return bands;
    }
}
