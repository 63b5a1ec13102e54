package dev.tessera.audio;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.vqmodels.TokenizerFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The codec of {@link NeuralAudioModel}. Its rates are the numbers of first stages, of which one with a single codebook has one:
 * quality q has ceil(q S / 100) of S stages, at least 1; a budget has the most stages that fit. Two channels are coded as half sum and
 * half difference, more one by one.
 *
 * <p>The parameters of a file are the number of last stages that are not in it.
 */
final class NeuralCodec implements SoundCodec {
    private final NeuralAudioModel model;
    private final NeuralSoundParts parts;
    private final Quantizer quantizer;
    private final NeuralAudioModel.Prior prior;
    private final int stages;

    NeuralCodec(NeuralAudioModel model) {
        this.model = model;
        this.parts = model.parts();
        this.quantizer = parts.quantizer();
        this.prior = model.prior();
        this.stages = quantizer.stages();
    }

    @Override
    public AudioCodec.Compressed compress(AudioSignal signal, RateTarget target, TsrLayout layout, int threads) {
        AudioGeometry geometry = signal.geometry();
        List<int[]> planes = new ArrayList<>();
        int samples = 0;
        for (float[] plane : Planes.of(signal, parts.sampleRate())) {
            samples = plane.length;
            Latents latents = parts.encoder(threads).encode(plane);
            planes.add(prior.order().toPlaces(quantizer.quantize(latents, threads)));
        }
        FrameSets sets = FrameSets.ofTokens(samples, parts.sampleRate(), parts.tokenSamples());
        return switch (target) {
            case RateTarget.Quality quality ->
                file(geometry, layout, planes, sets, Math.max(1, Math.ceilDiv(quality.quality() * stages, 100)));
            case RateTarget.Bytes bytes -> mostStages(geometry, layout, planes, sets, bytes.budget());
        };
    }

    private AudioCodec.Compressed mostStages(
            AudioGeometry geometry, TsrLayout layout, List<int[]> planes, FrameSets sets, long budget) {
        long smallest = 0;
        for (int n = stages; n >= 1; n--) {
            AudioCodec.Compressed file = file(geometry, layout, planes, sets, n);
            smallest = file.bytes().length;
            if (smallest <= budget) {
                return file;
            }
        }
        throw new IllegalArgumentException(
                "the budget of " + budget + " bytes is below the smallest possible file, " + smallest + " bytes");
    }

    private AudioCodec.Compressed file(
            AudioGeometry geometry, TsrLayout layout, List<int[]> planes, FrameSets sets, int coded) {
        byte[] bytes = TsrFile.write(
                new TsrHeader(model.hash(), geometry, stages - coded),
                layout,
                new NeuralPayload(prior.grid(), coded, sets).write(layout, planes));
        long positions = (long) sets.frames() * planes.size();
        double bits = Arrays.stream(quantizer.codebookSizes(), 0, coded)
                .mapToDouble(size -> StrictMath.log(size) / StrictMath.log(2))
                .sum();
        return new AudioCodec.Compressed(bytes, "neural", positions * coded, positions * bits, coded == stages);
    }

    @Override
    public byte[] relayout(TsrFile file, TsrLayout layout) throws CorruptBitstreamException {
        Content content = content(file);
        NeuralPayload.Read read = content.read(1);
        return TsrFile.write(file.header(), layout, content.payload.write(layout, read.planes()));
    }

    @Override
    public AudioSignal decompress(TsrFile file, int threads) throws CorruptBitstreamException {
        Content content = content(file);
        NeuralPayload.Read read = content.read(threads);
        float[][] planes = new float[read.planes().size()][];
        for (int p = 0; p < planes.length; p++) {
            int[] indices = prior.order().toIndices(read.planes().get(p));
            Latents latents = TokenizerFile.dequantize(
                    quantizer, indices, read.stages(), content.payload.sets().frames());
            if (file.tolerance() == Tolerance.CONCEAL) {
                LostFrames.interpolate(latents.data(), latents.dim(), read.lost());
            } else {
                LostFrames.average(latents.data(), latents.dim(), read.lost());
            }
            planes[p] = parts.decoder(threads).samples(latents, content.samples);
        }
        return Planes.toSignal(
                planes, parts.sampleRate(), (int) content.geometry.samples(), content.geometry.sampleRate());
    }

    @Override
    public long missingTokens(TsrFile file) throws CorruptBitstreamException {
        Content content = content(file);
        long planes = content.geometry.channels();
        FrameSets sets = content.payload.sets();
        return switch (file.layout()) {
            case SINGLE -> 0;
            case PROGRESSIVE -> planes * sets.frames() * (content.payload.stages() - file.wholePrefix());
            case INDEPENDENT ->
                Arrays.stream(file.missingChunks())
                        .mapToLong(i -> planes * sets.framesOf(i).length * content.payload.stages())
                        .sum();
        };
    }

    /** A file whose header fits this codec; {@code samples} are at the rate of the model. */
    private record Content(TsrFile file, AudioGeometry geometry, int samples, NeuralPayload payload) {
        NeuralPayload.Read read(int threads) throws CorruptBitstreamException {
            return payload.read(file, geometry.channels(), threads);
        }
    }

    private Content content(TsrFile file) throws CorruptBitstreamException {
        AudioGeometry geometry = SoundFiles.geometry(file, model.hash());
        int omitted = file.header().parameters();
        if (omitted < 0 || omitted >= stages) {
            throw new CorruptBitstreamException(
                    0, omitted + " stages are said to be left out, must be in [0, " + (stages - 1) + "]");
        }
        long samples = Planes.samples(geometry.samples(), geometry.sampleRate(), parts.sampleRate());
        long values = Math.max(samples + parts.tokenSamples(), Math.ceilDiv(samples, parts.tokenSamples()) * stages);
        if (values * geometry.channels() > Integer.MAX_VALUE - 8) {
            throw new CorruptBitstreamException(
                    0, "the sound has " + samples + " samples at " + parts.sampleRate() + " Hz, which is too many");
        }
        FrameSets sets = FrameSets.ofTokens((int) samples, parts.sampleRate(), parts.tokenSamples());
        NeuralPayload payload = new NeuralPayload(prior.grid(), stages - omitted, sets);
        SoundFiles.checkChunks(file, payload.chunks(file.layout()));
        return new Content(file, geometry, (int) samples, payload);
    }
}
