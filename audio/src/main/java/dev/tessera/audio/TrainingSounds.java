package dev.tessera.audio;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Loads training sound as 16 kHz mono, so much of each folder as the recipe says: kinds of sound are kept in folders. */
final class TrainingSounds {
    private static final double LEAST_SECONDS = 0.5;

    private final int secondsPerFile;
    private final int secondsPerFolder;
    private final long seed;

    /**
     * @param secondsPerFile how much of a file is used at most
     * @param secondsPerFolder how much of all files of one folder is used at most
     * @param seed of the order
     */
    TrainingSounds(int secondsPerFile, int secondsPerFolder, long seed) {
        this.secondsPerFile = secondsPerFile;
        this.secondsPerFolder = secondsPerFolder;
        this.seed = seed;
    }

    /** Sounds of all folders in one random order. */
    List<float[]> load(List<Path> files) throws IOException {
        Map<String, List<Path>> folders = new TreeMap<>();
        for (Path file : files) {
            Path folder = file.toAbsolutePath().getParent();
            folders.computeIfAbsent(String.valueOf(folder), _ -> new ArrayList<>())
                    .add(file);
        }
        Random random = new Random(seed);
        List<float[]> sounds = new ArrayList<>();
        for (List<Path> folder : folders.values()) {
            Collections.sort(folder);
            Collections.shuffle(folder, random);
            addFolder(folder, sounds);
        }
        if (sounds.isEmpty()) {
            throw new IllegalArgumentException("there is no sound of " + LEAST_SECONDS + " s or more to learn from");
        }
        Collections.shuffle(sounds, random);
        return sounds;
    }

    private void addFolder(List<Path> files, List<float[]> sounds) throws IOException {
        double seconds = 0;
        for (Path file : files) {
            if (seconds >= secondsPerFolder) {
                return;
            }
            AudioSignal signal = AudioFiles.read(file).toMono();
            if (signal.seconds() < LEAST_SECONDS) {
                continue;
            }
            int length = (int) Math.min(signal.length(), (long) secondsPerFile * signal.sampleRate());
            int from = (signal.length() - length) / 2;
            float[] part = Arrays.copyOfRange(signal.data(0), from, from + length);
            seconds += (double) length / signal.sampleRate();
            sounds.add(Resampler.resample(AudioSignal.mono(signal.sampleRate(), part), MelEnvelope.SAMPLE_RATE)
                    .data(0));
        }
    }
}
