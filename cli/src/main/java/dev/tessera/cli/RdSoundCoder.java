package dev.tessera.cli;

import dev.tessera.audio.AudioCodec;
import dev.tessera.audio.AudioSignal;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.eval.rd.Coded;
import dev.tessera.eval.rd.Coder;
import dev.tessera.eval.rd.Sound;
import java.io.IOException;
import java.util.List;

/** Our sound codec at budgets of kilobits per second; its whole files count, container and all. */
record RdSoundCoder(AudioCodec codec, String identity, List<Double> budgets) implements Coder<Sound> {
    @Override
    public String name() {
        return "tessera";
    }

    @Override
    public boolean cacheable() {
        return false;
    }

    @Override
    public List<String> settings() {
        return budgets.stream().map(String::valueOf).toList();
    }

    @Override
    public Coded<Sound> code(Sound sample, String setting) throws IOException {
        double budget = Double.parseDouble(setting) * sample.seconds() * 125;
        AudioSignal signal = AudioSignal.mono(sample.sampleRate(), sample.samples());
        long start = System.nanoTime();
        byte[] file =
                codec.compress(signal, new RateTarget.Bytes((long) budget)).bytes();
        long middle = System.nanoTime();
        AudioSignal decoded = codec.decompress(TsrFile.read(file));
        long end = System.nanoTime();
        return new Coded<>(
                file.length,
                file.length,
                new Sound(decoded.sampleRate(), decoded.channel(0)),
                (middle - start) / 1e9,
                (end - middle) / 1e9);
    }
}
