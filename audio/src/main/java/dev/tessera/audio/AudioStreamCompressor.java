package dev.tessera.audio;

import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrStreamWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

    private static final int CHUNK_OVERHEAD = 4 + 2; // checksum and length
    private static final int END_BYTES = 1 + 5 + 4;

    private final ScalarAudioModel model;
    private final ScalarStream stream;
    private final TsrHeader header;
    private final ResamplerStream[] resamplers;
    private final ChunkRate rate;
    private final float[][] held; // samples of planes at 16 kHz
    private final byte[][] last; // blocks at the border of chunks, by plane
    private final byte[][] first;
    private long offset; // of what is held
    private int heldLength;
    private long samples;
    private int chunks;

    AudioStreamCompressor(ScalarAudioModel model, int sampleRate, int channels, double kbps, int chunkFrames) {
        if (!ScalarStream.isLength(chunkFrames)) {
            throw new IllegalArgumentException("chunkFrames is " + chunkFrames + ", must be 8, 16, 32 or 64");
        }
        AudioGeometry form = new AudioGeometry(0, sampleRate, channels); // checks rate and channels
        double seconds = (double) chunkFrames / MelEnvelope.FRAME_RATE;
        double bytesPerChunk = kbps * 125 * seconds;
        if (!(bytesPerChunk > CHUNK_OVERHEAD + 1) || bytesPerChunk > 1 << 22) {
            throw new IllegalArgumentException("kbps is " + kbps + ", must be above "
                    + (CHUNK_OVERHEAD + 1) / (125 * seconds) + " with chunks of " + seconds + " s, and at most "
                    + (1 << 22) / (125 * seconds));
        }
        ScalarSettings usual = ScalarSearch.usual(
                ScalarSearch.kbps(bytesPerChunk - CHUNK_OVERHEAD, seconds, channels), ScalarStream.span(chunkFrames));
        this.model = model;
        this.stream = new ScalarStream(usual, chunkFrames);
        this.header = new TsrHeader(model.hash(), form, usual.streamParameters());
        this.resamplers = new ResamplerStream[channels];
        Arrays.setAll(resamplers, _ -> new ResamplerStream(sampleRate, MelEnvelope.SAMPLE_RATE));
        this.rate = new ChunkRate(
                usual, bytesPerChunk, TsrStreamWriter.headerBytes(header, stream.hundredths()) + END_BYTES);
        this.held = new float[channels][0];
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
        if (channels.length != held.length) {
            throw new IllegalArgumentException(
                    "there are " + channels.length + " channels, must be " + held.length + " as before");
        }
        AudioSignal piece = AudioSignal.of(MelEnvelope.SAMPLE_RATE, channels); // checks lengths and values
        samples += piece.length();
        float[][] planes = new float[held.length][];
        for (int c = 0; c < planes.length; c++) {
            planes[c] = resamplers[c].push(channels[c]);
        }
        hold(planes);
        List<byte[]> out = new ArrayList<>();
        while (offset + heldLength >= (long) (chunks + 1) * stream.chunkSamples() + LOOK_AHEAD) {
            out.add(next(false));
        }
        return out;
    }

    /** The chunks that remain when nothing more comes. */
    public List<byte[]> finish() {
        float[][] planes = new float[held.length][];
        for (int c = 0; c < planes.length; c++) {
            planes[c] = resamplers[c].finish();
        }
        hold(planes);
        List<byte[]> out = new ArrayList<>();
        while (offset + heldLength > (long) chunks * stream.chunkSamples()) {
            out.add(next(offset + heldLength <= (long) (chunks + 1) * stream.chunkSamples()));
        }
        return out;
    }

    private void hold(float[][] planes) {
        Planes.fromChannels(planes);
        int count = planes[0].length;
        for (int p = 0; p < held.length; p++) {
            if (held[p].length < heldLength + count) {
                held[p] = Arrays.copyOf(held[p], Math.max(heldLength + count, 2 * heldLength));
            }
            System.arraycopy(planes[p], 0, held[p], heldLength, count);
        }
        heldLength += count;
    }

    /** Codes the next chunk, of which some samples are there. */
    private byte[] next(boolean end) {
        int begin = (int) ((long) chunks * stream.chunkSamples() - offset); // in what is held
        List<ChunkWriter.Plane> planes = new ArrayList<>();
        int before = (int) Math.min(ChunkWriter.BLOCKS_BEFORE, (begin + offset) / LappedTransform.LONGEST);
        int from = begin - before * LappedTransform.LONGEST;
        int to = begin + stream.chunkSamples() + (end ? 0 : ChunkWriter.BLOCKS_BEHIND * LappedTransform.LONGEST);
        for (int p = 0; p < held.length; p++) {
            double[] window =
                    ScalarWriter.filledUp(Arrays.copyOfRange(held[p], from, Math.max(from, Math.min(to, heldLength))));
            planes.add(new ChunkWriter.Plane(
                    Arrays.copyOf(window, to - from), before, last[p], first[p], components(held[p], begin)));
        }
        double share = Math.min(1, (double) (heldLength - begin) / stream.chunkSamples());
        ChunkWriter.Coded coded = rate.next(new ChunkWriter(model, stream, planes), share, CHUNK_OVERHEAD);
        for (int p = 0; p < held.length; p++) {
            last[p] = coded.last()[p];
            first[p] = coded.next()[p];
        }
        chunks++;
        int gone = Math.max(0, begin + stream.chunkSamples() - ChunkWriter.BLOCKS_BEFORE * LappedTransform.LONGEST);
        for (int p = 0; p < held.length && gone < heldLength; p++) {
            System.arraycopy(held[p], gone, held[p], 0, heldLength - gone);
        }
        offset += gone;
        heldLength -= gone;
        return coded.bytes();
    }

    /** Envelopes of the frames of a chunk that the sound has. */
    private double[][] components(float[] plane, int begin) {
        int around = Math.ceilDiv(MelEnvelope.FFT_SIZE / 2, MelEnvelope.HOP); // frames that a frame reaches over
        int skipped = Math.min(around, begin / MelEnvelope.HOP);
        int from = begin - skipped * MelEnvelope.HOP;
        int to = Math.min(heldLength, begin + stream.chunkSamples() + around * MelEnvelope.HOP);
        double[][] all = model.basis().components(MelEnvelope.logMel(Arrays.copyOfRange(plane, from, to)));
        int frames = Math.min(stream.chunkFrames(), MelEnvelope.frames(heldLength - begin));
        return Arrays.copyOfRange(all, skipped, skipped + frames);
    }
}
