package dev.tessera.vqmodels.integer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IntegerGraphTest {
    private static final IntegerFormat TWO = IntegerSamples.format(2, 100, 0);

    /** Integers alone, so these hold for every version and machine. */
    @Test
    void golden() {
        List<IntegerTensor> found =
                IntegerSamples.graph(5).evaluate(IntegerSamples.grid(6, 5, 9, 3), IntegerSamples.WINDOW);
        assertArrayEquals(
                new int[] {1497, 5290, 152, 5981, 1916, 344, 17588},
                Arrays.copyOfRange(found.get(0).toInts(), 140, 147));
        assertArrayEquals(
                new int[] {-41, 407, 724, 504, 141, 360, -256},
                Arrays.copyOfRange(found.get(1).toInts(), 140, 147));
        assertEquals(IntegerSamples.GOLDEN, IntegerSamples.fingerprint());
    }

    @Test
    void onePositionIsWhatTheGridHasThere() {
        IntegerGraph graph = IntegerSamples.graph(1);
        IntegerTensor grid = IntegerSamples.grid(2, 4, 6, 3);
        List<IntegerTensor> all = graph.evaluate(grid, IntegerSamples.WINDOW);
        assertArrayEquals(new int[] {4, 6, 7}, all.get(0).shape());
        assertEquals(graph.format("means").unit(), all.get(1).unit());
        int[] context = new int[graph.input().size()];
        int[] out = new int[graph.outputSize()];
        IntegerGraph.Run run = graph.new Run();
        for (int position : new int[] {0, 23, 5, 12}) {
            IntegerSamples.WINDOW.gather(grid.toInts(), 4, 6, position / 6, position % 6, context, 0);
            run.evaluate(context, out);
            for (int i = 0; i < 7; i++) {
                assertEquals(all.get(0).get(position * 7 + i), out[i]);
                assertEquals(all.get(1).get(position * 7 + i), out[7 + i]);
            }
            assertEquals(1 << 15, Arrays.stream(out, 0, 7).sum());
        }
    }

    @Test
    void nothingThatComesLaterChangesAnything() {
        IntegerGraph graph = IntegerSamples.graph(1);
        int[] values = IntegerSamples.grid(2, 4, 6, 3).toInts();
        IntegerTensor before = graph.evaluate(IntegerTensor.of(Dyadic.ONE, values, 4, 6, 3), IntegerSamples.WINDOW)
                .get(1);
        int changed = 2 * 6 + 3;
        values[changed * 3 + 1] += 500;
        IntegerTensor after = graph.evaluate(IntegerTensor.of(Dyadic.ONE, values, 4, 6, 3), IntegerSamples.WINDOW)
                .get(1);
        int end = (changed + 1) * 7;
        assertArrayEquals(Arrays.copyOf(before.toInts(), end), Arrays.copyOf(after.toInts(), end));
        assertNotEquals(before, after);
    }

    @Test
    void valuesBeyondTheRangeOfTheInputCountAsItsEnds() {
        IntegerGraph graph = IntegerSamples.graph(1);
        int[] large = new SplittableRandom(8).ints(graph.input().size()).toArray();
        int[] cut = Arrays.stream(large).map(v -> Math.clamp(v, -2000, 2000)).toArray();
        int[][] out = new int[2][graph.outputSize()];
        graph.new Run().evaluate(large, out[0]);
        graph.new Run().evaluate(cut, out[1]);
        assertArrayEquals(out[1], out[0]);
    }

    @Test
    void refusesWhatDoesNotFitTogether() {
        IntegerGraph.Node relu = new IntegerGraph.Node("relu", List.of("input"), new IntegerRelu(TWO));
        assertRefused("layer 'relu' is there twice", List.of(relu, relu), "relu");
        assertRefused("there is no 'x' before the layer that takes it", List.of(relu), "x");
        assertRefused("number of layers is 0, must be in [1, 256]", List.of(), "input");
        assertRefused(
                "name of a layer is 'Relu.1', must be like first_1",
                List.of(new IntegerGraph.Node("Relu.1", List.of("input"), new IntegerRelu(TWO))),
                "input");
        assertRefused(
                "layer 'next' takes IntegerFormat[size=2, least=-100, most=100, unit=1/2^0] but 'relu' gives "
                        + "IntegerFormat[size=2, least=0, most=100, unit=1/2^0]",
                List.of(relu, new IntegerGraph.Node("next", List.of("relu"), new IntegerRelu(TWO))),
                "next");
        assertRefused(
                "layer 'next' is given 2 inputs, must have 1",
                List.of(relu, new IntegerGraph.Node("next", List.of("relu", "relu"), new IntegerRelu(TWO))),
                "next");
        IntegerGraph graph = new IntegerGraph(TWO, List.of(relu), List.of("relu"));
        assertThrows(IllegalArgumentException.class, () -> graph.new Run().evaluate(new int[3], new int[2]));
        assertThrows(
                IllegalArgumentException.class,
                () -> graph.evaluate(IntegerSamples.grid(1, 2, 2, 2), IntegerSamples.WINDOW));
    }

    private static void assertRefused(String message, List<IntegerGraph.Node> nodes, String output) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> new IntegerGraph(TWO, nodes, List.of(output)))
                        .getMessage());
    }

    @Test
    void tensorsAreCopiesThatKnowTheirShape() {
        int[] values = {1, 2, 3, 4, 5, 6};
        IntegerTensor tensor = IntegerTensor.of(new Dyadic(1, 6), values, 2, 3);
        values[0] = 9;
        tensor.toInts()[1] = 9;
        assertEquals(IntegerTensor.of(new Dyadic(1, 6), new int[] {1, 2, 3, 4, 5, 6}, 2, 3), tensor);
        assertEquals(4, tensor.get(3));
        assertEquals("IntegerTensor[2, 3] in 1/2^6", tensor.toString());
        assertThrows(IllegalArgumentException.class, () -> IntegerTensor.of(Dyadic.ONE, values, 2, 2));
        assertThrows(IllegalArgumentException.class, () -> IntegerTensor.of(Dyadic.ONE, values, 1 << 30, 1 << 30, 16));
    }
}
