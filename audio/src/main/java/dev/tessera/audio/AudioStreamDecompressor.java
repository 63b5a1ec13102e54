package dev.tessera.audio;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.TsrHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The sound of a stream whose chunks arrive one by one: joined, it is what {@link AudioCodec#decompress} makes of the whole file, to the
 * last bit, lost chunks concealed in both. Not for several threads at once.
 *
 * <p>Made by {@link AudioCodec#decompressor}. What is heard in a frame depends on so many frames around it, {@link #latencySamples}; so
 * the chunks around are held, and samples come out when nothing that may follow can change them. Memory is a few chunks; behind a lost one, all
 * that follows until a whole one says what comes after it.
 */
public final class AudioStreamDecompressor {
    private final ScalarAudioModel model;
    private final ScalarStream stream;
    private final AudioGeometry form;
    private final ResamplerStream[] resamplers;
    private final List<ScalarPlanes> window = new ArrayList<>(); // a piece for each chunk that is held
    private final SampleQueue high; // of channels, made and not handed out
    private int before; // frames of the chunks before the window
    private int received; // frames
    private int gapBegin; // of the last gap
    private int gapEnd;
    private boolean open; // whether that gap waits for what comes behind it
    private int done; // frames whose sound was made
    private long made; // samples that were handed out

    AudioStreamDecompressor(ScalarAudioModel model, TsrHeader header, int hundredths) throws CorruptBitstreamException {
        if (!(header.geometry() instanceof AudioGeometry geometry)) {
            throw new CorruptBitstreamException(0, "the stream holds no sound");
        }
        if (!header.model().equals(model.hash())) {
            throw new CorruptBitstreamException(
                    2, "the stream was made with model " + header.model() + ", this is " + model.hash());
        }
        this.model = model;
        this.stream = ScalarStream.of(header, hundredths);
        this.form = geometry;
        this.high = new SampleQueue(geometry.channels());
        this.resamplers = new ResamplerStream[geometry.channels()];
        Arrays.setAll(resamplers, _ -> new ResamplerStream(MelEnvelope.SAMPLE_RATE, geometry.sampleRate()));
    }

    /** Samples per second of each channel of what comes out. */
    public int sampleRate() {
        return form.sampleRate();
    }

    public int channels() {
        return form.channels();
    }

    /**
     * Samples from the time of a sample in the sound to the end of the chunk with which it comes out, at most, when none is lost.
     */
    public int latencySamples() {
        int frames = Math.max(
                2 * stream.chunkFrames(), stream.reachFrames(model.refiner().isPresent()) + stream.chunkFrames());
        int reach = new Resampler(MelEnvelope.SAMPLE_RATE, form.sampleRate()).reach();
        return (int)
                Math.ceilDiv(((long) frames * MelEnvelope.HOP + reach) * form.sampleRate(), MelEnvelope.SAMPLE_RATE);
    }

    public double latencySeconds() {
        return (double) latencySamples() / form.sampleRate();
    }

    /**
     * Takes the next chunk.
     *
     * @return the samples that are final now, {@code [channels][n]}, perhaps none
     * @throws CorruptBitstreamException when it is no chunk of the stream; it may be {@link #lose lost} then
     */
    public float[][] push(byte[] chunk) throws CorruptBitstreamException {
        ScalarPlanes piece = piece();
        stream.read(chunk, model, piece, 0);
        return add(piece);
    }

    /** Goes on without the next chunk, which is concealed. The result is as for {@link #push}. */
    public float[][] lose() {
        if (!open || gapEnd < received) {
            bridge(); // no more than what came can be known of the gap before
            gapBegin = received;
        }
        gapEnd = received + stream.chunkFrames();
        open = true;
        ScalarPlanes piece = piece();
        piece.lose(0, stream.chunkFrames());
        return add(piece);
    }

    /**
     * The samples that remain when nothing more comes.
     *
     * @param samples of a channel in the whole sound
     * @throws IllegalArgumentException when the chunks do not hold just as many
     */
    public float[][] finish(long samples) {
        long wanted = Math.ceilDiv(
                Planes.samples(samples, form.sampleRate(), MelEnvelope.SAMPLE_RATE), stream.chunkSamples());
        if (wanted * stream.chunkFrames() != received) {
            throw new IllegalArgumentException("samples is " + samples + ", which are " + wanted
                    + " chunks, there were " + received / stream.chunkFrames());
        }
        bridge();
        float[][] last = received > done ? sound(received) : new float[form.channels()][0];
        int rest = (int) (samples - made);
        for (int c = 0; c < last.length; c++) {
            float[] tail = resamplers[c].finish();
            int n = last[c].length;
            last[c] = Arrays.copyOf(last[c], n + tail.length);
            System.arraycopy(tail, 0, last[c], n, tail.length);
            last[c] = Arrays.copyOf(last[c], rest);
        }
        addHigh(last);
        made = samples;
        return last;
    }

    /** The same of a stream whose end is missing: all samples of its chunks. */
    public float[][] finish() {
        return finish((long) received * MelEnvelope.HOP * form.sampleRate() / MelEnvelope.SAMPLE_RATE);
    }

    private ScalarPlanes piece() {
        return stream.planes(model, form.channels(), stream.chunkFrames());
    }

    private float[][] add(ScalarPlanes piece) {
        window.add(piece);
        received += stream.chunkFrames();
        if (received - gapEnd >= ScalarPlanes.NEIGHBOURS) {
            bridge();
        }
        // the last chunk may hold one sample of the sound only, and another may be the last
        int to = Math.min(
                (open ? gapBegin : received)
                        - stream.reachFrames(model.refiner().isPresent()),
                received - stream.chunkFrames());
        if (to <= done) {
            return new float[form.channels()][0];
        }
        float[][] out = sound(to);
        addHigh(out);
        made += out[0].length;
        return out;
    }

    /** Restores the envelopes of the last gap, once. */
    private void bridge() {
        if (open) {
            joined().bridge(gapBegin - before);
            open = false;
        }
    }

    private ScalarPlanes joined() {
        return ScalarPlanes.join(window, before);
    }

    /** The sound of the frames up to {@code to}. */
    private float[][] sound(int to) {
        int reach = stream.reachFrames(model.refiner().isPresent());
        int first = Math.max(before, done - reach);
        int end = Math.min(received, to + reach);
        ScalarPlanes planes = joined();
        float[][] out = new float[form.channels()][];
        for (int p = 0; p < out.length; p++) {
            float[] x = planes.plane(p).concealed(model.refiner(), first - before, end - before);
            out[p] = Arrays.copyOfRange(x, (done - first) * MelEnvelope.HOP, (to - first) * MelEnvelope.HOP);
        }
        makeHigh(planes, to);
        done = to;
        while (before + stream.chunkFrames() <= done - reach) {
            window.removeFirst();
            before += stream.chunkFrames();
        }
        Planes.toChannels(out);
        for (int c = 0; c < out.length; c++) {
            out[c] = resamplers[c].push(out[c]);
        }
        return out;
    }

    /** Makes what is above 8 kHz of the same frames, if there is anything. */
    private void makeHigh(ScalarPlanes planes, int to) {
        int first = Math.max(before, done - HighBand.REACH_FRAMES);
        int end = Math.min(received, to + HighBand.REACH_FRAMES);
        Optional<float[][]> noise = planes.high(first - before, end - before);
        if (noise.isPresent()) {
            float[][] out = noise.get();
            for (int p = 0; p < out.length; p++) {
                int hop = out[p].length / (end - first);
                out[p] = Arrays.copyOfRange(out[p], (done - first) * hop, (to - first) * hop);
            }
            Planes.toChannels(out);
            high.push(out);
        }
    }

    /** Adds what is above 8 kHz to samples that are handed out next. */
    private void addHigh(float[][] channels) {
        if (high.end() > made) {
            for (int c = 0; c < channels.length; c++) {
                float[] x = high.copy(c, made, made + channels[c].length);
                for (int t = 0; t < x.length; t++) {
                    channels[c][t] += x[t];
                }
            }
            high.dropBefore(made + channels[0].length);
        }
    }
}
