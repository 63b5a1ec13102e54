package dev.tessera.samples;

import dev.tessera.audio.AudioFiles;
import dev.tessera.codebook.Tokens;
import dev.tessera.features.FeatureFrameStream;
import dev.tessera.features.FeatureModel;
import dev.tessera.features.FeatureTokenStream;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Tokens of a series while it comes: log-mel frames of five seconds of speech go frame by frame into a model that looks at the past
 * alone, and what it says of each token comes out as soon as the token is there.
 */
public final class SeriesExample {
    private SeriesExample() {}

    public static void main(String[] args) throws IOException {
        Path speech = Path.of(args.length > 0 ? args[0] : "media/speech-english.wav");
        FeatureModel model = FeatureModel.load(ModelRegistry.load().find("speech-mel80"));
        float[] frames = new LogMelSeries().of(AudioFiles.read(speech));
        int channels = model.channels();
        float[] back = new float[frames.length];
        int tokens = 0;
        int decoded = 0;
        try (FeatureTokenStream in = model.stream(1);
                FeatureFrameStream out = model.frameStream(1)) {
            for (int from = 0; from < frames.length; from += channels) {
                Tokens some = in.push(Arrays.copyOfRange(frames, from, from + channels));
                float[] said = out.push(some);
                System.arraycopy(said, 0, back, decoded, said.length);
                tokens += some.positions();
                decoded += said.length;
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%d frames of %d channels -> %d tokens, K %d, look-ahead %d%n",
                frames.length / channels,
                channels,
                tokens,
                model.tokenizer(1).quantizer().codebookSizes()[0],
                model.lookAhead());
        System.out.printf(
                Locale.ROOT,
                "root mean square error %.2f dB of %.2f dB around the mean%n",
                decibels(frames, back),
                decibels(frames, means(frames, channels)));
    }

    /** Of natural logarithms of magnitudes, in decibels. */
    private static double decibels(float[] a, float[] b) {
        return 20 / Math.log(10) * OwnEncoderExample.rootMeanSquareError(a, b);
    }

    private static float[] means(float[] frames, int channels) {
        double[] sums = new double[channels];
        for (int i = 0; i < frames.length; i++) {
            sums[i % channels] += frames[i];
        }
        float[] means = new float[frames.length];
        for (int i = 0; i < frames.length; i++) {
            means[i] = (float) (sums[i % channels] * channels / frames.length);
        }
        return means;
    }
}
