package dev.tessera.cli;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files of either media to tokens. */
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
     * @param fields of the original: width and height, or num_samples and sample_rate
     */
    record Tokenized(MediaType media, Tokens tokens, ModelFile model, Map<String, Object> fields) {}

    Tokenized tokenize(Input input) throws IOException {
        byte[] source = input.bytes();
        Map<String, Object> fields = new LinkedHashMap<>();
        return switch (MediaType.of(source)) {
            case IMAGE -> {
                Image image = ImageFiles.read(source, input.name(), limits.maxPixels);
                fields.put("width", image.width());
                fields.put("height", image.height());
                yield new Tokenized(
                        MediaType.IMAGE,
                        library.imageModel().tokenizer(threads).tokenize(image),
                        library.imageModel().file(),
                        fields);
            }
            case AUDIO -> {
                AudioSignal signal = AudioFiles.read(source, input.name(), limits.maxSeconds);
                fields.put("num_samples", signal.length());
                fields.put("sample_rate", signal.sampleRate());
                yield new Tokenized(
                        MediaType.AUDIO,
                        library.audioModel().tokenizer(threads).tokenize(signal),
                        library.audioModel().file(),
                        fields);
            }
            default -> throw new CorruptBitstreamException(0, "neither a picture nor a sound that this build reads");
        };
    }
}
