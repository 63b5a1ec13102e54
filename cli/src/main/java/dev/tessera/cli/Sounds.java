package dev.tessera.cli;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import dev.tessera.audio.Resampler;
import dev.tessera.vqmodels.training.SoundSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Sound files for a trainer, as the mean of their channels; the kind of a sound is the name of its folder. */
record Sounds(List<Path> files) implements FileItems, SoundSource {
    @Override
    public String kind(int index) {
        Path folder = files.get(index).toAbsolutePath().getParent();
        return String.valueOf(folder.getFileName());
    }

    @Override
    public float[] read(int index, int sampleRate) throws IOException {
        AudioSignal signal = AudioFiles.read(files.get(index)).toMono();
        return Resampler.resample(signal, sampleRate).channel(0);
    }
}
