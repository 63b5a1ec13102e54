package dev.tessera.audio;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.CodebookOrder;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.learn.KMeans;
import dev.tessera.codebook.learn.KMeansStart;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.GridSpec;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Learns an audio model from sound files: the KLT of log-mel frames and their residual VQ, the residual VQ of MDCT vectors
 * at several step sizes, then the entropy priors of both from coding the same sounds. Without stages of the waveform: a
 * {@link LappedAudioModel}.
 *
 * <p>The same files, recipe and seed give the same model for any thread count.
 */
public final class AudioTrainer {
    /** Stages of the envelope from this one on have a zero vector; the first one must always say something. */
    static final int ENVELOPE_ZERO_STAGE = 1;

    /** All stages of the waveform have a zero vector. */
    static final int CORE_ZERO_STAGE = 0;

    /** The loudness that the recipe's steps are meant for. */
    static final double REFERENCE_RMS = 0.08;

    /** Vectors that are followed through the stages; each stage trains on those that it has work with. */
    private static final int MAX_VECTORS = 2_000_000;

    private final AudioRecipe recipe;
    private final int threads;
    private final Consumer<String> progress;

    /**
     * @param threads for k-means, at least 1
     * @param progress told of each step in a line
     */
    public AudioTrainer(AudioRecipe recipe, int threads, Consumer<String> progress) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ", must be at least 1");
        }
        this.recipe = recipe;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * Trains on {@code files}: an equal share of each folder, as the recipe says.
     *
     * @throws IOException when a file cannot be read
     * @throws IllegalArgumentException when they hold too little sound
     */
    public ModelFile train(List<Path> files) throws IOException {
        List<float[]> sounds =
                new TrainingSounds(recipe.secondsPerFile(), recipe.secondsPerFolder(), recipe.seed()).load(files);
        progress.accept(sounds.size() + " of " + files.size() + " files are used");
        List<Latents> mels = sounds.stream().map(MelEnvelope::logMel).toList();
        Klt klt = Klt.fit(TrainingVectors.concatenate(mels), recipe.envelopeComponents(), threads);
        List<Latents> envelopes = mels.stream().map(klt::transform).toList();
        ResidualQuantizer envelopeBooks = envelopeQuantizer(TrainingVectors.concatenate(envelopes), klt);
        ClassicalAudioModel.Part envelopePart =
                new ClassicalAudioModel.Part(envelopeBooks, envelopePrior(envelopes, envelopeBooks));
        if (recipe.coreStages() == 0) {
            WaveformModel waveform = new WaveformPriorTrainer(recipe, progress).learn(sounds, klt, envelopePart);
            return LappedAudioModel.toFile(recipe, klt, envelopePart, waveform);
        }
        List<float[]> coefficients = sounds.stream().map(MdctCore::coefficients).toList();
        ResidualQuantizer coreBooks = learnStages(
                coreVectors(coefficients), recipe.coreStages(), CORE_ZERO_STAGE, recipe.coreDeadZone(), "waveform");
        return ClassicalAudioModel.toFile(
                recipe, klt, envelopePart, new ClassicalAudioModel.Part(coreBooks, corePrior(coefficients, coreBooks)));
    }

    /** Stage 0 starts with its quietest code vector, because index 0 is the cheapest token and silence the commonest sound. */
    private ResidualQuantizer envelopeQuantizer(Latents latents, Klt klt) {
        ResidualQuantizer learnt = learnStages(latents, recipe.envelopeStages(), ENVELOPE_ZERO_STAGE, 0, "envelope");
        List<Codebook> codebooks = new ArrayList<>(learnt.codebooks());
        Codebook first = codebooks.getFirst();
        float[] mel = klt.inverse(Latents.of(first.codebookSize(), first.codeDim(), first.toArray()))
                .data();
        int quietest = 0;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < first.codebookSize(); i++) {
            double level = 0;
            for (int b = 0; b < MelEnvelope.BANDS; b++) {
                level += mel[i * MelEnvelope.BANDS + b];
            }
            if (level < least) {
                least = level;
                quietest = i;
            }
        }
        List<float[]> rows = new ArrayList<>();
        rows.add(first.codeVector(quietest));
        List<float[]> others = new ArrayList<>();
        for (int i = 0; i < first.codebookSize(); i++) {
            if (i != quietest) {
                others.add(first.codeVector(i));
            }
        }
        rows.addAll(treeOrdered(others));
        codebooks.set(0, codebook(rows));
        return new ResidualQuantizer(codebooks);
    }

    /**
     * Stage by stage k-means of what the stages before left over.
     *
     * @param deadZone vectors not longer than this do not train
     */
    private ResidualQuantizer learnStages(
            Latents vectors, int stages, int firstZeroStage, float deadZone, String what) {
        List<Codebook> codebooks = new ArrayList<>();
        Latents residual = TrainingVectors.pick(vectors, deadZone, MAX_VECTORS);
        for (int s = 0; s < stages; s++) {
            boolean zero = s >= firstZeroStage;
            Latents training =
                    TrainingVectors.pick(residual, deadZone, (long) recipe.codebookSize() * recipe.vectorsPerCode());
            if (training.count() < recipe.codebookSize()) {
                throw new IllegalArgumentException(
                        "only " + training.count() + " vectors are left for stage " + s + " of the " + what
                                + " codebooks, there must be " + recipe.codebookSize() + "; give more sound");
            }
            Codebook learnt = KMeans.builder()
                    .codebookSize(recipe.codebookSize() - (zero ? 1 : 0))
                    .iterations(recipe.iterations())
                    .start(KMeansStart.PLUS_PLUS) // what the shipped model was learnt with
                    .seed(recipe.seed() + s)
                    .threads(threads)
                    .build()
                    .fit(training);
            List<float[]> rows = new ArrayList<>();
            for (int i = 0; i < learnt.codebookSize(); i++) {
                rows.add(learnt.codeVector(i));
            }
            if (zero) {
                rows = treeOrdered(rows);
                rows.addFirst(new float[vectors.dim()]);
            }
            codebooks.add(codebook(rows));
            residual = TrainingVectors.subtract(residual, new VectorQuantizer(codebooks.getLast()));
            progress.accept(what + " stage " + s + ": mean squared residual " + TrainingVectors.meanEnergy(training)
                    + ", after it over all " + TrainingVectors.meanEnergy(residual));
        }
        return new ResidualQuantizer(codebooks);
    }

    private Latents coreVectors(List<float[]> coefficients) {
        List<Latents> scaled = new ArrayList<>();
        for (float[] sound : coefficients) {
            for (float step : recipe.coreSteps()) {
                float scale = (float) (REFERENCE_RMS / (step * rms(sound)));
                float[] data = new float[sound.length];
                for (int i = 0; i < data.length; i++) {
                    data[i] = sound[i] * scale;
                }
                Latents all = Latents.of(data.length / MdctCore.VECTOR_DIM, MdctCore.VECTOR_DIM, data);
                scaled.add(TrainingVectors.pick(all, recipe.coreDeadZone(), Integer.MAX_VALUE));
            }
        }
        return TrainingVectors.concatenate(scaled);
    }

    private GridPrior envelopePrior(List<Latents> envelopes, ResidualQuantizer quantizer) {
        TokenSearch search = new TokenSearch(quantizer, ClassicalCodec.ENVELOPE_CANDIDATES, ENVELOPE_ZERO_STAGE);
        GridModel model = new GridModel(
                GridPrior.blank(
                        GridSpec.of(quantizer.codebooks(), ENVELOPE_ZERO_STAGE, false, recipe.priorTableBits())),
                0,
                0);
        for (float lambda : recipe.envelopeLambdas()) {
            for (Latents envelope : envelopes) {
                GridModel current = model.next(envelope.count(), 1);
                search.choose(
                        new TokenSearch.Source(envelope.data(), 1, envelope.count(), 1, 1),
                        LambdaPlan.of(lambda),
                        current,
                        current::observe);
                model = current;
            }
            progress.accept("envelope prior at lambda " + lambda);
        }
        return model.toPrior();
    }

    private GridPrior corePrior(List<float[]> coefficients, ResidualQuantizer quantizer) {
        TokenSearch search = new TokenSearch(quantizer, ClassicalCodec.CORE_CANDIDATES, CORE_ZERO_STAGE);
        GridModel model = new GridModel(
                GridPrior.blank(GridSpec.of(quantizer.codebooks(), CORE_ZERO_STAGE, true, recipe.priorTableBits())),
                0,
                0);
        Random random = new Random(recipe.seed());
        for (float[] sound : coefficients) {
            float step = recipe.coreSteps()[random.nextInt(recipe.coreSteps().length)];
            int height = sound.length / MdctCore.SIZE;
            TokenSearch.Source source = new TokenSearch.Source(
                    sound, (float) (REFERENCE_RMS / (step * rms(sound))), height, MdctCore.COLUMNS, MdctCore.COLUMNS);
            GridModel current = model.next(height, MdctCore.COLUMNS);
            search.choose(source, LambdaPlan.of(recipe.coreLambda()), current, current::observe);
            model = current;
        }
        progress.accept("waveform prior");
        return model.toPrior();
    }

    /** Orthonormality makes the rms of coefficients that of samples. Only training asks for it. */
    static double rms(float[] coefficients) {
        double energy = 0;
        for (float v : coefficients) {
            energy += (double) v * v;
        }
        return Math.max(1e-6, StrictMath.sqrt(energy / Math.max(1, coefficients.length)));
    }

    /** In tree order such that the binary digits still fit when one more vector is put in front. */
    private static List<float[]> treeOrdered(List<float[]> rows) {
        int[] order = CodebookOrder.treeOrder(codebook(rows));
        List<float[]> out = new ArrayList<>();
        for (int i = order.length - 1; i >= 0; i--) {
            out.add(rows.get(order[i]));
        }
        return out;
    }

    private static Codebook codebook(List<float[]> rows) {
        int dim = rows.getFirst().length;
        float[] vectors = new float[rows.size() * dim];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, vectors, i * dim, dim);
        }
        return Codebook.of(rows.size(), dim, vectors);
    }
}
