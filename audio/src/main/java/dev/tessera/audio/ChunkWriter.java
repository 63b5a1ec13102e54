package dev.tessera.audio;

import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.mixing.BitCoder;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/**
 * Codes one chunk of a {@link ScalarStream} with different settings. Blocks lap over the borders of chunks: those of the last longest block
 * before it are known, and with the chunk the blocks of the first longest block behind it are decided, which the next chunk keeps to. Not
 * for several threads at once.
 */
final class ChunkWriter {
    /** Longest blocks before the chunk that a window holds: the last one, and one more that the search of its blocks does not need. */
    static final int BLOCKS_BEFORE = 2;

    /** Longest blocks behind it: the first one, and one that laps over it. */
    static final int BLOCKS_BEHIND = 2;

    private final ScalarAudioModel model;
    private final ScalarStream stream;
    private final List<Plane> planes;
    private final BlockSearch[] blocks;

    /**
     * What is coded of a plane.
     *
     * @param window samples of whole longest blocks: of the chunk, of those before it and behind it, as far as the sound has any
     * @param blocksBefore longest blocks before the chunk in the window
     * @param last block levels of the last longest block before the chunk, none at the begin of the sound
     * @param first those of the first one of the chunk that were decided before, none at the begin of the sound
     * @param components of the envelope of the chunk's frames, {@code [1 or more][components]}
     * @param high levels of those frames above 8 kHz, {@code [1 or more][bands]}, none when they are not coded
     */
    record Plane(double[] window, int blocksBefore, byte[] last, byte[] first, double[][] components, double[][] high) {
        private double highLevel(int frame, int band) {
            return high[Math.min(frame, high.length - 1)][band];
        }
    }

    /**
     * A chunk.
     *
     * @param last block levels of the last longest block of each plane
     * @param next those of the first one behind the chunk
     */
    record Coded(ScalarSettings settings, byte[] bytes, byte[][] last, byte[][] next) {
        int size() {
            return bytes.length;
        }
    }

    ChunkWriter(ScalarAudioModel model, ScalarStream stream, List<Plane> planes) {
        this.model = model;
        this.stream = stream;
        this.planes = planes;
        this.blocks =
                planes.stream().map(plane -> new BlockSearch(plane.window)).toArray(BlockSearch[]::new);
    }

    /** The step of what is above 8 kHz for a chunk of about so many bytes, 0 without any or where nothing is to be heard. */
    int highStep(ScalarSettings settings, double bytes) {
        if (stream.settings().high() == 0
                || !ScalarWriter.isAudible(planes.stream().map(Plane::high))) {
            return 0;
        }
        int without = envelopeBytes(settings);
        return ScalarSearch.highStep(
                h -> write(settings.envelopeOnly().withHigh(h)).size() - without, bytes);
    }

    /** Bytes of the envelope alone. */
    int envelopeBytes(ScalarSettings settings) {
        return write(settings.envelopeOnly()).size();
    }

    Coded write(ScalarSettings settings) {
        int count = planes.size();
        int chunkBlocks = stream.chunkSamples() / LappedTransform.LONGEST;
        ScalarPlanes.Sources[] sources = new ScalarPlanes.Sources[count];
        byte[][] last = new byte[count][0];
        byte[][] next = new byte[count][0];
        for (int p = 0; p < count; p++) {
            Plane plane = planes.get(p);
            EnvelopeChoice envelope = new EnvelopeChoice(
                    model.basis(),
                    plane.components,
                    settings.span(),
                    EnvelopeCoding.step(settings.envelopeStep(p, count)),
                    settings.envelopeLambdas());
            if (settings.mode() == Mode.ENVELOPE) {
                sources[p] = new ScalarPlanes.Sources(envelope, LappedCoding.NONE, plane::highLevel);
                continue;
            }
            byte[][] trees = trees(plane, blocks[p].choose(Settings.step(settings.step())));
            LappedCoding.Source waveform =
                    LappedChoice.of(plane.window, joined(trees), Settings.step(settings.step()), settings.lambda());
            int begin = plane.blocksBefore * LappedTransform.LONGEST;
            sources[p] = new ScalarPlanes.Sources(
                    envelope, begin == 0 ? waveform : new Later(waveform, begin), plane::highLevel);
            last[p] = trees[plane.blocksBefore + chunkBlocks - 1];
            next[p] = plane.blocksBefore + chunkBlocks < trees.length
                    ? trees[plane.blocksBefore + chunkBlocks]
                    : new byte[0];
        }
        RangeEncoder encoder = new RangeEncoder();
        stream.writeHead(settings, encoder);
        stream.planes(model, count, stream.chunkFrames(), settings.mode())
                .code(0, stream.chunkFrames(), settings, model.start(), new BitCoder.Writer(encoder), p -> sources[p]);
        return new Coded(settings, encoder.finish(), last, next);
    }

    /** A source of a chunk in a window. */
    private record Later(LappedCoding.Source source, int begin) implements LappedCoding.Source {
        @Override
        public int split(int level, int from) {
            return source.split(level, begin + from);
        }

        @Override
        public int value(WaveformModel model, int at) {
            return source.value(model, begin + at);
        }
    }

    /** The blocks of each longest block of a window: those that were chosen, and those that are known. */
    private static byte[][] trees(Plane plane, byte[] chosen) {
        byte[][] trees = new byte[plane.window.length / LappedTransform.LONGEST][];
        int at = 0;
        for (int i = 0; i < trees.length; i++) {
            int begin = at;
            for (int size = 0; size < LappedTransform.LONGEST; at++) {
                size += LappedTransform.size(chosen[at]);
            }
            trees[i] = Arrays.copyOfRange(chosen, begin, at);
        }
        if (plane.last.length > 0) {
            trees[plane.blocksBefore - 1] = plane.last;
            trees[plane.blocksBefore] = plane.first;
        }
        return trees;
    }

    private static byte[] joined(byte[][] trees) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] tree : trees) {
            out.writeBytes(tree);
        }
        return out.toByteArray();
    }
}
