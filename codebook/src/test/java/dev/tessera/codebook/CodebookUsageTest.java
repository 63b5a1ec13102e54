package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
        java.util.List<CodebookUsage> usages = CodebookUsage.ofStages(tokens);
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
        java.util.Arrays.fill(counts, 1000);
        assertEquals(64, CodebookUsage.of(counts).perplexity(), 1e-9);
    }

    @Test
    void nothingCountedAndBadIndices() {
        assertEquals(5, new UsageCounter(5).usage().deadCodes());
        assertThrows(IllegalArgumentException.class, () -> new UsageCounter(5).add(5));
        assertThrows(IllegalArgumentException.class, () -> new UsageCounter(0));
        assertThrows(IllegalArgumentException.class, () -> new UsageCounter(5).merge(new UsageCounter(6)));
    }

    @Property
    void partsMergeToTheWhole(
            @ForAll @Size(max = 60) java.util.List<@IntRange(min = 0, max = 9) Integer> first,
            @ForAll @Size(max = 60) java.util.List<@IntRange(min = 0, max = 9) Integer> second) {
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
    }
}
