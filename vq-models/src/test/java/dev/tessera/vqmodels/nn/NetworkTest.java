package dev.tessera.vqmodels.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Whole, tiles, streams and threads give equal bits; what a network depends on is what it says. */
class NetworkTest {
    private static final Network IMAGE = new Network(new Maps(1).image());
    private static final Network WHOLE = new Network(new Maps(9).whole());
    private static final Network AUDIO = new Network(new Maps(2).audio(false));
    private static final Network CAUSAL_AUDIO = new Network(new Maps(2).audio(true));
    private static final Network FEATURES = new Network(new Maps(3).features());

    @Test
    void threadsDoNotMatter() {
        FeatureMap picture = new Maps(4).map(3, 72, 96);
        FeatureMap whole = IMAGE.run(picture, 1);
        assertEquals(new Extent(72, 96), whole.extent());
        assertEquals(whole, IMAGE.run(picture, 2));
        assertEquals(whole, IMAGE.run(picture, 7));
        FeatureMap frames = new Maps(5).map(5, 1, 60);
        assertEquals(AUDIO.run(frames, 1), AUDIO.run(frames, 7));
    }

    @Property(tries = 25)
    void tilesEqualTheWhole(
            @ForAll @IntRange(min = 1, max = 60) int tileHeight,
            @ForAll @IntRange(min = 1, max = 80) int tileWidth,
            @ForAll @IntRange(min = 1, max = 5) int rows,
            @ForAll @IntRange(min = 1, max = 7) int columns)
            throws IOException {
        FeatureMap picture = new Maps(6).map(3, 8 * rows, 8 * columns);
        assertEquals(IMAGE.run(picture, 1), tiled(IMAGE, picture, Math.max(tileHeight, 3), Math.max(tileWidth, 5)));
        FeatureMap blocks = new Maps(6).map(3, 8 * rows, 12 * columns);
        assertEquals(WHOLE.run(blocks, 1), tiled(WHOLE, blocks, Math.max(tileHeight, 3), Math.max(tileWidth, 5)));
        FeatureMap frames = new Maps(7).map(5, 1, 8 * columns + rows);
        assertEquals(AUDIO.run(frames, 1), tiled(AUDIO, frames, 1, tileWidth));
    }

    private static FeatureMap tiled(Network network, FeatureMap in, int height, int width) throws IOException {
        Extent extent = network.outExtent(in.extent());
        FeatureMap out = FeatureMap.zeros(network.outChannels(), extent.height(), extent.width());
        network.run(
                in.extent(),
                in::crop,
                height,
                width,
                (window, tile) -> tile.copy(0, 0, out, window.top(), window.left(), window.height(), window.width()),
                2);
        return out;
    }

    @Property(tries = 40)
    void streamsEqualTheWhole(@ForAll @IntRange(min = 1, max = 90) int length, @ForAll long seed) {
        for (Network network : new Network[] {
            AUDIO,
            CAUSAL_AUDIO,
            FEATURES,
            new Network(
                    new Sequence(new GroupNorm(2, 7, new float[] {1, 2}, new float[2], 1e-5f), new Upsample(2, 1, 3))),
            new Network(Blocks.transposedConv(
                    2,
                    1,
                    new int[] {1, 9},
                    new int[] {1, 4},
                    new int[] {0, 2},
                    new Maps(8).values(18, 1),
                    new float[1]))
        }) {
            FeatureMap in = new Maps(seed).map(network.inChannels(), 1, length);
            assertEquals(network.run(in, 1), streamed(network, in, new SplittableRandom(seed), 1 + length / 3));
        }
    }

    @Property(tries = 20)
    void spectraStreamToo(@ForAll @IntRange(min = 1, max = 20) int frames, @ForAll long seed) {
        Network network = new Network(new Maps(6).hearing());
        // 5 samples behind a frame of 6; six frames of 6 and 5 samples before it
        assertEquals(new ReceptiveField(6 * 6 + 5, 5, 6 * 6 + 16, 1), network.horizontal());
        FeatureMap in = new Maps(seed).map(1, 1, 6 * frames);
        FeatureMap whole = network.run(in, 1);
        assertEquals(whole, network.run(in, 2));
        assertEquals(whole, streamed(network, in, new SplittableRandom(seed), 1 + 2 * frames));
    }

