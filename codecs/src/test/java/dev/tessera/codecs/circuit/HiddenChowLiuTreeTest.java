package dev.tessera.codecs.circuit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HiddenChowLiuTreeTest {
    private static final int[][] TREES = {{-1, 0, 1, 2, 3}, {2, 2, -1, 2, 2}, {1, -1, 1, 2, 0}};
    private static final int[] ALPHABETS = {2, 3, 4, 2, 3};

    @Test
    void marginalsConditionalsAndPosteriorsEqualEnumeration() {
        SplittableRandom random = new SplittableRandom(11);
        for (int[] parents : TREES) {
            Enumeration oracle = new Enumeration(parents, 3, ALPHABETS, random.nextLong());
            HiddenChowLiuTree circuit = oracle.circuit();
            for (int trial = 0; trial < 20; trial++) {
                int[] evidence = oracle.evidence(random);
                assertEquals(Math.log(oracle.probability(evidence)), circuit.logMarginal(evidence), 1e-10);
                for (int v = 0; v < ALPHABETS.length; v++) {
                    double[] conditional = circuit.conditional(v, evidence);
                    for (int x = 0; x < ALPHABETS[v]; x++) {
                        assertEquals(oracle.conditional(v, x, evidence), conditional[x], 1e-10);
                    }
                    int[] others = evidence.clone();
                    others[v] = HiddenChowLiuTree.MISSING;
                    double[] posterior = circuit.latentPosterior(v, evidence);
                    for (int z = 0; z < 3; z++) {
                        double expected = oracle.probability(others, v, z) / oracle.probability(others);
                        assertEquals(expected, posterior[z], 1e-10);
                    }
                }
            }
        }
    }

    @Test
    void learningNeverLowersTheLikelihoodAndBeatsIndependence() {
        Enumeration source = new Enumeration(TREES[2], 3, ALPHABETS, 5);
        int[][] samples = samples(source, 2000);
        HiddenChowLiuLearner learner = new HiddenChowLiuLearner(3, 1, 1e-9, 7);
        ChowLiuTree tree = ChowLiuTree.learn(samples, ALPHABETS, 0);
        HiddenChowLiuTree model = learner.fit(tree, samples, ALPHABETS);
        double last = logLikelihood(model, samples);
        for (int i = 0; i < 60; i++) {
            model = learner.refine(model, samples);
            double now = logLikelihood(model, samples);
            assertTrue(now >= last - 1e-6, now + " after " + last);
            last = now;
        }
        double independent =
                logLikelihood(new HiddenChowLiuLearner(1, 1, 1e-9, 7).fit(tree, samples, ALPHABETS), samples);
        double truth = logLikelihood(source.circuit(), samples);
        assertTrue(last > independent + 0.7 * (truth - independent), last + " of " + independent + " .. " + truth);
    }

    @Test
    void learnsFromSamplesWithMissingEntriesAndIsReproducible() {
        Enumeration source = new Enumeration(TREES[0], 2, ALPHABETS, 6);
        int[][] samples = samples(source, 300);
        SplittableRandom random = new SplittableRandom(1);
        for (int[] sample : samples) {
            sample[random.nextInt(sample.length)] = HiddenChowLiuTree.MISSING;
        }
        HiddenChowLiuLearner learner = new HiddenChowLiuLearner(2, 5, 0.1, 7);
        double[] first = learner.fit(source.tree, samples, ALPHABETS).conditional(1, new int[] {0, -1, 2, -1, 1});
        double[] second = learner.fit(source.tree, samples, ALPHABETS).conditional(1, new int[] {0, -1, 2, -1, 1});
        assertArrayEquals(first, second);
        assertEquals(1, Arrays.stream(first).sum(), 1e-12);
    }

    @Test
    void refusesBadArguments() {
        Enumeration oracle = new Enumeration(TREES[0], 2, ALPHABETS, 6);
        HiddenChowLiuTree circuit = oracle.circuit();
        assertThrows(IllegalArgumentException.class, () -> circuit.logMarginal(new int[] {0, 0}));
        assertThrows(IllegalArgumentException.class, () -> circuit.logMarginal(new int[] {2, 0, 0, 0, 0}));
        double[] bad = {0.5, 0.6};
        assertThrows(
                IllegalArgumentException.class,
                () -> new HiddenChowLiuTree(oracle.tree, ALPHABETS, bad, oracle.transitions, oracle.emissions));
        assertThrows(IllegalArgumentException.class, () -> new HiddenChowLiuLearner(0, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new HiddenChowLiuLearner(2, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new HiddenChowLiuLearner(2, 1, 0, 1));
    }

    /** Ancestral samples. */
    static int[][] samples(Enumeration source, int count) {
        SplittableRandom random = new SplittableRandom(99);
        int[][] samples = new int[count][source.alphabetSizes.length];
        int[] latents = new int[source.alphabetSizes.length];
        for (int[] sample : samples) {
            for (int v : source.tree.order()) {
                int parent = source.tree.parents()[v];
                latents[v] = parent < 0
                        ? draw(source.prior, 0, source.states, random)
                        : draw(source.transitions[v], latents[parent] * source.states, source.states, random);
                sample[v] = draw(
                        source.emissions[v], latents[v] * source.alphabetSizes[v], source.alphabetSizes[v], random);
            }
        }
        return samples;
    }

    private static int draw(double[] table, int from, int length, SplittableRandom random) {
        double u = random.nextDouble();
        int x = 0;
        while (x < length - 1 && u >= table[from + x]) {
            u -= table[from + x++];
        }
        return x;
    }

    private static double logLikelihood(HiddenChowLiuTree model, int[][] samples) {
        return Arrays.stream(samples).mapToDouble(model::logMarginal).sum();
    }
}
