package dev.tessera.audio;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.GridSpec;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A classical audio model: a tokenizer of spectral envelopes (mel bands, KLT, residual VQ), one of the waveform (MDCT,
 * residual VQ), and the entropy priors of both. Immutable, safe to share.
 *
 * <p>Both work on 16 kHz mono. Envelope tokens are {@code [stages x frames]} at 50 frames per second, waveform tokens
 * {@code [stages x frames x 160]} at 25.
 */
public final class ClassicalAudioModel extends AudioModel {
    static final String MODEL_TYPE = "audio_mel_mdct_rvq";
    private static final int FORMAT_VERSION = 1;
    private static final int MAX_STAGES = 16;
    private static final String ENVELOPE = "envelope";
    private static final String CORE = "core";

    private final MelEnvelope envelope;
    private final Part envelopePart;
    private final Part corePart;

    /** Codebooks with the prior of their tokens. */
    record Part(ResidualQuantizer quantizer, GridPrior prior) {}

    private ClassicalAudioModel(ModelFile file, MelEnvelope envelope, Part envelopePart, Part corePart) {
        super(file);
        this.envelope = envelope;
        this.envelopePart = envelopePart;
        this.corePart = corePart;
    }

    /** Puts a freshly trained model together. */
    static ModelFile toFile(AudioRecipe recipe, Klt klt, Part envelope, Part core) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("model_type", MODEL_TYPE);
        config.put("format_version", FORMAT_VERSION);
        config.put("name", recipe.name());
        config.put("kind", "classical");
        config.put("media", "audio");
        config.put("quantizer", "rvq");
        config.put("codebook_size", recipe.codebookSize());
        config.put("num_stages", envelope.quantizer.stages());
        config.put("core_stages", core.quantizer.stages());
        config.put("sample_rate", MelEnvelope.SAMPLE_RATE);
        config.put(TABLE_BITS, envelope.prior.spec().tableBits());
        config.put("seed", recipe.seed());
        ModelFile.Builder builder = ModelFile.builder().config(ModelConfig.of(config));
        addEnvelope(builder, klt, envelope);
        addPart(builder, CORE, core);
        return builder.build();
    }

    /** The model in {@code file}, whose type is {@value #MODEL_TYPE}. */
    static ClassicalAudioModel read(ModelFile file) throws IOException {
        ModelConfig config = file.config();
        config.requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        Part envelope = readEnvelope(file);
        Part core = readPart(file, CORE, config.integer("core_stages"), true);
        if (core.quantizer.dim() != MdctCore.VECTOR_DIM) {
            throw new CorruptModelException("code vectors of the waveform have dimension " + core.quantizer.dim()
                    + ", must be " + MdctCore.VECTOR_DIM);
        }
        return new ClassicalAudioModel(file, readTransform(file, envelope), envelope, core);
    }

    /** Writes a tokenizer of envelopes and its prior. */
    static void addEnvelope(ModelFile.Builder builder, Klt klt, Part envelope) {
        builder.tensor("encoder.mean", Tensor.ofFloats(klt.mean(), klt.inputDim()))
                .tensor("encoder.basis", Tensor.ofFloats(klt.basis(), klt.components(), klt.inputDim()));
        addPart(builder, ENVELOPE, envelope);
    }

    /** The codebooks and the prior of what {@link #addEnvelope} wrote. */
    static Part readEnvelope(ModelFile file) throws IOException {
        return readPart(file, ENVELOPE, file.config().integer("num_stages"), false);
    }

    /** The transform of what {@link #addEnvelope} wrote. */
    static MelEnvelope readTransform(ModelFile file, Part envelope) throws IOException {
        int components = envelope.quantizer.dim();
        if (components > MelEnvelope.BANDS) {
            throw new CorruptModelException("code vectors of the envelope have dimension " + components
                    + ", must be at most " + MelEnvelope.BANDS);
        }
        return new MelEnvelope(Klt.of(
                MelEnvelope.BANDS,
                components,
                file.tensor("encoder.mean", MelEnvelope.BANDS).toFloats(),
                file.tensor("encoder.basis", components, MelEnvelope.BANDS).toFloats()));
    }

    /**
     * Sound to envelope tokens and back. Signals of any rate and number of channels are taken as 16 kHz mono; what comes back is
     * 16 kHz mono, a whole number of frames, with invented phases. One thread does it all.
     */
    @Override
    public Tokenizer<AudioSignal> tokenizer(int threads) {
        return new Tokenizer<>(envelope, envelopePart.quantizer, envelope);
    }

    /**
     * Sound to waveform tokens and back, in the same way.
     *
     * @param step size of an MDCT coefficient that becomes 1; smaller is finer, useful are about 1e-3 to 0.2
     */
    public Tokenizer<AudioSignal> coreTokenizer(double step) {
        MdctCore core = new MdctCore(step);
        return new Tokenizer<>(core, corePart.quantizer, core);
    }

    @Override
    public double frameRate() {
        return MelEnvelope.FRAME_RATE;
    }

    @Override
    SoundCodec codec() {
        return new ClassicalCodec(this);
    }

    MelEnvelope envelope() {
        return envelope;
    }

    Part envelopePart() {
        return envelopePart;
    }

    Part corePart() {
        return corePart;
    }

    private static void addPart(ModelFile.Builder builder, String prefix, Part part) {
        CodebookFile.addTo(builder, prefix, part.quantizer.codebooks());
        byte[][] classes = part.prior.spec().classes();
        for (int s = 0; s < classes.length; s++) {
            builder.tensor(prefix + "." + s + ".classes", Tensor.ofUnsignedBytes(classes[s], classes[s].length));
        }
        byte[] state = part.prior.state();
        builder.tensor(prefix + ".prior", Tensor.ofUnsignedBytes(state, state.length));
    }

    private static Part readPart(ModelFile file, String prefix, int stages, boolean columns) throws IOException {
        if (stages < 1 || stages > MAX_STAGES) {
            throw new CorruptModelException(prefix + " has " + stages + " stages, must be in [1, " + MAX_STAGES + "]");
        }
        int tableBits = tableBits(file);
        ResidualQuantizer quantizer = CodebookFile.residualQuantizer(file, prefix, stages);
        byte[][] classes = new byte[stages][];
        for (int s = 0; s < stages; s++) {
            int size = quantizer.codebooks().get(s).codebookSize();
            classes[s] = file.tensor(prefix + "." + s + ".classes", size).toBytes();
            for (byte c : classes[s]) {
                if (c < 0 || c > 3) {
                    throw new CorruptModelException(
                            prefix + " has the class " + c + " in stage " + s + ", must be 0 to 3");
                }
            }
        }
        GridSpec spec = new GridSpec(quantizer.codebookSizes(), columns, classes, tableBits);
        return new Part(
                quantizer, GridPrior.of(spec, file.tensor(prefix + ".prior", -1).toBytes()));
    }
}
