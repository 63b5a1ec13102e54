package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CodebookUsageTest {
    @Test
    void handComputedValues() {
        CodebookUsage usage = CodebookUsage.of(new long[] {4, 2, 1, 1, 0, 0, 0, 0});
        assertEquals(8, usage.tokens());
        assertEquals(4, usage.used());
        assertEquals(4, usage.deadCodes());
        assertEquals(0.5, usage.utilization());
        assertEquals(1 - Math.pow(7 / 8.0, 8), usage.utilizationCeiling(), 1e-12);
        assertEquals(1, usage.utilizationMaximum());
        assertEquals(1.75, usage.entropyBits(), 1e-12);
        assertEquals(Math.pow(2, 1.75), usage.perplexity(), 1e-12);
        assertEquals(0.5, usage.topShare());
        assertEquals(0.5, usage.top1PercentShare());
        assertEquals(3 - 1.75, usage.bitsRecoverable(), 1e-12);
        assertEquals(1.75 + 3 / (16 * Math.log(2)), usage.entropyBitsMillerMadow(), 1e-12);
        assertEquals((7 * 4 + 5 * 2 + 3 + 1) / 64.0, usage.giniCoefficient(), 1e-12);
    }

    /** The definition: sum over all ordered pairs of |a - b|, over 2 K times the sum. */
    private static double pairwiseGini(long[] counts) {
        double differences = 0;
        double sum = 0;
        for (long a : counts) {
            sum += a;
            for (long b : counts) {
                differences += Math.abs(a - b);
            }
        }
        return differences / (2 * counts.length * sum);
    }

    @Property(tries = 200)
    void giniIsItsDefinition(@ForAll @Size(min = 1, max = 40) List<@IntRange(min = 0, max = 99) Integer> list) {
        long[] counts = list.stream().mapToLong(i -> i).toArray();
        double expected = Arrays.stream(counts).sum() == 0 ? 0 : pairwiseGini(counts);
        assertEquals(expected, CodebookUsage.of(counts).giniCoefficient(), 1e-12);
    }

    @Test
    void sharesOfTheMostFrequentCodes() {
        UsageCounter counter = new UsageCounter(201);
        for (int i = 0; i < 201; i++) {
            for (int n = 0; n < (i == 77 ? 300 : i == 5 ? 200 : i == 200 ? 100 : 1); n++) {
                counter.add(i);
            }
        }
        assertEquals(300 / 798.0, counter.topShare(1), 1e-12);
        assertEquals(500 / 798.0, counter.topShare(2), 1e-12);
        assertEquals(600 / 798.0, counter.usage().top1PercentShare(), 1e-12); // 1 % of 201 is 3, rounded up
        assertEquals(1, counter.topShare(201), 1e-12);
        assertThrows(IllegalArgumentException.class, () -> counter.topShare(0));
        assertThrows(IllegalArgumentException.class, () -> counter.topShare(202));
    }

    @Test
    void agesCountTheTokensSinceTheLastHit() {
        UsageCounter counter = new UsageCounter(4);
        assertEquals(0, counter.age(2));
        for (int i : new int[] {2, 0, 0, 1, 2, 1}) {
            counter.add(i);
        }
        assertEquals(3, counter.age(0));
        assertEquals(0, counter.age(1));
        assertEquals(1, counter.age(2));
        assertEquals(6, counter.age(3));
        assertArrayEquals(new int[] {0, 2, 3}, counter.deadCodes(0));
        assertArrayEquals(new int[] {3}, counter.deadCodes(3));
        assertThrows(IllegalArgumentException.class, () -> counter.age(4));
        assertThrows(IllegalArgumentException.class, () -> counter.deadCodes(-1));
    }

    @Test
    void threadsCountLikeOne() {
        SplittableRandom random = new SplittableRandom(3);
        int[] indices = random.ints(10_007, 0, 5000).toArray();
        UsageCounter plain = new UsageCounter(5000);
        for (int i : indices) {
            plain.add(i);
        }
        for (int threads : new int[] {1, 2, 7}) {
            UsageCounter counter = UsageCounter.of(indices, 5000, threads);
            assertArrayEquals(plain.counts(), counter.counts());
            assertEquals(plain.total(), counter.total());
            for (int i = 0; i < 5000; i++) {
                assertEquals(plain.age(i), counter.age(i));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> UsageCounter.of(indices, 5000, 0));
        assertThrows(IllegalArgumentException.class, () -> UsageCounter.of(indices, 4000, 2));
    }

    @Test
    void slicesAreCountedApartAndMerge() {
        UsageBySlice slices = new UsageBySlice(4);
        slices.add("cat", 1);
        slices.add("cat", 1);
        slices.add("ant", 3);
        UsageBySlice other = new UsageBySlice(4);
        other.add("cat", 2);
        other.add("bee", Tokens.of(new int[] {2}, new int[] {4}, new int[] {0, 0}), 0);
        slices.merge(other);
        assertEquals(List.of("ant", "bee", "cat"), List.copyOf(slices.slices()));
        assertEquals(CodebookUsage.of(new long[] {0, 2, 1, 0}), slices.usages().get("cat"));
        assertArrayEquals(new long[] {2, 0, 0, 0}, slices.counter("bee").counts());
        assertEquals(0, slices.counter("cat").age(2));
        assertArrayEquals(new long[] {2, 2, 1, 1}, slices.total().counts());
        slices.counter("cat").add(0);
        assertEquals(0, slices.counter("cat").counts()[0], "a copy");
        assertThrows(IllegalArgumentException.class, () -> slices.counter("dog"));
        assertThrows(IllegalArgumentException.class, () -> slices.add("dog", 4));
        assertEquals(3, slices.slices().size(), "a bad index makes no slice");
        assertThrows(IllegalArgumentException.class, () -> slices.merge(new UsageBySlice(5)));
    }

    @Test
    void deadBelowAThreshold() {
        long[] counts = {4, 2, 1, 1, 0, 0, 0, 0};
        assertEquals(1, CodebookUsage.of(counts).deadBelow());
        CodebookUsage usage = CodebookUsage.of(counts, 2);
        assertEquals(6, usage.deadCodes());
        assertEquals(2, usage.deadBelow());
        assertEquals(4, usage.used());
        assertEquals(Math.pow(2, 1.75) / 8, usage.relativePerplexity(), 1e-12);
        assertThrows(IllegalArgumentException.class, () -> CodebookUsage.of(counts, 0));
    }

    @Test
    void everyStageHasItsOwnStatistics() {
        Tokens tokens = Tokens.of(new int[] {4}, new int[] {2, 4}, new int[] {0, 1, 1, 1, 3, 3, 3, 3});
        List<CodebookUsage> usages = CodebookUsage.ofStages(tokens);
        assertEquals(CodebookUsage.of(new long[] {1, 3}), usages.get(0));
        assertEquals(CodebookUsage.of(new int[] {3, 3, 3, 3}, 4), usages.get(1));
        assertEquals(0, usages.get(1).entropyBits());
        assertEquals(1, usages.get(1).topShare());
    }

    @Test
    void fewerTokensThanCodesLowerTheMaximum() {
        long[] counts = new long[100];
        counts[3] = 1;
        counts[7] = 1;
        CodebookUsage usage = CodebookUsage.of(counts);
        assertEquals(0.02, usage.utilizationMaximum(), 1e-12);
        assertEquals(0.0199, usage.utilizationCeiling(), 1e-12);
    }

    @Test
    void uniformUseIsFullPerplexity() {
        long[] counts = new long[64];
        Arrays.fill(counts, 1000);
        assertEquals(64, CodebookUsage.of(counts).perplexity(), 1e-9);
        assertEquals(0, CodebookUsage.of(counts).giniCoefficient());
        assertEquals(0, CodebookUsage.of(counts).bitsRecoverable(), 1e-12);
    }

    @Test
    void nothingCountedAndBadIndices() {
        CodebookUsage nothing = new UsageCounter(5).usage();
        assertEquals(5, nothing.deadCodes());
        assertEquals(0, nothing.giniCoefficient() + nothing.top1PercentShare() + nothing.bitsRecoverable());
        assertEquals(0, nothing.entropyBitsMillerMadow());
        assertThrows(IllegalArgumentException.class, () -> new UsageCounter(5).add(5));
        assertThrows(IllegalArgumentException.class, () -> new UsageCounter(0));
        assertThrows(IllegalArgumentException.class, () -> new UsageCounter(5).merge(new UsageCounter(6)));
    }

    @Property
    void partsMergeToTheWhole(
            @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 9) Integer> first,
            @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 9) Integer> second) {
        UsageCounter whole = new UsageCounter(10);
        UsageCounter a = new UsageCounter(10);
        UsageCounter b = new UsageCounter(10);
        first.forEach(i -> {
            whole.add(i);
            a.add(i);
        });
        second.forEach(i -> {
            whole.add(i);
            b.add(i);
        });
        a.merge(b);
        assertEquals(whole.usage(), a.usage());
        for (int i = 0; i < 10; i++) {
            assertEquals(whole.age(i), a.age(i));
        }
    }
}
