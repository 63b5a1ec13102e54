package dev.tessera.audio;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.mixing.BitCoder;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The codec of {@link ScalarAudioModel}: files in the single layout, and in the independent one, whose chunks of
 * {@value #CHUNK_FRAMES} frames follow each other and begin with the entropy models of the model and without a frame before.
 */
final class ScalarCodec implements SoundCodec {
    /** Frames of a chunk, 1.28 s; whole spans. */
    private static final int CHUNK_FRAMES = ScalarStream.LONGEST;

    private final ScalarAudioModel model;

    ScalarCodec(ScalarAudioModel model) {
        this.model = model;
    }

    @Override
    public boolean has(TsrLayout layout) {
        return layout != TsrLayout.PROGRESSIVE;
    }

    /** Chunks of a sound of so many frames. */
    static int chunks(TsrLayout layout, int frames) {
        return layout == TsrLayout.INDEPENDENT ? Math.max(1, Math.ceilDiv(frames, CHUNK_FRAMES)) : 1;
    }

    /** The first frame of a chunk. */
    static int firstFrame(int chunk) {
        return chunk * CHUNK_FRAMES;
    }

    @Override
    public boolean hasStreams() {
        return true;
    }

    ScalarAudioModel model() {
        return model;
    }

    @Override
    public AudioCodec.Compressed compress(AudioSignal signal, RateTarget target, TsrLayout layout, int threads) {
        checkLayout(layout);
        ScalarWriter writer = new ScalarWriter(
                model,
                Planes.of(signal, MelEnvelope.SAMPLE_RATE),
                HighBand.of(signal.sampleRate()),
                Planes.of(signal, signal.sampleRate()));
        AudioGeometry geometry = signal.geometry();
        List<byte[]> blank = Collections.nCopies(chunks(layout, writer.frames()), new byte[0]);
        TsrHeader least = header(geometry, ScalarAim.envelopeOnly(0), layout);
        int headerBytes = (int) TsrFile.size(least, layout, blank);
        ScalarSearch plain = search(writer, geometry, layout, 0);
        int high = plain.highStep(target, headerBytes, signal);
        ScalarSearch search = high == 0 ? plain : search(writer, geometry, layout, high);
        return switch (target) {
            case RateTarget.Quality quality -> search.ofQuality(quality.quality());
            case RateTarget.Bytes bytes -> search.within(bytes.budget(), headerBytes, signal);
        };
    }

    /** @param high step of what is above 8 kHz, 0 without it */
    private ScalarSearch search(ScalarWriter writer, AudioGeometry geometry, TsrLayout layout, int high) {
        return new ScalarSearch(writer, layout, settings -> {
            ScalarSettings with = settings.withHigh(high);
            return writer.write(with, layout).toFile(header(geometry, with, layout), layout, with.mode());
        });
    }

    private TsrHeader header(AudioGeometry geometry, ScalarSettings settings, TsrLayout layout) {
        return new TsrHeader(model.hash(), geometry, settings.parameters(layout));
    }

    private void checkLayout(TsrLayout layout) {
        if (!has(layout)) {
            throw new IllegalArgumentException("the layout is " + layout
                    + ", must be SINGLE or INDEPENDENT for models of type " + ScalarAudioModel.MODEL_TYPE);
        }
    }

    /** The same file: another layout predicts other envelopes, so it is another sound. */
    @Override
    public byte[] relayout(TsrFile file, TsrLayout layout) throws IOException {
        if (layout != file.layout()) {
            throw new IllegalArgumentException("the layout is " + layout + ", must be " + file.layout()
                    + " as the file has it for models of type " + ScalarAudioModel.MODEL_TYPE);
        }
        List<byte[]> chunks = IntStream.range(0, file.chunkCount())
                .mapToObj(i -> file.chunk(i).orElseThrow())
                .toList();
        return TsrFile.write(file.header(), layout, chunks);
    }

    @Override
    public long missingTokens(TsrFile file) throws IOException {
        AudioGeometry geometry = SoundFiles.geometry(file, model.hash());
        int frames = MelEnvelope.frames(SoundFiles.samples(geometry));
        int length = file.streamHundredths().isPresent()
                ? ScalarStream.of(file.header(), file.streamHundredths().orElseThrow())
                        .chunkFrames()
                : CHUNK_FRAMES;
        long missing = 0;
        for (int chunk : file.missingChunks()) {
            missing += Math.max(0, Math.min(frames, (chunk + 1) * length) - chunk * length);
        }
        return missing * geometry.channels() * model.basis().components();
    }

    @Override
    public AudioSignal decompress(TsrFile file, int threads) throws IOException {
        AudioGeometry geometry = SoundFiles.geometry(file, model.hash());
        if (!has(file.layout())) {
            throw new CorruptBitstreamException(
                    0, "the layout is " + file.layout() + ", must be SINGLE or INDEPENDENT");
        }
        ScalarPlanes planes = file.streamHundredths().isPresent() ? stream(file, geometry) : planes(file, geometry);
        boolean conceal = file.tolerance() == Tolerance.CONCEAL && file.missingChunks().length > 0;
        if (conceal) {
            planes.bridge(0);
        }
        float[][] out = new float[geometry.channels()][];
        for (int p = 0; p < out.length; p++) {
            ScalarPlane plane = planes.plane(p);
            out[p] = conceal ? plane.concealed(model.refiner(), 0, planes.frames()) : plane.synthesize(model.refiner());
        }
        AudioSignal below =
                Planes.toSignal(out, MelEnvelope.SAMPLE_RATE, (int) geometry.samples(), geometry.sampleRate());
        return planes.high(0, planes.frames()).map(high -> sum(below, high)).orElse(below);
    }

    /** @param planes of at least as many samples, are overwritten */
    private static AudioSignal sum(AudioSignal below, float[][] planes) {
        Planes.toChannels(planes);
        float[][] out = new float[planes.length][];
        for (int c = 0; c < planes.length; c++) {
            out[c] = below.channel(c);
            for (int t = 0; t < out[c].length; t++) {
                out[c][t] += planes[c][t];
            }
        }
        return AudioSignal.wrap(below.sampleRate(), out);
    }

    private ScalarPlanes planes(TsrFile file, AudioGeometry geometry) throws CorruptBitstreamException {
        int parameters = file.header().parameters();
        ScalarSettings settings = ScalarSettings.of(parameters, file.layout())
                .orElseThrow(() -> new CorruptBitstreamException(
                        0, "audio parameters are " + parameters + ", which is no mode of this version"));
        Optional<HighBand> high = HighBand.of(geometry.sampleRate());
        if (settings.high() > 0 && high.isEmpty()) {
            throw new CorruptBitstreamException(
                    0, "audio parameters are " + parameters + ", which is no mode at " + geometry.sampleRate() + " Hz");
        }
        int samples = SoundFiles.samples(geometry);
        SoundFiles.checkChunks(file, chunks(file.layout(), MelEnvelope.frames(samples)));
        return file.layout() == TsrLayout.SINGLE
                ? single(file.payload(), settings, geometry.channels(), samples, high)
                : independent(file, settings, geometry.channels(), samples, high);
    }

    /** The planes of a file that was written as a stream: whole chunks; behind its last one may be that of a missing end. */
    private ScalarPlanes stream(TsrFile file, AudioGeometry geometry) throws CorruptBitstreamException {
        ScalarStream stream =
                ScalarStream.of(file.header(), file.streamHundredths().orElseThrow());
        int chunks = Math.ceilDiv(SoundFiles.samples(geometry), stream.chunkSamples());
        if (file.chunkCount() != chunks + 1 || file.chunk(chunks).isPresent()) {
            SoundFiles.checkChunks(file, chunks);
        }
        ScalarPlanes planes = stream.planes(model, geometry.channels(), chunks * stream.chunkFrames());
        for (int i = 0; i < chunks; i++) {
            int first = i * stream.chunkFrames();
            Optional<byte[]> chunk = file.chunk(i);
            if (chunk.isPresent()) {
                stream.read(chunk.get(), model, planes, first);
            } else {
                planes.lose(first, first + stream.chunkFrames());
            }
        }
        return planes;
    }

    private ScalarPlanes single(
            byte[] payload, ScalarSettings known, int channels, int samples, Optional<HighBand> high)
            throws CorruptBitstreamException {
        RangeDecoder decoder = new RangeDecoder(payload);
        ScalarSettings settings = ScalarStream.readSteps(known, decoder);
        ScalarPlanes planes = new ScalarPlanes(model.basis(), settings, channels, samples, high);
        read(decoder, planes, settings, 0, planes.frames());
        return planes;
    }

    private ScalarPlanes independent(
            TsrFile file, ScalarSettings settings, int channels, int samples, Optional<HighBand> high)
            throws CorruptBitstreamException {
        ScalarPlanes planes = new ScalarPlanes(model.basis(), settings, channels, samples, high);
        for (int i = 0; i < file.chunkCount(); i++) {
            int end = Math.min(planes.frames(), firstFrame(i + 1));
            Optional<byte[]> chunk = file.chunk(i);
            if (chunk.isPresent()) {
                read(new RangeDecoder(chunk.get()), planes, settings, firstFrame(i), end);
            } else {
                planes.lose(firstFrame(i), end);
            }
        }
        return planes;
    }

    private void read(RangeDecoder decoder, ScalarPlanes planes, ScalarSettings settings, int first, int end)
            throws CorruptBitstreamException {
        planes.code(first, end, settings, model.start(), new BitCoder.Reader(decoder), _ -> ScalarPlanes.Sources.NONE);
        TokenReader.checkEnd(decoder);
    }
}
