package dev.tessera.cli;

import static dev.tessera.cli.Run.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.training.WeightTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code tessera quantize} as scripts see it. */
class QuantizeContractTest {
    private static final String PICTURES = RecordingTrainer.MODEL.toString();
    private static final String FSQ = "../image/src/test/resources/models/neural-fsq-test.safetensors";
    private static final String SOUNDS = RecordingTrainer.SOUND_MODEL.toString();
    private static final String PHOTO = "../samples/media/photo-coffee.jpg";
    private static final String SPEECH = "../samples/media/speech-english.wav";

    @TempDir
    private Path folder;

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private Run quantize(String model, String weights, String... more) {
        List<String> args = new ArrayList<>(List.of("quantize", model, "-o", path("q.safetensors"), "--overwrite"));
        args.addAll(List.of("--weights", weights));
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    private static double number(Map<?, ?> fields, String name) {
        return ((Number) fields.get(name)).doubleValue();
    }

    @Test
    void aModelInInt8TokenizesAlmostAsBefore() throws IOException {
        Run made = quantize(PICTURES, "int8", "--calibration", PHOTO, "--eval", PHOTO, "--json");
        Map<String, Object> json = made.json();
        assertEquals(0, made.code(), made.err());
        assertEquals("int8", json.get("weights"));
        assertEquals("gptq", json.get("method"));
        assertEquals(Files.size(folder.resolve("q.safetensors")), number(json, "bytes"));
        Map<?, ?> before = (Map<?, ?>) json.get("before");
        Map<?, ?> after = (Map<?, ?>) json.get("after");
        assertEquals(Files.size(Path.of(PICTURES)), number(before, "bytes"));
        assertTrue(number(after, "bytes") < number(before, "bytes"), after.toString());
        assertEquals(number(before, "psnr"), number(after, "psnr"), 0.2);
        assertTrue(before.keySet().containsAll(List.of("ms_ssim", "encode_seconds", "decode_seconds")));
        assertEquals(64 * 64, json.get("tokens"));
        List<?> equal = (List<?>) json.get("equal_tokens");
        assertEquals(1, equal.size());
        assertTrue((Double) equal.getFirst() > 0.95, equal.toString());
        assertFalse(json.containsKey("equal_digits"));
        List<?> layers = (List<?>) json.get("layers");
        assertEquals(8, layers.size());
        List<?> formats =
                layers.stream().map(layer -> ((Map<?, ?>) layer).get("weights")).toList();
        assertEquals(2, Collections.frequency(formats, "int8"), formats.toString());
        assertEquals(6, Collections.frequency(formats, null), "too small to gain");
        assertTrue(layers.stream().anyMatch(layer -> ((Map<?, ?>) layer).containsKey("error_to_noise")));
        assertEquals(1, json.get("items"));
        assertEquals(PHOTO, ((Map<?, ?>) ((List<?>) json.get("results")).getFirst()).get("input"));

        Run tokens = run("tokenize", PHOTO, "-o", path("t"), "--model", path("q.safetensors"), "--json");
        assertEquals(json.get("sha256"), tokens.json().get("model_sha256"));
        assertEquals(
                0,
                run("detokenize", path("t"), "-o", path("b"), "--model", path("q.safetensors"))
                        .code());
        String file = path("c.tsr");
        assertEquals(
                0,
                run("compress", PHOTO, "-o", file, "--model", path("q.safetensors"), "--verify")
                        .code());
        Run prior = run("train", "prior", PHOTO, "--model", path("q.safetensors"), "-o", path("p.safetensors"));
        assertEquals(0, prior.code(), prior.err());
        assertTrue(run("info", path("p.safetensors")).out().contains("encoder.0.weight.codes=I8[6, 192]"));
        assertEquals(2, quantize(path("q.safetensors"), "int4").code());
    }

    @Test
    void equalTokensAreReportedByStageAndByDimension() throws IOException {
        Map<String, Object> sound =
                quantize(SOUNDS, "fp8", "--eval", SPEECH, "--json").json();
        assertEquals("rtn", sound.get("method"));
        assertEquals(3, ((List<?>) sound.get("equal_tokens")).size());
        assertTrue(((Map<?, ?>) sound.get("after")).keySet().containsAll(List.of("mel_distance", "si_sdr")));
        Map<String, Object> fsq =
                quantize(FSQ, "int4", "--eval", PHOTO, "--json").json();
        List<?> digits = (List<?>) fsq.get("equal_digits");
        assertEquals(6, digits.size());
        for (Object digit : digits) {
            assertTrue((Double) digit >= (Double) ((List<?>) fsq.get("equal_tokens")).getFirst(), digits.toString());
        }
    }

    /** One file, and what is cut of it: as small as asked for, and no longer the same tokens. */
    @Test
    void planesAreCutToABudget() throws IOException {
        Run made = quantize(PICTURES, "planes", "--calibration", PHOTO, "--json");
        assertEquals(0, made.code(), made.err());
        assertEquals("bitstack", made.json().get("method"));
        Path whole = Files.move(folder.resolve("q.safetensors"), folder.resolve("whole.safetensors"));
        long budget = Files.size(whole) - 500;
        Run cut = quantize(whole.toString(), "planes", "--budget", String.valueOf(budget), "--eval", PHOTO, "--json");
        assertEquals(0, cut.code(), cut.err());
        assertTrue(Files.size(folder.resolve("q.safetensors")) <= budget);
        assertEquals(Files.size(whole), number((Map<?, ?>) cut.json().get("before"), "bytes"));
        double equal = (Double) ((List<?>) cut.json().get("equal_tokens")).getFirst();
        assertTrue(equal > 0.5 && equal < 1, equal + " equal tokens");
        Run none = quantize(whole.toString(), "planes");
        assertEquals(2, none.code());
        assertTrue(none.err().contains("--budget says what to cut it to"), none.err());
        Run small = quantize(whole.toString(), "planes", "--budget", "100");
        assertEquals(2, small.code(), small.err());
        assertTrue(small.err().contains("must be at least"), small.err());
        assertEquals(0, quantize(PICTURES, "planes", "--rotate").code());
    }

    @ParameterizedTest
    @CsvSource({
        "int4,clip",
        "int3,gptq",
        "int2,quantease",
        "nf4,rtn",
        "fp4,clip",
        "mxfp4,rtn",
        "nvfp4,gptq",
        "fp6,gptq",
        "fp8,gptq",
        "ternary,round",
        "binary,clip",
        "vq16,kmeans",
        "pq,kmeans",
        "vq16,vptq",
        "pvq,rtn",
        "pvq,gptq",
        "planes,bitstack"
    })
    void everyFormatIsWritten(String weights, String method) throws IOException {
        Run made = quantize(SOUNDS, weights, "--method", method, "--calibration", SPEECH, "--json");
        assertEquals(0, made.code(), made.err());
        assertEquals(0, made.json().get("items"));
        assertTrue(made.out().contains("\"weights\":\"" + weights + "\""), made.out());
        Run table = run("tokenize", SPEECH, "-o", path(weights), "--model", path("q.safetensors"));
        assertEquals(0, table.code(), table.err());
    }

    @Test
    void layersAreRotatedWhereThatLeavesLessError() throws IOException {
        Map<String, Object> plain = quantize(SOUNDS, "int2", "--method", "round", "--calibration", SPEECH, "--json")
                .json();
        assertFalse(plain.toString().contains("rotated=true"));
        Run made = quantize(SOUNDS, "int2", "--method", "round", "--rotate", "--calibration", SPEECH, "--json");
        assertEquals(0, made.code(), made.err());
        List<?> before = (List<?>) plain.get("layers");
        List<?> after = (List<?>) made.json().get("layers");
        for (int i = 0; i < after.size(); i++) {
            Map<?, ?> layer = (Map<?, ?>) after.get(i);
            if (Boolean.TRUE.equals(layer.get("rotated"))) {
                assertTrue(
                        (Double) layer.get("output_snr") > (Double) ((Map<?, ?>) before.get(i)).get("output_snr"),
                        layer.toString());
            }
        }
        Run tokens = run("tokenize", SPEECH, "-o", path("t"), "--model", path("q.safetensors"));
        assertEquals(0, tokens.code(), tokens.err());
    }

    /** Up to the trainer, which is a service: here one that only records. */
    @Test
    void weightsAreTrainedFromWhatLearnedRoundingFinds() throws IOException {
        Run rounded = quantize(SOUNDS, "int2", "--method", "round", "--calibration", SPEECH, "--json");
        Run made = quantize(SOUNDS, "int2", "--method", "qat", "--calibration", SPEECH, "--json", "--steps", "7");
        assertEquals(0, made.code(), made.err());
        assertEquals("qat", made.json().get("method"));
        assertEquals(rounded.json().get("sha256"), made.json().get("sha256"));
        assertFalse(made.out().contains("error_to_noise"));
        WeightTraining order = RecordingTrainer.weights;
        assertEquals(7, order.steps());
        assertEquals(1, order.seed());
        assertEquals(1, order.inputs().get("encoder").size());
        assertEquals(1, order.inputs().get("encoder").getFirst().channels(), "samples");
        assertEquals(1, order.inputs().get("decoder").size());
        assertTrue(order.start().keySet().stream().anyMatch(name -> name.startsWith("decoder.")));

        Path before = folder.resolve("q.safetensors");
        Files.delete(before);
        Run stopped = quantize(SOUNDS, "int2", "--method", "qat", "--calibration", SPEECH, "--seed", "13");
        assertNotEquals(0, stopped.code());
        assertFalse(Files.exists(before), "nothing is written");
        expect(2, "--method qat needs --calibration", quantize(SOUNDS, "int2", "--method", "qat"));
        expect(
                2,
                "must be one of rtn, clip, gptq, quantease, round for nf4",
                quantize(SOUNDS, "nf4", "--method", "qat", "--calibration", SPEECH));
        expect(2, "--steps and --seed are for --method qat", quantize(SOUNDS, "int2", "--steps", "9"));
        expect(
                2,
                "steps is 0, must be at least 1",
                quantize(SOUNDS, "int2", "--method", "qat", "--calibration", SPEECH, "--steps", "0"));
    }

    @Test
    void peopleGetATable() {
        Run made = quantize(SOUNDS, "ternary", "--group-size", "0", "--eval", SPEECH, "--calibration", SPEECH);
        assertEquals(0, made.code(), made.err());
        for (String part : List.of("encoder.1.weight", "mel_distance", "equal tokens, stage 2", "before", "SNR")) {
            assertTrue(made.out().contains(part), made.out());
        }
        assertTrue(made.err().contains("calibrated on 1 files"), made.err());
    }

    @Test
    void groupsAreSmallerOrLarger() throws IOException {
        long[] bytes = new long[2];
        for (int i = 0; i < 2; i++) {
            Run made = quantize(PICTURES, "int4", "--group-size", i == 0 ? "16" : "128", "--json");
            bytes[i] = ((Number) made.json().get("bytes")).longValue();
        }
        assertTrue(bytes[0] > bytes[1], bytes[0] + " " + bytes[1]);
    }

    @Test
    void codeVectorsAreShorterOrLonger() throws IOException {
        long[] bytes = new long[2];
        for (int i = 0; i < 2; i++) {
            Run made = quantize(PICTURES, "vq16", "--dim", i == 0 ? "1" : "4", "--json");
            assertEquals(0, made.code(), made.err());
            bytes[i] = ((Number) made.json().get("bytes")).longValue();
        }
        assertTrue(bytes[0] > bytes[1], bytes[0] + " " + bytes[1]);
        expect(2, "dim is 3, must be 1, 2 or 4 for vq16", quantize(SOUNDS, "vq16", "--dim", "3"));
        expect(2, "dim is 8, which is of vq16 and pq", quantize(SOUNDS, "pvq", "--dim", "8"));
        expect(2, "--dim is for code vectors, of which int8 has none", quantize(SOUNDS, "int8", "--dim", "2"));
    }

    @Test
    void aBudgetIsKeptAndSpent() throws IOException {
        double small = number(
                quantize(PICTURES, "int2", "--calibration", PHOTO, "--json").json(), "bytes");
        double large = Files.size(Path.of(PICTURES));
        long budget = Math.round((small + large) / 2);
        Run made = quantize(PICTURES, "int2", "--calibration", PHOTO, "--budget", budget + "B", "--json");
        assertEquals(0, made.code(), made.err());
        double bytes = number(made.json(), "bytes");
        assertTrue(bytes <= budget && bytes > small, bytes + " of " + budget + ", least " + small);
        expect(
                2,
                "budget is 2000 bytes, must be at least " + Math.round(small),
                quantize(PICTURES, "int2", "--calibration", PHOTO, "--budget", "2kB"));
        expect(2, "--budget needs --calibration", quantize(PICTURES, "int2", "--budget", "2MB"));
        expect(2, "--budget is 'much'", quantize(PICTURES, "int2", "--calibration", PHOTO, "--budget", "much"));
    }

    @Test
    void wrongUseSaysWhatIsWrong() throws IOException {
        Path mine = Files.writeString(folder.resolve("mine.safetensors"), "mine");
        Run kept = run("quantize", PICTURES, "-o", mine.toString(), "--weights", "int8");
        assertEquals(2, kept.code());
        assertEquals("mine", Files.readString(mine));
        expect(2, "--weights is 'int5', must be one of int8, int4,", quantize(PICTURES, "int5"));
        expect(
                2,
                "must be one of rtn, clip, gptq, quantease, round, qat for int8",
                quantize(PICTURES, "int8", "--method", "kmeans"));
        expect(2, "must be one of kmeans, vptq for pq", quantize(PICTURES, "pq", "--method", "rtn"));
        expect(2, "--method gptq needs --calibration", quantize(PICTURES, "int4", "--method", "gptq"));
        expect(2, "groupSize is 24, must be", quantize(PICTURES, "int4", "--group-size", "24"));
        expect(2, "groupSize is 32, must be 0 for int8", quantize(PICTURES, "int8", "--group-size", "32"));
        expect(2, "--group-size", quantize(PICTURES, "vq16", "--group-size", "32"));
        expect(2, "MODEL is image-pq16, must be a neural tokenizer", quantize("image-pq16", "int8"));
        expect(2, "MODEL is image-linear-2, must be a neural tokenizer", quantize("image-linear-2", "int8"));
        expect(2, "no such file", quantize(PICTURES, "int8", "--eval", path("nothing")));
        expect(3, "neither", quantize("nothing-of-this-name", "int8"));
        assertNotEquals(0, quantize(PICTURES, "int8", "--calibration", SPEECH).code());
        assertEquals(3, quantize(PICTURES, "int8", "--eval", SPEECH).code());
    }

    private static void expect(int code, String message, Run run) {
        assertEquals(code, run.code(), run.err());
        assertTrue(run.err().contains(message), run.err());
    }
}
