package dev.tessera.codecs.circuit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuantizedCircuitTest {
    private static final int[] PARENTS = {2, 2, -1, 1, 1, 0, 2, 2};
    private static final int[] ALPHABETS = {3, 2, 4, 2, 5, 3, 2, 2};

    @Test
    void conditionalsSumToTheTotalExactlyAndAreCloseToEnumeration() {
        SplittableRandom random = new SplittableRandom(2);
        Enumeration oracle = new Enumeration(PARENTS, 3, ALPHABETS, 8);
        QuantizedCircuit.Inference inference = oracle.circuit().quantize().inference();
        for (int trial = 0; trial < 5; trial++) {
            int[] evidence = new int[ALPHABETS.length];
            Arrays.fill(evidence, HiddenChowLiuTree.MISSING);
            inference.begin();
            for (int v = inference.variable(); v >= 0; v = inference.variable()) {
                int[] frequencies = Arrays.copyOf(inference.frequencies(), ALPHABETS[v]);
                assertEquals(
                        1 << QuantizedCircuit.TOTAL_BITS,
                        Arrays.stream(frequencies).sum());
                assertTrue(Arrays.stream(frequencies).min().orElseThrow() >= 1);
                for (int x = 0; x < ALPHABETS[v]; x++) {
                    double p = frequencies[x] / (double) (1 << QuantizedCircuit.TOTAL_BITS);
                    assertEquals(oracle.conditional(v, x, evidence), p, 2e-3);
                }
                evidence[v] = random.nextInt(ALPHABETS[v]);
                inference.observe(evidence[v]);
            }
        }
    }

    @Test
    void extremeTablesStillSumExactly() {
        for (int states : new int[] {1, 2, 256}) {
            double[] prior = new double[states];
            prior[states - 1] = 1;
            double[] still = new double[states * states];
            double[] emission = new double[states * 300];
            for (int z = 0; z < states; z++) {
                still[z * states + z] = 1;
                emission[z * 300 + z] = 1;
            }
            HiddenChowLiuTree circuit = new HiddenChowLiuTree(
                    ChowLiuTree.ofParents(new int[] {-1, 0, 0, 1}),
                    new int[] {300, 300, 300, 300},
                    prior,
                    new double[][] {{}, still, still, still},
                    new double[][] {emission, emission, emission, emission});
            QuantizedCircuit.Inference inference = circuit.quantize().inference();
            for (int symbol : new int[] {0, 299, states - 1}) { // contradicts all evidence, never seen, certain
                inference.begin();
                while (inference.variable() >= 0) {
                    int[] frequencies = inference.frequencies();
                    assertEquals(
                            1 << QuantizedCircuit.TOTAL_BITS,
                            Arrays.stream(frequencies, 0, 300).sum());
                    assertTrue(Arrays.stream(frequencies, 0, 300).min().orElseThrow() >= 1);
                    inference.observe(symbol);
                }
            }
        }
    }

    @Test
    void rootPosteriorIsCloseToEnumerationForAnyEvidence() {
        SplittableRandom random = new SplittableRandom(4);
        Enumeration oracle = new Enumeration(PARENTS, 3, ALPHABETS, 9);
        QuantizedCircuit.Inference inference = oracle.circuit().quantize().inference();
        for (int trial = 0; trial < 40; trial++) {
            int[] evidence = oracle.evidence(random);
            evidence[2] = HiddenChowLiuTree.MISSING;
            int[] posterior = inference.rootPosterior(evidence);
            double sum = Arrays.stream(posterior).sum();
            for (int z = 0; z < 3; z++) {
                double expected = oracle.probability(evidence, 2, z) / oracle.probability(evidence);
                assertEquals(expected, posterior[z] / sum, 2e-3);
            }
        }
    }

    @Test
    void aBlockCostsTwoProductsAVariable() {
        for (int variables : new int[] {2, 64, 1000}) {
            int[] parents = new int[variables];
            for (int v = 0; v < variables; v++) {
                parents[v] = v == 0 ? -1 : (v - 1) / 2;
            }
            int[] alphabets = new int[variables];
            Arrays.fill(alphabets, 2);
            QuantizedCircuit.Inference inference = new Enumeration(parents, 2, alphabets, 1)
                    .circuit()
                    .quantize()
                    .inference();
            while (inference.variable() >= 0) {
                inference.frequencies();
                inference.observe(1);
            }
            assertEquals(2 * (variables - 1), inference.products());
        }
    }

    @Test
    void survivesWritingAndRefusesDamage() throws CorruptBitstreamException {
        QuantizedCircuit circuit =
                new Enumeration(PARENTS, 3, ALPHABETS, 9).circuit().quantize();
        byte[] bytes = circuit.write();
        QuantizedCircuit back = QuantizedCircuit.read(new TableBytes.Reader(bytes));
        assertArrayEquals(bytes, back.write());
        assertEquals(circuit.tree(), back.tree());
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(CorruptBitstreamException.class, () -> QuantizedCircuit.read(new TableBytes.Reader(cut)));
        }
        int refused = 0;
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                QuantizedCircuit.read(new TableBytes.Reader(flipped));
            } catch (CorruptBitstreamException e) {
                refused++;
            }
        }
        assertTrue(refused > 7 * bytes.length, "only " + refused + " flips of " + 8 * bytes.length + " seen");
    }
}