    private static FeatureMap streamed(Network network, FeatureMap in, SplittableRandom random, int most) {
        int width = network.outExtent(in.extent()).width();
        FeatureMap out = FeatureMap.zeros(network.outChannels(), 1, width);
        int at = 0;
        try (NetworkStream stream = network.stream(2)) {
            for (int from = 0; from < in.width(); ) {
                int count = Math.min(random.nextInt(most + 1), in.width() - from);
                FeatureMap ready = stream.push(in.crop(new Window(0, from, 1, count)));
                ready.copy(0, 0, out, 0, at, 1, ready.width());
                at += ready.width();
                from += count;
                // the delay is the declared look-ahead
                Scale scale = network.scale();
                int due = Math.max(from - network.horizontal().lookAhead(), 0) / scale.downX() * scale.upX();
                assertTrue(at >= Math.min(due, width), "after " + from + " inputs " + at + " outputs, due " + due);
            }
            FeatureMap rest = stream.finish();
            rest.copy(0, 0, out, 0, at, 1, rest.width());
            assertEquals(width, at + rest.width());
            assertThrows(IllegalStateException.class, stream::finish);
        }
        return out;
    }

    @Test
    void fieldsAreThoseOfAHandCalculation() {
        // stem 3 to each side, block 3 to each side; head: 16 samples each 6, 5 cut: sample 6 f + 1 is in frames f - 1
        // to f + 1
        assertEquals(new ReceptiveField(7, 7, 15, 1), AUDIO.horizontal());
        // kernel 4 at stride 2 with 3 zeros before: inputs 2 o - 3 to 2 o; then 4 and 2 * 2 frames back
        assertEquals(new ReceptiveField(3 + 2 * 8, 0, 1 + 3 + 2 * 8, 1), FEATURES.horizontal());
        assertEquals(24, IMAGE.horizontal().segment());
        assertEquals(IMAGE.horizontal(), IMAGE.vertical());
    }

    @Test
    void nothingBeyondTheFieldMattersAndItsEndsDo() {
        ReceptiveField field = FEATURES.horizontal();
        FeatureMap in = new Maps(9).map(4, 1, 101);
        FeatureMap out = FEATURES.run(in, 1);
        int o = 30;
        assertTrue(reacts(in, out, o, 2 * o - field.lookBack()));
        assertTrue(!reacts(in, out, o, 2 * o - field.lookBack() - 1));
        assertTrue(reacts(in, out, o, 2 * o + field.lookAhead()));
        assertTrue(!reacts(in, out, o, 2 * o + 1 + field.lookAhead()));
    }

    private static boolean reacts(FeatureMap in, FeatureMap out, int output, int input) {
        float[] changed = in.toArray();
        for (int c = 0; c < in.channels(); c++) {
            changed[c * in.width() + input] += 1;
        }
        FeatureMap other = FEATURES.run(FeatureMap.of(in.channels(), 1, in.width(), changed), 1);
        for (int c = 0; c < out.channels(); c++) {
            if (out.get(c, 0, output) != other.get(c, 0, output)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void memoryOfATiledRunFollowsTheTile() throws IOException {
        // 2^31 pixels and more: only windows of it are ever made
        Extent huge = new Extent(1 << 17, 1 << 17);
        int[] largest = new int[1];
        int[] tiles = new int[1];
        assertThrows(
                IOException.class,
                () -> IMAGE.run(
                        huge,
                        window -> {
                            largest[0] = Math.max(largest[0], window.height() * window.width());
                            return FeatureMap.zeros(3, window.height(), window.width());
                        },
                        48,
                        48,
                        (window, tile) -> {
                            if (++tiles[0] == 4) {
                                throw new IOException("enough");
                            }
                        },
                        1));
        assertTrue(largest[0] > 0 && largest[0] < 200 * 200, "a window has " + largest[0] + " pixels");
    }

    @Test
    void networksThatGrowWithoutBoundAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Network(new Sequence(new Upsample(1, 64, 64), new Upsample(1, 64, 64))));
        GroupNorm norm = new GroupNorm(1, 1 << 16, new float[1024], new float[1024], 1);
        assertThrows(
                IllegalArgumentException.class, () -> new Network(new Sequence(new PixelUnshuffle(1, 1, 1024), norm)));
    }
}
