package dev.tessera.cli;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.features.FeatureFiles;
import dev.tessera.features.FeatureModel;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files of any media to tokens. */
final class MediaTokenizer {
    private final CodecLibrary library;
    private final LimitOptions limits;
    private final int threads;

    MediaTokenizer(CodecLibrary library, LimitOptions limits, int threads) {
        this.library = library;
        this.limits = limits;
        this.threads = threads;
    }

    /**
     * What became of a file.
     *
     * @param fields of the original: width and height, num_samples and sample_rate, or num_frames and channels
     */
    record Tokenized(Media media, Tokens tokens, ModelFile model, Map<String, Object> fields) {}

    Tokenized tokenize(Input input) throws IOException {
        byte[] source = input.bytes();
        Map<String, Object> fields = new LinkedHashMap<>();
        return switch (MediaType.of(source)) {
            case IMAGE -> {
                Image image = ImageFiles.read(source, input.name(), limits.maxPixels);
                fields.put("width", image.width());
                fields.put("height", image.height());
                yield new Tokenized(
                        Media.IMAGE,
                        library.imageModel().tokenizer(threads).tokenize(image),
                        library.imageModel().file(),
                        fields);
            }
            case AUDIO -> {
                AudioSignal signal = AudioFiles.read(source, input.name(), limits.maxSeconds);
                fields.put("num_samples", signal.length());
                fields.put("sample_rate", signal.sampleRate());
                yield new Tokenized(
                        Media.AUDIO,
                        library.audioModel().tokenizer(threads).tokenize(signal),
                        library.audioModel().file(),
                        fields);
            }
            case NPY -> {
                FloatTensor series = FeatureFiles.read(source, limits.maxPixels);
                int channels = series.geometry().shape().get(1);
                FeatureModel model = library.featureModel(channels);
                fields.put("num_frames", series.geometry().shape().getFirst());
                fields.put("channels", channels);
                yield new Tokenized(Media.FEATURES, model.tokenizer(threads).tokenize(series), model.file(), fields);
            }
            default ->
                throw new CorruptBitstreamException(0, "no picture, sound or series of vectors that this build reads");
        };
    }
}
