package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.VectorQuantizer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KMeansStartTest {
    private static final Latents VECTORS = TestVectors.mixture(31, 4000, 5, 40);

    private static KMeans.Builder builder(KMeansStart start) {
        return KMeans.builder().codebookSize(40).start(start);
    }

    @ParameterizedTest
    @EnumSource
    void startsAreDistinctTrainingVectors(KMeansStart start) {
        Codebook codebook = builder(start).iterations(0).build().fit(VECTORS);
        Set<String> rows = new HashSet<>();
        for (int i = 0; i < VECTORS.count(); i++) {
            rows.add(Arrays.toString(Arrays.copyOfRange(VECTORS.data(), i * 5, i * 5 + 5)));
        }
        Set<String> chosen = new HashSet<>();
        for (int j = 0; j < 40; j++) {
            String code = Arrays.toString(codebook.codeVector(j));
            assertTrue(rows.contains(code));
            chosen.add(code);
        }
        assertEquals(40, chosen.size());
    }

    @ParameterizedTest
    @EnumSource
    void threadsChangeNothing(KMeansStart start) {
        float[] one = builder(start).threads(1).build().fit(VECTORS).toArray();
        assertArrayEquals(one, builder(start).threads(2).build().fit(VECTORS).toArray());
        assertArrayEquals(one, builder(start).threads(7).build().fit(VECTORS).toArray());
    }

    /** On separate clusters the starts that look at distortion find most of them, drawing at random does not. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RANDOM")
    void startsByDistortionBeatRandomOnes(KMeansStart start) {
        double random = distortion(KMeansStart.RANDOM);
        double found = distortion(start);
        assertTrue(found < 0.8 * random, start + ": " + found + " against " + random);
    }

    private static double distortion(KMeansStart start) {
        double sum = 0;
        for (int seed = 0; seed < 5; seed++) {
            sum += TestVectors.distortion(
                    VECTORS,
                    new VectorQuantizer(
                            builder(start).iterations(0).seed(seed).build().fit(VECTORS)));
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource
    void fewDistinctVectorsMakeASmallerCodebook(KMeansStart start) {
        float[] x = new float[300];
        for (int i = 0; i < 300; i++) {
            x[i] = i % 7;
        }
        Codebook codebook = builder(start).build().fit(Latents.of(300, 1, x));
        float[] codes = codebook.toArray();
        Arrays.sort(codes);
        assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5, 6}, codes);
    }

    /** A random start once became a k-means++ start as soon as two of the vectors drawn were equal. */
    @Test
    void randomStartStaysRandomAmongEqualVectors() {
        float[] x = VECTORS.data().clone();
        for (int i = 0; i < x.length; i += 10) { // every other vector is zero
            Arrays.fill(x, i, i + 5, 0);
        }
        Latents vectors = Latents.of(VECTORS.count(), 5, x);
        double random = 0;
        double spread = 0;
        for (int seed = 0; seed < 5; seed++) {
            random += TestVectors.distortion(vectors, start(KMeansStart.RANDOM, seed, vectors));
            spread += TestVectors.distortion(vectors, start(KMeansStart.PLUS_PLUS, seed, vectors));
        }
        assertTrue(random > 1.25 * spread, random + " against " + spread);
    }

    private static VectorQuantizer start(KMeansStart start, int seed, Latents vectors) {
        return new VectorQuantizer(
                builder(start).iterations(0).seed(seed).build().fit(vectors));
    }
}
