package dev.tessera.audio;

import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrStreamWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Compresses a sound that arrives in pieces of any size to the chunks of a stream ({@link TsrStreamWriter}); each is finished
 * {@link #latencySamples} behind its begin. The same samples, however they are cut, give the same chunks. Made by
 * {@link AudioCodec#compressor}. Not for several threads at once.
 *
 * <p>Rate control knows what has come so far. Up to the end of every chunk the whole stream, header and end included, takes no more than
 * the rate says, unless even the coarsest steps need more; a chunk takes four times its share at most, which those before it have saved.
 */
public final class AudioStreamCompressor {
    /** Samples at 16 kHz behind a chunk that it depends on: the first longest block behind it, and what laps over that one. */
    private static final int LOOK_AHEAD = LappedTransform.LONGEST * 3 / 2;

    private static final int LEAST_CHUNK_OVERHEAD = 4 + 1; // checksum and length

    /** Frames beside those of a chunk that their analysis reaches into. */
    private static final int FRAMES_AROUND = 2;

    private static final int END_BYTES = 1 + 5 + 4;

    private final ScalarAudioModel model;
    private final ScalarStream stream;
    private final TsrHeader header;
    private final ResamplerStream[] resamplers;
    private final ChunkRate rate;
    private final SampleQueue low; // planes at 16 kHz
    private final SampleQueue atRate; // planes at the rate of the sound, for what is above 8 kHz
    private final int chunkOverhead;
    private final byte[][] last; // blocks at the border of chunks, by plane
    private final byte[][] first;
    private long samples;
    private int chunks;

    AudioStreamCompressor(ScalarAudioModel model, int sampleRate, int channels, double kbps, int chunkFrames) {
        if (!ScalarStream.isLength(chunkFrames)) {
            throw new IllegalArgumentException("chunkFrames is " + chunkFrames + ", must be 8, 16, 32 or 64");
        }
        AudioGeometry form = new AudioGeometry(0, sampleRate, channels); // checks rate and channels
        double seconds = (double) chunkFrames / MelEnvelope.FRAME_RATE;
        double bytesPerChunk = kbps * 125 * seconds;
        if (!(bytesPerChunk > LEAST_CHUNK_OVERHEAD + 1) || bytesPerChunk > 1 << 22) {
            throw new IllegalArgumentException("kbps is " + kbps + ", must be above "
                    + (LEAST_CHUNK_OVERHEAD + 1) / (125 * seconds) + " with chunks of " + seconds + " s, and at most "
                    + (1 << 22) / (125 * seconds));
        }
        this.chunkOverhead = ChunkRate.overhead(bytesPerChunk);
        ScalarSettings usual = ScalarAim.usual(
                SoundRates.kbps(bytesPerChunk - chunkOverhead, seconds, channels),
                ScalarStream.span(chunkFrames),
                model.refiner().isPresent());
        Optional<HighBand> band = HighBand.of(sampleRate);
        boolean high = band.isPresent() && kbps / channels >= ScalarSearch.HIGH_FROM_KBPS;
        ScalarSettings settings = usual.withHigh(high ? ScalarStream.HIGH : 0);
        this.model = model;
        this.stream = new ScalarStream(settings, chunkFrames, high ? band : Optional.empty());
        this.header = new TsrHeader(model.hash(), form, settings.withSteps(0, 0).parameters(TsrLayout.SINGLE));
        this.resamplers = new ResamplerStream[channels];
        Arrays.setAll(resamplers, _ -> new ResamplerStream(sampleRate, MelEnvelope.SAMPLE_RATE));
        this.rate = new ChunkRate(
                settings, bytesPerChunk, TsrStreamWriter.headerBytes(header, stream.hundredths()) + END_BYTES);
        this.low = new SampleQueue(channels);
        this.atRate = new SampleQueue(channels);
        this.last = new byte[channels][0];
        this.first = new byte[channels][0];
    }

    /** The header of the stream. */
    public TsrHeader header() {
        return header;
    }

    /** Hundredths of a second that a chunk lasts, which the stream says, too. */
    public int hundredths() {
        return stream.hundredths();
    }

    /** Samples of a channel so far. */
    public long samples() {
        return samples;
    }

    /** Samples from the first one of a chunk to the last one that must have come before the chunk is finished. */
    public int latencySamples() {
        int rateOf = ((AudioGeometry) header.geometry()).sampleRate();
        int reach = new Resampler(rateOf, MelEnvelope.SAMPLE_RATE).reach();
        return (int) Math.ceilDiv((long) (stream.chunkSamples() + LOOK_AHEAD) * rateOf, MelEnvelope.SAMPLE_RATE)
                + reach;
    }

    public double latencySeconds() {
        return (double) latencySamples() / ((AudioGeometry) header.geometry()).sampleRate();
    }

    /**
     * Takes samples.
     *
     * @param channels {@code [channels][n]}, all finite
     * @return the chunks that are finished now, perhaps none
     */
    public List<byte[]> push(float[][] channels) {
        if (channels.length != last.length) {
            throw new IllegalArgumentException(
                    "there are " + channels.length + " channels, must be " + last.length + " as before");
        }
        AudioSignal piece = AudioSignal.of(MelEnvelope.SAMPLE_RATE, channels); // checks lengths and values
        samples += piece.length();
        float[][] planes = new float[last.length][];
        for (int c = 0; c < planes.length; c++) {
            planes[c] = resamplers[c].push(channels[c]);
        }
        Planes.fromChannels(planes);
        low.push(planes);
        if (stream.high().isPresent()) {
            float[][] copy = new float[channels.length][];
            Arrays.setAll(copy, c -> channels[c].clone());
            Planes.fromChannels(copy);
            atRate.push(copy);
        }
        List<byte[]> out = new ArrayList<>();
        while (low.end() >= (long) (chunks + 1) * stream.chunkSamples() + LOOK_AHEAD) {
            out.add(next(false));
        }
        return out;
    }

    /** The chunks that remain when nothing more comes. */
    public List<byte[]> finish() {
        float[][] planes = new float[last.length][];
        for (int c = 0; c < planes.length; c++) {
            planes[c] = resamplers[c].finish();
        }
        Planes.fromChannels(planes);
        low.push(planes);
        List<byte[]> out = new ArrayList<>();
        while (low.end() > (long) chunks * stream.chunkSamples()) {
            out.add(next(low.end() <= (long) (chunks + 1) * stream.chunkSamples()));
        }
        return out;
    }

    /** Codes the next chunk, of which some samples are there. */
    private byte[] next(boolean end) {
        long begin = (long) chunks * stream.chunkSamples();
        int before = (int) Math.min(ChunkWriter.BLOCKS_BEFORE, begin / LappedTransform.LONGEST);
        long from = begin - (long) before * LappedTransform.LONGEST;
        long to = begin + stream.chunkSamples() + (end ? 0 : ChunkWriter.BLOCKS_BEHIND * LappedTransform.LONGEST);
        List<ChunkWriter.Plane> planes = new ArrayList<>();
        for (int p = 0; p < last.length; p++) {
            double[] window = Arrays.copyOf(LappedPlanes.filledUp(low.copy(p, from, to)), (int) (to - from));
            planes.add(new ChunkWriter.Plane(window, before, last[p], first[p], components(p), highLevels(p)));
        }
        double share = Math.min(1, (double) (low.end() - begin) / stream.chunkSamples());
        ChunkWriter.Coded coded = rate.next(new ChunkWriter(model, stream, planes), share, chunkOverhead);
        for (int p = 0; p < last.length; p++) {
            last[p] = coded.last()[p];
            first[p] = coded.next()[p];
        }
        chunks++;
        low.dropBefore(
                (long) chunks * stream.chunkSamples() - (long) ChunkWriter.BLOCKS_BEFORE * LappedTransform.LONGEST);
        stream.high()
                .ifPresent(
                        band -> atRate.dropBefore(((long) chunks * stream.chunkFrames() - FRAMES_AROUND) * band.hop()));
        return coded.bytes();
    }

    /** Envelopes of the frames of the chunk that the sound has. */
    private double[][] components(int plane) {
        return frames(low, plane, MelEnvelope.HOP, x -> model.basis().components(MelEnvelope.logMel(x)));
    }

    /** Levels above 8 kHz of the same frames, none when they are not coded. */
    private double[][] highLevels(int plane) {
        return stream.high()
                .map(band -> frames(atRate, plane, band.hop(), band::levels))
                .orElse(new double[0][]);
    }

    /** What {@code analysis} says of the frames of the chunk that the sound has. */
    private double[][] frames(SampleQueue samplesOf, int plane, int hop, Function<float[], double[][]> analysis) {
        long begin = (long) chunks * stream.chunkFrames();
        int skipped = (int) Math.min(FRAMES_AROUND, begin);
        long end = begin + stream.chunkFrames() + FRAMES_AROUND;
        double[][] all = analysis.apply(samplesOf.copy(plane, (begin - skipped) * hop, end * hop));
        return Arrays.copyOfRange(all, skipped, Math.min(all.length, skipped + stream.chunkFrames()));
    }
}
