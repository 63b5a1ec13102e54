package dev.tessera.samples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codecs.AdaptiveSymbolModel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every example runs, and says what it is meant to show. */
class ExamplesTest {
    @Test
    void codebookExampleReconstructsThePhoto() throws Exception {
        List<String> lines = run(() -> CodebookExample.main(new String[0]));
        assertEquals("Latents[128, 128] x 16 -> Tokens[1 stages, [128, 128], K [64]]", lines.get(0));
        double decibels = Double.parseDouble(lines.get(2).replace(" dB", ""));
        assertTrue(decibels > 28 && decibels < 45, lines.get(2));
    }

    @Test
    void ownEncoderExampleIsCloserThanAMean() throws Exception {
        List<String> lines = run(() -> OwnEncoderExample.main(new String[0]));
        assertEquals("168 temperatures -> Tokens[3 stages, [7], K [64, 64, 64]]", lines.get(0));
        double error = Double.parseDouble(lines.get(1).replaceAll("[^0-9.]", ""));
        assertTrue(error < 0.5, lines.get(1));
    }

    @Test
    void ownEncoderAndDecoderAreInverse() {
        float[] days = OwnEncoderExample.temperatures(5, 3);
        Latents latents = new OwnEncoderExample.DayEncoder().encode(days);
        assertEquals(OwnEncoderExample.HOURS + 1, latents.dim());
        assertArrayEquals(days, new OwnEncoderExample.DayDecoder().decode(latents), 1e-4f);
    }

    @Test
    void ownModelExampleDecodesAndSavesBytes() throws Exception {
        List<String> lines = run(() -> OwnModelExample.main(new String[0]));
        assertEquals("decoded: # Sample photos and recordings", lines.get(1));

        byte[] text = Files.readAllBytes(Path.of("media/LICENSES.md"));
        byte[] plain = OwnModelExample.encode(text, new AdaptiveSymbolModel(256));
        byte[] own = OwnModelExample.encode(text, new OwnModelExample.PreviousByteModel());
        assertTrue(own.length < plain.length && plain.length < text.length, own.length + " " + plain.length);
        assertArrayEquals(text, OwnModelExample.decode(own, text.length, new OwnModelExample.PreviousByteModel()));
    }

    @Test
    void utilizationExampleStaysBelowTheCeiling() throws Exception {
        List<String> lines = run(() -> UtilizationExample.main(new String[0]));
        assertEquals(4, lines.size());
        Matcher figures = Pattern.compile("4096 tokens, K 8192, utilization ([0-9.]+) of at most ([0-9.]+) expected")
                .matcher(lines.get(3));
        assertTrue(figures.find(), lines.get(3));
        double utilization = Double.parseDouble(figures.group(1));
        double ceiling = Double.parseDouble(figures.group(2));
        assertEquals(1 - Math.pow(1 - 1 / 8192.0, 4096), ceiling, 0.001);
        assertTrue(utilization > 0.05 && utilization < ceiling, lines.get(3));
    }

    @Test
    void seriesExampleFollowsTheSpeech() throws Exception {
        List<String> lines = run(() -> SeriesExample.main(new String[0]));
        assertEquals("500 frames of 80 channels -> 125 tokens, K 4096, look-ahead 0", lines.get(0));
        Matcher errors = Pattern.compile("error ([0-9.]+) dB of ([0-9.]+) dB").matcher(lines.get(1));
        assertTrue(errors.find(), lines.get(1));
        double left = Double.parseDouble(errors.group(1)) / Double.parseDouble(errors.group(2));
        assertTrue(left < 0.6, lines.get(1));
    }

    @FunctionalInterface
    private interface Program {
        void run() throws Exception;
    }

    private static List<String> run(Program program) throws Exception {
        PrintStream stdout = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(stdout);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
