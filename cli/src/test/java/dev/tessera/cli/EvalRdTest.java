package dev.tessera.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tessera eval rd} as scripts use it. */
class EvalRdTest {
    private static final Path MEDIA = Path.of("../samples/media");

    @TempDir
    private Path folder;

    private Run eval(String... more) {
        List<String> arguments = new ArrayList<>(List.of("eval", "rd", "-o", folder.toString()));
        arguments.addAll(List.of(more));
        return Run.run(arguments.toArray(String[]::new));
    }

    @Test
    @SuppressWarnings("unchecked")
    void pictureAndSoundInOneRun(@TempDir Path inputs) throws IOException {
        String photo = Photos.crop(inputs, 200, 160).toString();
        String speech = MEDIA.resolve("speech-english.wav").toString();
        // a codec that few machines have: its curve or that it was left out, never silence
        Run run = eval(photo, speech, "--bpp", "0.02,0.04", "--kbps", "0.6", "--peers", "cjpegli", "--json");
        assertEquals(0, run.code(), run.err());
        Map<String, Object> json = run.json();
        assertEquals(2, json.get("items"));
        Map<String, Object> pictures = JSON.std.mapFrom(Files.readString(folder.resolve("pictures/rd.json")));
        assertTrue(
                pictures.get("notes").toString().contains("cjpegli"),
                pictures.get("notes").toString());
        Map<String, Object> curve = JSON.std.mapFrom(Files.readString(folder.resolve("pictures/curves/tessera.json")));
        List<Number> rates = ((Map<String, List<Number>>) curve.get("results")).get("bpp");
        assertEquals(2, rates.size());
        assertTrue(rates.get(0).doubleValue() <= .02 && rates.get(0).doubleValue() >= .97 * .02, rates.toString());
        assertTrue(rates.get(1).doubleValue() <= .04 && rates.get(1).doubleValue() >= .97 * .04, rates.toString());
        assertTrue(Files.readString(folder.resolve("pictures/report.html")).contains("<svg"));
        Map<String, Object> sounds = JSON.std.mapFrom(Files.readString(folder.resolve("sounds/rd.json")));
        Map<String, Object> trial = ((List<Map<String, Object>>) sounds.get("results")).getFirst();
        assertEquals(trial.get("bytes"), trial.get("payload_bytes"));
        assertTrue(((Number) trial.get("stoi")).doubleValue() > .3, trial.toString());
        assertEquals(
                2, eval(photo, "--peers", "cjpegli", "--bpp", "0.02").code(), "results are not overwritten unasked");
    }

    @Test
    void badOptionsAreNamed() {
        String photo = MEDIA.resolve("photo-coffee.jpg").toString();
        assertUsage(eval(photo, "--peers", "bpg"), "'bpg'");
        assertUsage(eval(photo, "--bpp", "0"), "above 0");
        assertUsage(eval(photo, "--time-limit", "0"), "--time-limit is 0");
        assertUsage(eval(MEDIA.resolve("LICENSES.md").toString()), "neither a picture nor a sound");
    }

    private static void assertUsage(Run run, String message) {
        assertEquals(2, run.code());
        assertTrue(run.err().contains(message), run.err());
    }
}
