package dev.tessera.cli;

import dev.tessera.audio.AudioCodec;
import dev.tessera.audio.AudioModel;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.SequenceGeometry;
import dev.tessera.codecs.container.TensorGeometry;
import dev.tessera.codecs.container.TokenGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.features.FeatureCodec;
import dev.tessera.features.FeatureModel;
import dev.tessera.image.ImageModel;
import dev.tessera.image.PictureCodec;
import dev.tessera.image.learned.LearnedImageModel;
import dev.tessera.image.transform.LinearImageModel;
import dev.tessera.image.transform.SequenceCodec;
import dev.tessera.image.transform.Tuning;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The models of one run, each loaded once. */
final class CodecLibrary {
    /** For layouts of several chunks: the shipped image model that has stages, so that first chunks are a coarser picture. */
    private static final String MODEL_OF_STAGES = "image-pq16";

    /** For the layout that the default model of sound files does not have. */
    private static final String PROGRESSIVE_SOUND_MODEL = "audio-mel-mdct";

    private static final String SOUND_FILES = "sound files "; // key of the model that sounds are compressed with

    private final String wanted; // --model, or null
    private ModelRegistry registry; // loaded when the first model is wanted: a damaged file needs none
    private final Map<String, ModelFile> files = new HashMap<>();
    private ImageModel imageModel;
    private final Map<String, PictureCodec> imageCodecs = new HashMap<>();
    private final Map<String, AudioModel> audioModels = new HashMap<>();
    private final Map<String, FeatureModel> featureModels = new HashMap<>();

    CodecLibrary(String wanted) {
        this.wanted = wanted;
    }

    /**
     * The image tokenizer that {@code --model} names, or the default.
     *
     * @throws UsageException when the model that was named makes no tokens
     */
    ImageModel imageModel() throws IOException {
        ModelFile file = file(Media.IMAGE);
        if (imageModel == null) {
            if (LinearImageModel.isOne(file) || LearnedImageModel.isOne(file)) {
                throw makesNoTokens(file);
            }
            imageModel = ImageModel.load(file);
        }
        return imageModel;
    }

    /** The picture codec of the model that {@code --model} names, or of the default for files of that layout. */
    PictureCodec imageCodec(TsrLayout layout) throws IOException {
        if (wanted != null) {
            return image(file(Media.IMAGE));
        }
        return image(once(
                files,
                layout.name(),
                () -> layout == TsrLayout.SINGLE
                        ? registry().defaultCodec(Media.IMAGE)
                        : registry().find(MODEL_OF_STAGES)));
    }

    private static UsageException makesNoTokens(ModelFile file) throws IOException {
        return new UsageException("the model " + file.config().string("name")
                + " makes no tokens, it is for compress alone; 'models' lists others");
    }

    /**
     * The audio tokenizer that {@code --model} names, or the default.
     *
     * @throws UsageException when the model that was named makes no tokens
     */
    AudioModel audioModel() throws IOException {
        AudioModel model = audio(file(Media.AUDIO));
        if (!model.hasTokens()) {
            throw makesNoTokens(model.file());
        }
        return model;
    }

    /** The audio model that {@code --model} names, or the default for files of that layout. */
    AudioModel audioCodecModel(TsrLayout layout) throws IOException {
        if (wanted != null) {
            return audio(file(Media.AUDIO));
        }
        return audio(once(
                files,
                SOUND_FILES + layout,
                () -> layout == TsrLayout.PROGRESSIVE
                        ? registry().find(PROGRESSIVE_SOUND_MODEL)
                        : registry().defaultCodec(Media.AUDIO)));
    }

    /**
     * The model of series that {@code --model} names, or the default.
     *
     * @throws UsageException when it is for another number of channels
     */
    FeatureModel featureModel(int channels) throws IOException {
        FeatureModel model = features(file(Media.FEATURES));
        if (model.channels() != channels) {
            throw new UsageException("the series has " + channels + " channels, the "
                    + (wanted == null ? "default model " : "model ")
                    + model.file().config().string("name") + " takes " + model.channels()
                    + "; name a fitting model with --model ('tessera train features' makes one)");
        }
        return model;
    }

    /** The codec of the model that a series was made with. */
    FeatureCodec featureCodec(TsrHeader header) throws IOException {
        return new FeatureCodec(features(file(header)));
    }

    /** The codec of the model that a picture was made with. */
    PictureCodec imageCodec(TsrHeader header) throws IOException {
        return image(file(header));
    }

    /**
     * The codec of sequences with the model that {@code --model} names, or the default.
     *
     * @throws UsageException when that model is not of the linear mode
     */
    SequenceCodec sequenceCodec(Tuning tuning, int effort) throws IOException {
        ModelFile file = wanted != null ? file(Media.IMAGE) : registry().defaultCodec(Media.IMAGE);
        if (!LinearImageModel.isOne(file)) {
            throw new UsageException("the model " + file.config().string("name")
                    + " is for single pictures, sequences take models of the linear mode: image-linear-2");
        }
        return new SequenceCodec(LinearImageModel.load(file), tuning, effort);
    }

    /** The codec of the model that a sequence was made with. */
    SequenceCodec sequenceCodec(TsrHeader header) throws IOException {
        return new SequenceCodec(LinearImageModel.load(file(header)), Tuning.PSNR);
    }

    /** The codec of the model that a sound was made with. */
    AudioCodec audioCodec(TsrHeader header) throws IOException {
        return new AudioCodec(audio(file(header)));
    }

    /** The model that a bitstream names. */
    ModelFile file(TsrHeader header) throws IOException {
        String hash = header.model().toString();
        return once(
                files,
                hash,
                () -> wanted == null ? registry().findByHash(hash) : registry().findByHash(hash, wanted));
    }

    /** "image", "sequence", "audio", "features", "tensor" or "tokens". */
    static String media(TsrHeader header) {
        return switch (header.geometry()) {
            case ImageGeometry _ -> "image";
            case SequenceGeometry _ -> "sequence";
            case AudioGeometry _ -> "audio";
            case TensorGeometry _ -> FeatureCodec.isOne(header) ? "features" : "tensor";
            case TokenGeometry _ -> "tokens";
        };
    }

    /** How the command line spells the layout of a file. */
    static String layout(TsrFile file) {
        return file.streamHundredths().isPresent()
                ? "stream"
                : file.layout().name().toLowerCase(Locale.ROOT);
    }

    private ModelRegistry registry() {
        if (registry == null) {
            registry = ModelRegistry.load();
        }
        return registry;
    }

    private ModelFile file(Media media) throws IOException {
        return once(
                files,
                media.name(),
                () -> wanted == null
                        ? registry().defaultModel(media)
                        : registry().find(wanted));
    }

    private PictureCodec image(ModelFile file) throws IOException {
        return once(imageCodecs, file.sha256(), () -> PictureCodec.of(file));
    }

    private AudioModel audio(ModelFile file) throws IOException {
        return once(audioModels, file.sha256(), () -> AudioModel.load(file));
    }

    private FeatureModel features(ModelFile file) throws IOException {
        return once(featureModels, file.sha256(), () -> FeatureModel.load(file));
    }

    /** Loads something. */
    private interface Loading<T> {
        T load() throws IOException;
    }

    private static <T> T once(Map<String, T> known, String key, Loading<T> loading) throws IOException {
        T value = known.get(key);
        if (value == null) {
            value = loading.load();
            known.put(key, value);
        }
        return value;
    }
}
