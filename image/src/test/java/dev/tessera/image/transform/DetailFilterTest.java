package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.image.transform.LumaRefiner.Kind;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DetailFilterTest {
    private static final int STEP = 36;

    /** Stripes of many directions, in 1/16 of a level. */
    private static int[] stripes(int width, int height, double scale) {
        int[] out = new int[width * height];
        for (int i = 0; i < out.length; i++) {
            double x = (i % width + .5) * scale;
            double y = (i / width + .5) * scale;
            double along = x < 40 ? x : y < 40 ? y : x < 80 ? x + y : x - y;
            out[i] = (int) (16 * (128 + 60 * Math.signum(Math.sin(along * .35))));
        }
        return out;
    }

    private static double error(int[] a, int[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum / a.length;
    }

    @Test
    void theNeutralFilterChangesNothingAndDoublesAsTheSincDoes() {
        int[] plane = stripes(50, 30, 1);
        assertArrayEquals(plane, DetailFilter.neutral().apply(Kind.FULL, plane, 50, 50, 30, STEP));
        int[] doubled = DetailFilter.neutral().apply(Kind.HALF, plane, 50, 50, 30, STEP);
        int[] sinc = Resampling.doubled(plane, 50, 50, 30);
        for (int i = 0; i < sinc.length; i++) {
            assertEquals(Math.clamp(sinc[i], 0, 255 << SamplePlane.UNIT_BITS), doubled[i], 32, "sample " + i);
        }
    }

    /** What was learnt on noisy stripes serves others. */
    @ParameterizedTest
    @EnumSource
    void whatWasLearntComesNearerToOriginals(Kind kind) {
        int factor = kind == Kind.FULL ? 1 : 2;
        DetailFilterFit fit = new DetailFilterFit();
        int[] original = stripes(120 * factor, 90 * factor, 1.0 / factor);
        for (int seed = 0; seed < 4; seed++) {
            fit.add(kind, noisy(seed), 120, 120, 90, STEP, original, 120 * factor);
        }
        int[] other = noisy(9);
        double learnt = error(original, fit.filter().apply(kind, other, 120, 120, 90, STEP));
        double neutral = error(original, DetailFilter.neutral().apply(kind, other, 120, 120, 90, STEP));
        assertTrue(learnt < .8 * neutral, learnt + ", neutral " + neutral);
    }

    private static int[] noisy(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return Arrays.stream(stripes(120, 90, 1))
                .map(v -> v + random.nextInt(-400, 401))
                .toArray();
    }

    @Test
    void flatStaysFlatWithAnyFilter() {
        DetailFilterFit fit = new DetailFilterFit();
        fit.add(Kind.HALF, noisy(1), 120, 120, 90, STEP, stripes(240, 180, .5), 240);
        int[] flat = new int[40 * 40];
        Arrays.fill(flat, 1234);
        for (int sample : fit.filter().apply(Kind.HALF, flat, 40, 40, 40, STEP)) {
            assertEquals(1234, sample);
        }
    }

    /** A picture upside down or mirrored is filtered to the same, upside down or mirrored. */
    @Test
    void doublingKnowsNoSides() {
        DetailFilterFit fit = new DetailFilterFit();
        fit.add(Kind.HALF, noisy(1), 120, 120, 90, STEP, stripes(240, 180, .5), 240);
        DetailFilter filter = fit.filter();
        int[] plane = noisy(3);
        int[] mirrored = new int[plane.length];
        for (int i = 0; i < plane.length; i++) {
            mirrored[i] = plane[i / 120 * 120 + 119 - i % 120];
        }
        int[] a = filter.apply(Kind.HALF, plane, 120, 120, 90, STEP);
        int[] b = filter.apply(Kind.HALF, mirrored, 120, 120, 90, STEP);
        for (int i = 0; i < a.length; i++) {
            assertEquals(a[i], b[i / 240 * 240 + 239 - i % 240]);
        }
    }

    @Test
    void filtersGoThroughBytesAndHostileOnesStayInRange() {
        SplittableRandom random = new SplittableRandom(6);
        byte[] bytes = new byte[2 * DetailFilter.size()];
        random.nextBytes(bytes);
        DetailFilter wild = DetailFilter.ofBytes(bytes);
        assertArrayEquals(DetailFilter.ofBytes(wild.toBytes()).taps(), wild.taps());
        for (short tap : wild.taps()) {
            assertTrue(Math.abs(tap) <= DetailFilter.MAX_TAP);
        }
        for (int sample : wild.apply(Kind.QUARTER, noisy(2), 120, 120, 90, STEP)) {
            assertTrue(sample >= 0 && sample <= 255 << SamplePlane.UNIT_BITS);
        }
        assertThrows(IllegalArgumentException.class, () -> new DetailFilter(new short[5]));
    }
}
