package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.learn.KMeans;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizerThreadsTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2048, 2049, 9999})
    void sameIndicesForAnyThreadCount(int count) {
        Latents vectors = TestVectors.mixture(12, count, 6, 9);
        Codebook six = KMeans.builder().codebookSize(30).build().fit(TestVectors.mixture(12, 500, 6, 9));
        Codebook three = KMeans.builder().codebookSize(20).build().fit(TestVectors.mixture(12, 500, 3, 9));
        for (Quantizer quantizer : List.of(
                new VectorQuantizer(six),
                new ResidualQuantizer(List.of(six, six)),
                new ProductQuantizer(List.of(three, three)))) {
            int[] one = quantizer.quantize(vectors);
            assertEquals(count * quantizer.stages(), one.length);
            for (int threads : new int[] {2, 7}) {
                assertArrayEquals(one, quantizer.quantize(vectors, threads));
            }
            assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(vectors, 0));
        }
    }

    @Test
    void everyTaskRunsOnceAndAFailureReachesTheCaller() {
        for (int threads : new int[] {1, 3}) {
            try (Workers workers = new Workers(threads)) {
                AtomicIntegerArray calls = new AtomicIntegerArray(500);
                workers.run(500, calls::incrementAndGet);
                for (int i = 0; i < 500; i++) {
                    assertEquals(1, calls.get(i));
                }
                AtomicInteger started = new AtomicInteger();
                IllegalStateException failure = assertThrows(
                        IllegalStateException.class,
                        () -> workers.run(100_000, i -> {
                            started.incrementAndGet();
                            throw new IllegalStateException("task");
                        }));
                assertEquals("task", failure.getMessage());
                assertTrue(started.get() <= threads);
            }
        }
    }
}
