package dev.tessera.cli;

import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.training.EnvelopeRefinement;
import dev.tessera.vqmodels.training.NeuralTrainer;
import dev.tessera.vqmodels.training.PictureSource;
import dev.tessera.vqmodels.training.PlaneRefinement;
import dev.tessera.vqmodels.training.SeriesSource;
import dev.tessera.vqmodels.training.SoundSource;
import dev.tessera.vqmodels.training.TrainingException;
import dev.tessera.vqmodels.training.TrainingOrder;
import dev.tessera.vqmodels.training.TrainingResult;
import dev.tessera.vqmodels.training.WeightTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** Stands where the training module would: keeps the order, reads the first picture, writes a model that training could make. */
public final class RecordingTrainer implements NeuralTrainer {
    static final Path MODEL = Path.of("../image/src/test/resources/models/neural-vq-test.safetensors");
    static final Path SERIES_MODEL = Path.of("../features/src/test/resources/models/neural-series-test.safetensors");
    static final Path SOUND_MODEL = Path.of("../audio/src/test/resources/models/neural-rvq-test.safetensors");

    static TrainingOrder order;
    static PictureSource.Picture first;
    static float[] sound;
    static String kind;
    static float[] series;
    static int channels;
    static WeightTraining weights;

    @Override
    public List<String> quantizers() {
        return List.of("simvq", "broken");
    }

    @Override
    public List<String> recipes(Media media) {
        return switch (media) {
            case AUDIO -> List.of("standard-audio");
            case FEATURES -> List.of("standard-features");
            case IMAGE -> List.of("standard");
        };
    }

    @Override
    public TrainingResult trainImages(TrainingOrder given, PictureSource pictures) throws IOException {
        if (given.changes().get("quantizer").equals("broken")) {
            throw new TrainingException("the loss is not finite");
        }
        order = given;
        first = pictures.read(0);
        Files.copy(MODEL, given.output(), StandardCopyOption.REPLACE_EXISTING);
        return new TrainingResult(7, 0.5, "psnr", 20, 0.9, 0.95, 100, 1, true);
    }

    @Override
    public TrainingResult trainSounds(TrainingOrder given, SoundSource sounds) throws IOException {
        order = given;
        sound = sounds.read(0, 8000);
        kind = sounds.kind(0);
        Files.copy(SOUND_MODEL, given.output(), StandardCopyOption.REPLACE_EXISTING);
        return new TrainingResult(7, 0.5, "log_mel_distance", 0.25, 0.9, 0.95, 100, 1, true);
    }

    @Override
    public TrainingResult trainSeries(TrainingOrder given, SeriesSource source) throws IOException {
        order = given;
        series = source.read(0);
        channels = source.channels();
        Files.copy(SERIES_MODEL, given.output(), StandardCopyOption.REPLACE_EXISTING);
        return new TrainingResult(7, 0.5, "snr", 12, 0.9, 0.95, 100, 1, true);
    }

    @Override
    public PlaneRefinement.Trained trainRefinement(PlaneRefinement order, List<PlaneRefinement.Pair> pairs) {
        throw new TrainingException("this trainer refines no planes");
    }

    /** Gives back what it was given; fails with seed 13. */
    @Override
    public WeightTraining.Trained trainWeights(WeightTraining given) {
        if (given.seed() == 13) {
            throw new TrainingException("stopped");
        }
        weights = given;
        return new WeightTraining.Trained(given.start(), Map.of());
    }

    @Override
    public EnvelopeRefinement.Trained trainRefinement(
            EnvelopeRefinement order, List<EnvelopeRefinement.Pair> pairs, List<EnvelopeRefinement.Pair> heldOut) {
        throw new TrainingException("this trainer refines no envelopes");
    }
}
