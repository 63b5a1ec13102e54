package dev.tessera.samples;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import dev.tessera.audio.MelFilterBank;
import dev.tessera.audio.Resampler;
import dev.tessera.audio.Spectrogram;
import dev.tessera.audio.Stft;
import dev.tessera.codecs.dataset.AtomicFile;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.dataset.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Sounds to series of features: {@code .npy} files {@code [frames, 80]} of log-mel magnitudes, 100 frames a second, as {@code tessera
 * train features} and the model {@code speech-mel80} take them. Channel m is ln(magnitude + 1e-5) of mel band m between 60 and 7,600
 * Hz (HTK scale) in windows of 1,024 samples at 24 kHz, of which a full-scale sine has 1 at its peak.
 */
public final class LogMelSeries {
    static final int CHANNELS = 80;

    private static final int SAMPLE_RATE = 24_000;
    private static final int WINDOW = 1024;
    private static final int HOP = 240;
    private static final double FLOOR = 1e-5; // -100 dB of full scale

    private final Stft stft = new Stft(WINDOW, HOP);
    private final MelFilterBank bands = new MelFilterBank(CHANNELS, WINDOW, SAMPLE_RATE, 60, 7600);

    /** Takes a folder of sounds and one for the series, which keep the names of the sounds. */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("there are " + args.length + " arguments, must be SOUNDS and OUTPUT");
        }
        Path output = Files.createDirectories(Path.of(args[1]));
        List<Path> files;
        try (Stream<Path> listing = Files.list(Path.of(args[0]))) {
            files = listing.filter(f -> f.toString().endsWith(".wav")).sorted().toList();
        }
        LogMelSeries features = new LogMelSeries();
        long frames = 0;
        for (Path file : files) {
            float[] series = features.of(AudioFiles.read(file));
            frames += series.length / CHANNELS;
            String name = file.getFileName().toString().replaceAll("\\.wav$", ".npy");
            AtomicFile.write(output.resolve(name), out -> {
                NpyWriter writer = new NpyWriter(out, NpyType.F4, series.length / CHANNELS, CHANNELS);
                writer.writeFloats(series);
                writer.close();
            });
        }
        System.out.printf(Locale.ROOT, "%d series, %.1f min%n", files.size(), frames / 6000.0);
    }

    /** {@code [frames x 80]} of a sound of any rate and number of channels. */
    float[] of(AudioSignal sound) {
        float[] samples = Resampler.resample(sound.toMono(), SAMPLE_RATE).channel(0);
        Spectrogram spectra = stft.forward(samples);
        float[] series = new float[spectra.frames() * CHANNELS];
        double[] magnitudes = new double[spectra.bins()];
        double[] mels = new double[CHANNELS];
        for (int t = 0; t < spectra.frames(); t++) {
            for (int k = 0; k < magnitudes.length; k++) {
                magnitudes[k] = spectra.magnitude(t, k) * 4 / WINDOW;
            }
            bands.apply(magnitudes, mels);
            for (int m = 0; m < CHANNELS; m++) {
                series[t * CHANNELS + m] = (float) StrictMath.log(mels[m] + FLOOR);
            }
        }
        return series;
    }
}
