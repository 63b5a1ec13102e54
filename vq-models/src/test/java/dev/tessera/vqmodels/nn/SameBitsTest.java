package dev.tessera.vqmodels.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tessera.vqmodels.integer.IntegerSamples;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.fit.PqFit;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import dev.tessera.vqmodels.lowbit.fit.Vq16Fit;
import dev.tessera.vqmodels.lowbit.product.BitPlaneMatrix;
import dev.tessera.vqmodels.lowbit.product.LowBitInputs;
import dev.tessera.vqmodels.lowbit.product.LowBitMatrix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Law 1: networks give the same bits however the JVM runs. */
class SameBitsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xint",
                "-XX:TieredStopAtLevel=1",
                "-XX:UseAVX=0",
                "-XX:UseAVX=2",
                "-XX:-UseFMA",
                "-XX:MaxVectorSize=16",
                "-Dtessera.kernels=scalar"
            })
    void anotherJvmGivesTheSameBits(String flag) throws Exception {
        assertEquals(fingerprint(), inAnotherJvm(flag));
    }

    /** The bits of the first version: a change here changes what every shipped network gives. */
    @Test
    void theBitsAreThoseOfEveryVersion() {
        assertEquals(
                "202344364 1690311685 -89415859 1862330324 1701821166 -1098231809 1389389876 -514914291",
                fingerprint());
    }

    /** Prints the fingerprint, for the parent to compare. */
    public static void main(String[] args) {
        System.out.println(fingerprint());
    }

    private static String fingerprint() {
        Maps maps = new Maps(20);
        int picture = new Network(maps.image()).run(maps.map(3, 8, 16), 1).hashCode();
        int sound = new Network(maps.audio(true)).run(maps.map(5, 1, 40), 1).hashCode();
        int vector = maps.linear(100, 70).apply(maps.map(70, 1, 1), 1).hashCode();
        int heard = new Network(maps.hearing()).run(maps.map(1, 1, 60), 1).hashCode();
        int integers = IntegerSamples.fingerprint();
        return picture + " " + sound + " " + vector + " " + heard + " " + integers + " " + lowBits() + " " + bitPlanes()
                + " " + batches();
    }

    private static int lowBits() {
        WeightMatrix matrix = Samples.matrix(7, 70, 150);
        float[] x = Samples.inputs(8, 1, 150);
        int hash = 0;
        for (ScalarFormat format : List.of(
                ScalarFormat.int8(), ScalarFormat.affine(4, 32), ScalarFormat.ternary(), ScalarFormat.binary())) {
            QuantizedWeights weights = RoundToNearest.standard(1).quantize(matrix, format);
            hash = 31 * hash + Arrays.hashCode(LowBitMatrix.of(weights).multiply(x, 1));
        }
        WeightMatrix small = Samples.matrix(11, 50, 40);
        for (QuantizedWeights vectors : List.of(
                Vq16Fit.builder().dim(2).iterations(1).threads(1).build().quantize(small),
                PqFit.builder()
                        .dim(4)
                        .codebookSize(20)
                        .iterations(1)
                        .threads(1)
                        .build()
                        .quantize(small))) {
            hash = 31 * hash + Arrays.hashCode(LowBitMatrix.of(vectors).multiply(Arrays.copyOf(x, 40), 1));
        }
        return hash;
    }

    private static int batches() {
        WeightMatrix matrix = Samples.matrix(11, 70, 150);
        float[] x = Samples.inputs(12, 9, 150);
        int hash = 0;
        for (ScalarFormat format : List.of(
                ScalarFormat.int8(), ScalarFormat.affine(4, 32), ScalarFormat.ternary(), ScalarFormat.binary())) {
            QuantizedWeights weights = RoundToNearest.standard(1).quantize(matrix, format);
            hash = 31 * hash + Arrays.hashCode(LowBitMatrix.of(weights).multiply(x, 9, 1));
        }
        return hash;
    }

    private static int bitPlanes() {
        WeightMatrix matrix = Samples.matrix(9, 40, 300);
        float[] x = Samples.inputs(10, 1, 300);
        int hash = 0;
        for (ScalarFormat format : List.of(ScalarFormat.affine(2, 32), ScalarFormat.ternary(), ScalarFormat.binary())) {
            BitPlaneMatrix product =
                    BitPlaneMatrix.of(RoundToNearest.standard(1).quantize(matrix, format));
            hash = 31 * hash + Arrays.hashCode(product.multiply(LowBitInputs.signed(x, 1), 1));
            hash = 31 * hash + Arrays.hashCode(product.multiply(LowBitInputs.unsigned(x, 2), 1));
        }
        return hash;
    }

    private static String inAnotherJvm(String flag) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                flag,
                "-Xshare:auto",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                SameBitsTest.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), "exit code of the JVM with " + flag);
        return out;
    }
}
