package dev.tessera.cli;

import static dev.tessera.cli.Run.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.dataset.NpyReader;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.dataset.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Series of vectors through the commands as scripts see them, with the small model of five channels. */
class FeatureContractTest {
    private static final String MODEL = RecordingTrainer.SERIES_MODEL.toString();
    private static final int FRAMES = 100;
    private static final int TOKENS = 34; // of three frames, three stages each

    @TempDir
    private Path folder;

    private static Run good(String... args) {
        Run run = run(args);
        assertEquals(0, run.code(), run.err());
        return run;
    }

    private static void refused(int code, String why, String... args) {
        Run run = run(args);
        assertEquals(code, run.code(), run.err());
        assertTrue(run.err().contains(why), run.err());
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    @BeforeEach
    void writeSeries() throws IOException {
        write("walk.npy", 5);
    }

    private void write(String name, int channels) throws IOException {
        float[] rows = new float[FRAMES * channels];
        for (int i = 0; i < rows.length; i++) {
            int c = i % channels;
            rows[i] = (float) (10 * c + (c + 1) * Math.sin(0.07 * (c + 1) * (i / channels)));
        }
        try (NpyWriter writer =
                new NpyWriter(Files.newOutputStream(folder.resolve(name)), NpyType.F4, FRAMES, channels)) {
            writer.writeFloats(rows);
        }
    }

    private float[] read(String name, long... shape) throws IOException {
        try (NpyReader in = NpyReader.open(folder.resolve(name))) {
            assertArrayEquals(shape, in.shape());
            float[] values = new float[(int) in.remaining()];
            in.readFloats(values);
            return values;
        }
    }

    @Test
    void tokensOfEveryFormatComeBackAsTheSameSeries() throws IOException {
        for (String format : List.of("npy", "parquet")) {
            Run tokens = good(
                    "tokenize", path("walk.npy"), "-o", path(format), "--format", format, "--model", MODEL, "--json");
            assertEquals(3 * TOKENS, tokens.json().get("tokens"));
            assertEquals(12, tokens.json().get("codebook_size"));
            assertEquals("neural-series-test", tokens.json().get("model"));
            assertEquals(FRAMES, tokens.json().get("num_frames"));
            assertEquals(5, tokens.json().get("channels"));
            good("detokenize", path(format), "-o", path(format + "-back"), "--model", MODEL);
        }
        String index = Files.readString(folder.resolve("npy/index.json"));
        assertTrue(index.contains("\"media\":\"features\""), index);
        float[] cut = read("npy-back/walk.npy", FRAMES, 5);
        float[] whole = read("parquet-back/walk.npy", 3 * TOKENS, 5); // its rows do not know the length
        assertArrayEquals(cut, Arrays.copyOf(whole, cut.length));
    }

    @Test
    void compressGivesTheSeriesOfTheTokensAndTakesBudgets() throws IOException {
        Run best = good("compress", path("walk.npy"), "-o", path("x.tsr"), "--model", MODEL, "--json", "--verify");
        int bytes = (Integer) best.json().get("bytes");
        assertEquals(Files.size(folder.resolve("x.tsr")), bytes);
        assertEquals(List.of(FRAMES, 5), best.json().get("shape"));
        assertEquals(8.0 * bytes / (5 * FRAMES), (Double) best.json().get("bits_per_value"), 1e-9);
        assertTrue((Double) best.json().get("mean_squared_error") > 0);
        Run back = good("decompress", path("x.tsr"), "-o", path("x.npy"), "--model", MODEL, "--json");
        assertEquals("neural-series-test", back.json().get("model"));
        good("tokenize", path("walk.npy"), "-o", path("t"), "--model", MODEL);
        good("detokenize", path("t"), "-o", path("t-back"), "--model", MODEL);
        assertEquals(5 * FRAMES, read("x.npy", FRAMES, 5).length);
        Run all = good("compress", path("walk.npy"), "-o", path("all.tsr"), "--model", MODEL, "-q", "100", "--json");
        assertEquals(3 * TOKENS, all.json().get("tokens"));
        good("decompress", path("all.tsr"), "-o", path("all.npy"), "--model", MODEL);
        assertArrayEquals(read("t-back/walk.npy", FRAMES, 5), read("all.npy", FRAMES, 5));
        int most = (Integer) all.json().get("bytes");
        Run less = good(
                "compress",
                path("walk.npy"),
                "-o",
                path("less.tsr"),
                "--model",
                MODEL,
                "--size",
                String.valueOf(most - 1),
                "--json");
        assertEquals(2 * TOKENS, less.json().get("tokens"));
        refused(
                2,
                "smallest possible file",
                "compress",
                path("walk.npy"),
                "-o",
                path("no.tsr"),
                "--model",
                MODEL,
                "--size",
                "11");
        Map<String, Object> info = good("info", path("all.tsr"), "--json").json();
        assertEquals("features", info.get("media"));
        assertEquals(false, info.get("lossless"));
        // without a model it stays the codec of tensors
        good("compress", path("walk.npy"), "-o", path("tensor.tsr"));
        assertEquals("tensor", good("info", path("tensor.tsr"), "--json").json().get("media"));
    }

    @Test
    void usageCountsTheTokensOfTheModel() throws IOException {
        Map<String, Object> usage =
                good("usage", "--model", MODEL, path("walk.npy"), "--json").json();
        assertEquals(12, usage.get("codebook_size"));
        assertEquals(TOKENS, usage.get("tokens"));
    }

    @Test
    void whatDoesNotFitIsSaid() throws IOException {
        write("other.npy", 7);
        refused(2, "7 channels", "tokenize", path("other.npy"), "-o", path("o"));
        refused(2, "--model", "tokenize", path("other.npy"), "-o", path("o"));
        refused(2, "takes 5", "compress", path("other.npy"), "-o", path("o.tsr"), "--model", MODEL);
        refused(2, "7 channels", "usage", "--model", MODEL, path("other.npy"));
        refused(
                2,
                "--layout",
                "compress",
                path("walk.npy"),
                "-o",
                path("o.tsr"),
                "--model",
                MODEL,
                "--layout",
                "progressive");
        refused(3, "no model of series", "compress", path("walk.npy"), "-o", path("o.tsr"), "--model", "image-f16");
        refused(
                3,
                "no audio model",
                "tokenize",
                "../samples/media/speech-english.wav",
                "-o",
                path("o"),
                "--model",
                MODEL);
        good("compress", path("walk.npy"), "-o", path("x.tsr"), "--model", MODEL);
        refused(3, "not known here", "decompress", path("x.tsr"), "-o", path("x.npy"));
        try (NpyWriter writer = new NpyWriter(Files.newOutputStream(folder.resolve("indices.npy")), NpyType.U2, 4, 5)) {
            writer.writeInts(new int[20]);
        }
        refused(3, "type U2", "tokenize", path("indices.npy"), "-o", path("o"), "--model", MODEL);
        refused(2, "not for integers", "compress", path("indices.npy"), "-o", path("o.tsr"), "--model", MODEL);
        assertFalse(Files.exists(folder.resolve("o.tsr")) || Files.exists(folder.resolve("x.npy")));
    }

    @Test
    void aPriorOfOtherSeriesIsAnotherModel() throws IOException {
        good("train", "prior", path("walk.npy"), "--model", MODEL, "-o", path("own.safetensors"));
        Run own = good(
                "compress",
                path("walk.npy"),
                "-o",
                path("own.tsr"),
                "--model",
                path("own.safetensors"),
                "-q",
                "100",
                "--json");
        Run frozen = good("compress", path("walk.npy"), "-o", path("f.tsr"), "--model", MODEL, "-q", "100", "--json");
        assertTrue(
                (Integer) own.json().get("bytes") < (Integer) frozen.json().get("bytes"),
                "the prior is of this series");
    }

    @Test
    void seriesReachTheTrainer() throws IOException {
        RecordingTrainer.order = null;
        Run run = good(
                "train",
                "features",
                path("walk.npy"),
                "-o",
                path("m.safetensors"),
                "--codes",
                "64",
                "--minutes",
                "2",
                "--json");
        assertEquals(Map.of("codes", "64"), RecordingTrainer.order.changes());
        assertEquals("standard-features", RecordingTrainer.order.recipe());
        assertEquals(5, RecordingTrainer.channels);
        assertEquals(5 * FRAMES, RecordingTrainer.series.length);
        assertTrue(run.out().contains("\"snr\":12"), run.out());
        write("wide.npy", 6);
        good("train", "features", path("walk.npy"), "-o", path("n.safetensors"), "--quantizer", "simvq");
        assertEquals(Map.of("quantizer", "simvq"), RecordingTrainer.order.changes());
        refused(
                3,
                "wide.npy has 6 channels, must have 5",
                "train",
                "prior",
                path("wide.npy"),
                "--model",
                MODEL,
                "-o",
                path("p.safetensors"));
        refused(
                2,
                "one of simvq",
                "train",
                "features",
                path("walk.npy"),
                "-o",
                path("q.safetensors"),
                "--quantizer",
                "x");
        Run again = good("train", "features", path("walk.npy"), "-o", path("m.safetensors"), "--resume");
        assertTrue(again.err().contains("is finished") || again.out().contains("is finished"), again.out());
    }
}
