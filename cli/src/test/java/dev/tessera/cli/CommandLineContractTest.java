package dev.tessera.cli;

import static dev.tessera.cli.Run.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.audio.AudioFiles;
import dev.tessera.codecs.dataset.NpyReader;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.dataset.NpyWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts rely on: exit codes, JSON, naming, and that nothing is left half-written. */
class CommandLineContractTest {
    private static final String STAGED = "image-pq16"; // a model of seven stages
    private static final Path MEDIA = Path.of("../samples/media");
    private static final String PHOTO = MEDIA.resolve("photo-coffee.jpg").toString();
    private static final String SPEECH = MEDIA.resolve("speech-english.wav").toString();

    @TempDir
    private Path folder;

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void aPhotoGoesThereAndBack() throws IOException {
        Run compress = run("compress", PHOTO, "-o", path("x.tsr"), "--bpp", "0.04", "--json", "--verify");
        assertEquals(0, compress.code(), compress.err());
        Map<String, Object> json = compress.json();
        long bytes = Files.size(folder.resolve("x.tsr"));
        assertEquals(bytes, ((Number) json.get("bytes")).longValue());
        assertEquals(8.0 * bytes / (512 * 512), ((Number) json.get("bits_per_pixel")).doubleValue(), 1e-12);
        assertTrue(bytes <= 1310 && bytes >= 0.97 * 1310, bytes + " bytes");
        assertEquals("single", json.get("layout"));
        assertEquals("image-linear-2", json.get("model"));
        assertEquals(1, json.get("items"));
        assertEquals(1, ((List<?>) json.get("results")).size());
        assertEquals(0, run("decompress", path("x.tsr"), "-o", path("x.png")).code());
        Run eval = run("eval", "image", PHOTO, path("x.png"), "--json");
        assertTrue(((Number) eval.json().get("psnr")).doubleValue() >= 23, eval.out());
    }

    @Test
    void soundGoesThereAndBackThroughPipes() throws IOException {
        byte[] wav = Files.readAllBytes(Path.of(SPEECH));
        Run compress = run(wav, "compress", "-", "-o", "-", "--kbps", "3");
        assertEquals(0, compress.code(), compress.err());
        assertTrue(compress.bytes().length <= 1875);
        Run decompress = run(compress.bytes(), "decompress", "-", "-o", "-");
        assertEquals(0, decompress.code(), decompress.err());
        assertEquals(wav.length, decompress.bytes().length);
    }

    @Test
    void outputsAreNotOverwrittenUnlessAsked() throws IOException {
        Path target = Files.writeString(folder.resolve("x.tsr"), "mine");
        Run refused = run("compress", PHOTO, "-o", target.toString());
        assertEquals(2, refused.code());
        assertEquals("mine", Files.readString(target));
        assertEquals(
                0,
                run("compress", PHOTO, "-o", target.toString(), "--overwrite").code());
    }

    @Test
    void usageErrorsAreTwo() {
        assertEquals(2, run("compress", path("nothing.png")).code());
        assertEquals(2, run("frobnicate").code());
        assertEquals(2, run("compress", PHOTO, "-o", "-", "--json").code());
        assertEquals(
                2,
                run("compress", PHOTO, "-o", path("a.tsr"), "--bpp", "1", "--size", "5")
                        .code());
        Run tooSmall = run("compress", PHOTO, "-o", path("a.tsr"), "--size", "5");
        assertEquals(2, tooSmall.code());
        assertTrue(tooSmall.err().contains("smallest possible file"), tooSmall.err());
        assertEquals(
                2, run("compress", SPEECH, "-o", path("a.tsr"), "--bpp", "1").code());
        assertEquals(2, run().code());
        assertEquals(0, run("--help").code());
    }

    @Test
    void oneBadFileAmongGoodOnesIsOne() throws IOException {
        Path photo = Files.copy(Path.of(PHOTO), folder.resolve("a photo.jpg"));
        Path bad = Files.writeString(folder.resolve("bad.jpg"), "no picture");
        Path list = Files.writeString(folder.resolve("list.txt"), photo + "\n\n" + bad + "\n");
        Run some = run("compress", "@" + list, "-o", path("out"), "--size", "2kB", "--json");
        assertEquals(1, some.code());
        assertEquals(2, some.json().get("items"));
        assertTrue(Files.exists(folder.resolve("out/a photo.tsr")));
        assertEquals(3, run("compress", bad.toString(), "-o", path("b.tsr")).code());
    }

    @Test
    void damagedFilesAreThreeInOneLineAndLeaveNothing() throws IOException {
        assertEquals(
                0,
                run("compress", Photos.crop(folder, 200, 160).toString(), "-o", path("x.tsr"), "--size", "300")
                        .code());
        byte[] good = Files.readAllBytes(folder.resolve("x.tsr"));
        SplittableRandom random = new SplittableRandom(1);
        Path damaged = folder.resolve("d.tsr");
        Path output = folder.resolve("d.png");
        for (int i = 0; i < 300; i++) {
            byte[] bytes = random.nextBoolean() ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
            if (bytes.length == good.length) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(damaged, bytes);
            Run run = run("decompress", damaged.toString(), "-o", output.toString());
            assertEquals(3, run.code(), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
            assertFalse(run.err().contains("internal error"), run.err());
            assertFalse(Files.exists(output));
        }
    }

    @Test
    void codebooksAreFittedAssignedAndTurnedBack() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        float[] values = new float[600 * 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble() + i / 8 % 5;
        }
        npy("v.npy", values, 600, 8);
        for (String quantizer : List.of("kmeans", "rvq", "pq")) {
            String book = path(quantizer + ".safetensors");
            Run fit = run(
                    "fit",
                    path("v.npy"),
                    "-o",
                    book,
                    "--quantizer",
                    quantizer,
                    "--codes",
                    "16",
                    "--stages",
                    "2",
                    "--subspaces",
                    "4",
                    "--json");
            assertEquals(0, fit.code(), fit.err());
            assertEquals(
                    0,
                    run("assign", path("v.npy"), "--codebook", book, "-o", path(quantizer + ".npy"))
                            .code());
            Run back = run(
                    "dequantize",
                    path(quantizer + ".npy"),
                    "--codebook",
                    book,
                    "-o",
                    path(quantizer + "-v.npy"),
                    "--json");
            assertEquals(0, back.code(), back.err());
            assertEquals(600, back.json().get("vectors"));
            Run usage = run("usage", path(quantizer + ".npy"), "--codes", "16", "--json");
            assertEquals(0, usage.code(), usage.err());
            assertEquals(16, usage.json().get("codebook_size"));
            assertEquals(0, run("info", book, "--json").code());
        }
    }

    @Test
    void tokensGoToNpyAndParquetAndBack() throws IOException {
        Run npy = run("tokenize", PHOTO, "-o", path("tokens"), "--format", "npy", "--json");
        assertEquals(0, npy.code(), npy.err());
        Run usage = run("usage", path("tokens"), "--json");
        assertEquals(0, usage.code(), usage.err());
        assertTrue(usage.json()
                .keySet()
                .containsAll(List.of(
                        "utilization", "utilization_ceiling", "perplexity", "entropy_bits", "dead_codes", "tokens")));
        assertEquals(0, run("detokenize", path("tokens"), "-o", path("back")).code());
        assertTrue(Files.size(folder.resolve("back/photo-coffee.png")) > 1000);
        Run parquet = run("tokenize", PHOTO, "-o", path("set"), "--format", "parquet", "--model", STAGED);
        assertEquals(0, parquet.code(), parquet.err());
        Path shard = folder.resolve("set/data/train-00000-of-00001.parquet");
        Run sameUsage = run("usage", shard.toString(), "--codes", "1024", "--json");
        assertEquals(0, sameUsage.code(), sameUsage.err());
        assertEquals(7 * 1024, ((Number) sameUsage.json().get("tokens")).intValue());
    }

    @Test
    void parquetTokensAreCountedByStageAndComeBackInTheirSize() throws IOException {
        Files.write(folder.resolve("odd.pgm"), "P5 35 20 255\n".getBytes(StandardCharsets.US_ASCII));
        Files.write(folder.resolve("odd.pgm"), new byte[35 * 20], StandardOpenOption.APPEND);
        assertEquals(
                0,
                run("tokenize", path("odd.pgm"), PHOTO, "-o", path("set"), "--format", "parquet", "--model", STAGED)
                        .code());
        String shard = path("set/data/train-00000-of-00001.parquet");
        Map<String, Object> usage = run("usage", shard, "--json").json();
        List<?> stages = (List<?>) usage.get("stages");
        assertEquals(7, stages.size());
        for (Object stage : stages) {
            assertEquals(1024, ((Map<?, ?>) stage).get("codebook_size"));
            assertEquals(32 * 32 + 3 * 2, ((Map<?, ?>) stage).get("tokens"));
        }
        Map<String, Object> pooled =
                run("usage", shard, "--codes", "2000", "--json").json();
        assertEquals(2000, pooled.get("codebook_size"));
        assertEquals(7 * (32 * 32 + 3 * 2), pooled.get("tokens"));

        assertEquals(0, run("detokenize", path("set"), "-o", path("back")).code());
        Run compared = run("eval", "image", path("odd.pgm"), path("back/odd.png"), "--json");
        assertEquals(0, compared.code(), compared.err());
        assertTrue(Files.exists(folder.resolve("back/photo-coffee.png")));
    }

    @Test
    void soundIsWrittenAsFlacToo() throws IOException {
        assertEquals(
                0, run("compress", SPEECH, "-o", path("s.tsr"), "--kbps", "3").code());
        assertEquals(0, run("decompress", path("s.tsr"), "-o", path("s.flac")).code());
        assertEquals(0, run("decompress", path("s.tsr"), "-o", path("s.wav")).code());
        assertEquals(AudioFiles.read(folder.resolve("s.wav"), 100), AudioFiles.read(folder.resolve("s.flac"), 100));
    }

    @Test
    void tensorsGoThereAndBack() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        float[] values = new float[400 * 6];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() + (i < 6 ? 0 : values[i - 6]);
        }
        values[77] = Float.NaN;
        npy("v.npy", values, 400, 6);
        Run compress = run("compress", path("v.npy"), "-o", path("v.tsr"), "--json", "--verify");
        assertEquals(0, compress.code(), compress.err());
        Map<String, Object> json = compress.json();
        long bytes = Files.size(folder.resolve("v.tsr"));
        assertEquals(bytes, ((Number) json.get("bytes")).longValue());
        assertEquals(8.0 * bytes / 2400, ((Number) json.get("bits_per_value")).doubleValue(), 1e-12);
        assertEquals(List.of(400, 6), json.get("shape"));
        assertEquals(false, json.get("lossless"));
        Map<String, Object> info = run("info", path("v.tsr"), "--json").json();
        assertEquals("tensor", info.get("media"));
        assertEquals("F4", info.get("dtype"));

        Run exact = run("compress", path("v.npy"), "-o", path("exact.tsr"), "-q", "100", "--verify", "--quiet");
        assertEquals(0, exact.code(), exact.err());
        assertEquals(
                0, run("decompress", path("exact.tsr"), "-o", path("exact.npy")).code());
        float[] back = new float[2400];
        try (NpyReader in = NpyReader.open(folder.resolve("exact.npy"))) {
            assertArrayEquals(new long[] {400, 6}, in.shape());
            in.readFloats(back);
        }
        assertArrayEquals(values, back);

        assertEquals(
                0,
                run("compress", path("v.npy"), "-o", path("b.tsr"), "--bpp", "2", "--steps", "tensor")
                        .code());
        long budget = Files.size(folder.resolve("b.tsr"));
        assertTrue(budget <= 600 && budget >= 582, budget + " bytes");
        Run piped = run(Files.readAllBytes(folder.resolve("v.npy")), "compress", "-", "-o", "-", "--size", "600");
        assertEquals(0, piped.code(), piped.err());
        assertEquals(
                0,
                run(piped.bytes(), "decompress", "-", "-o", path("piped.npy")).code());

        assertEquals(
                2,
                run("compress", path("v.npy"), "-o", path("c.tsr"), "--kbps", "1")
                        .code());
        assertEquals(
                2,
                run("compress", path("v.npy"), "-o", path("c.tsr"), "--steps", "odd")
                        .code());
        assertEquals(2, run("decompress", path("v.tsr"), "-o", path("c.png")).code());
        Run tooSmall = run("compress", path("v.npy"), "-o", path("c.tsr"), "--size", "12");
        assertEquals(2, tooSmall.code());
        assertTrue(tooSmall.err().contains("smallest possible file"), tooSmall.err());
        byte[] damaged = Files.readAllBytes(folder.resolve("v.tsr"));
        damaged[40] ^= 1;
        Files.write(folder.resolve("d.tsr"), damaged);
        assertEquals(3, run("decompress", path("d.tsr"), "-o", path("d.npy")).code());
        assertFalse(Files.exists(folder.resolve("d.npy")));
    }

    @Test
    void tokensThatNameHugeIndicesAreRefused() throws IOException {
        npyInts("t.npy", Integer.MAX_VALUE);
        Run usage = run("usage", path("t.npy"));
        assertEquals(3, usage.code());
        assertEquals(1, usage.err().lines().count(), usage.err());
    }

    @Test
    void modelsListsADefaultForEachMedia() throws IOException {
        List<?> models = (List<?>) run("models", "--json").json().get("models");
        assertEquals(
                List.of("image", "audio", "features"),
                models.stream()
                        .filter(m -> Boolean.TRUE.equals(((Map<?, ?>) m).get("default")))
                        .map(m -> ((Map<?, ?>) m).get("media"))
                        .toList());
        assertEquals(
                List.of("image-linear-2", "audio-scalar-2"),
                models.stream()
                        .filter(m -> Boolean.TRUE.equals(((Map<?, ?>) m).get("default_codec")))
                        .map(m -> ((Map<?, ?>) m).get("name"))
                        .toList());
    }

    @Test
    void modelsOfFilesAloneHaveOneLayoutAndNoTokens() throws IOException {
        Run layout =
                run("compress", PHOTO, "-o", path("p.tsr"), "--layout", "progressive", "--model", "image-linear-2");
        assertEquals(2, layout.code());
        assertTrue(layout.err().contains("--layout is progressive, must be single"), layout.err());
        Run tokens = run("tokenize", PHOTO, "-o", path("t.npy"), "--model", "image-linear-2");
        assertEquals(2, tokens.code(), tokens.err());
        assertTrue(tokens.err().contains("image-linear-2 makes no tokens"), tokens.err());
        Run sound = run("tokenize", SPEECH, "-o", path("t.npy"), "--model", "audio-scalar");
        assertEquals(2, sound.code(), sound.err());
        assertTrue(sound.err().contains("audio-scalar makes no tokens"), sound.err());
        Run automatic =
                run("compress", PHOTO, "-o", path("p.tsr"), "--layout", "progressive", "--size", "900", "--json");
        assertEquals(0, automatic.code(), automatic.err());
        assertEquals("image-pq16", automatic.json().get("model"));
    }

    @Test
    void filesOfPicturesAreTuned() throws IOException {
        Map<String, Double> psnr = new HashMap<>();
        Map<String, Double> similarity = new HashMap<>();
        for (String tune : List.of("ms-ssim", "psnr")) {
            Run compress = run("compress", PHOTO, "-o", path(tune + ".tsr"), "--size", "1200", "--tune", tune);
            assertEquals(0, compress.code(), compress.err());
            assertEquals(
                    0,
                    run("decompress", path(tune + ".tsr"), "-o", path(tune + ".png"))
                            .code());
            Map<String, Object> figures =
                    run("eval", "image", PHOTO, path(tune + ".png"), "--json").json();
            psnr.put(tune, ((Number) figures.get("psnr")).doubleValue());
            similarity.put(tune, ((Number) figures.get("ms_ssim")).doubleValue());
        }
        assertTrue(psnr.get("psnr") > psnr.get("ms-ssim"), psnr.toString());
        assertTrue(similarity.get("ms-ssim") > similarity.get("psnr"), similarity.toString());
        Run unknown = run("compress", PHOTO, "-o", path("t.tsr"), "--tune", "ssim");
        assertEquals(2, unknown.code());
        assertTrue(unknown.err().contains("'ssim' must be ms-ssim or psnr"), unknown.err());
        Run model = run("compress", PHOTO, "-o", path("t.tsr"), "--tune", "psnr", "--model", STAGED);
        assertEquals(2, model.code());
        assertTrue(
                model.err().contains("--tune is for the model image-linear-2, not for the model image-pq16"),
                model.err());
        Run effort = run("compress", PHOTO, "-o", path("t.tsr"), "--effort", "10");
        assertEquals(2, effort.code());
        assertTrue(effort.err().contains("--effort is 10, must be in [1, 9]"), effort.err());
        Run sound = run("compress", SPEECH, "-o", path("t.tsr"), "--tune", "psnr");
        assertEquals(2, sound.code());
        assertTrue(sound.err().contains("--tune is for pictures"), sound.err());
    }

    @Test
    void theLinearModeIsTrainedByItsRecipe() throws IOException {
        Path recipe = Files.writeString(folder.resolve("r.properties"), """
                coder = linear
                name = mine
                side = 64
                crop-width = 32
                crop-height = 32
                visits = 2
                first-step = 40
                last-step = 40
                scale-shares = 1, 0, 0
                seed = 1
                """);
        Run trained = run("train", "image", PHOTO, "--recipe", recipe.toString(), "-o", path("m.safetensors"));
        assertEquals(0, trained.code(), trained.err());
        Run file = run("compress", PHOTO, "-o", path("m.tsr"), "--model", path("m.safetensors"), "-q", "20", "--json");
        assertEquals(0, file.code(), file.err());
        assertEquals("mine", file.json().get("model"));
        assertEquals(
                2,
                run("train", "image", PHOTO, "--recipe", recipe.toString(), "--codes", "9", "-o", path("n"))
                        .code());
        Run unknown = run("train", "image", PHOTO, "--recipe", "nonesuch", "-o", path("n"));
        assertEquals(2, unknown.code());
        assertTrue(unknown.err().contains("'nonesuch'"), unknown.err());
    }

    @Test
    void armourIsTakenOffAgainAndSaysWhatItCorrected() throws IOException {
        assertEquals(
                0, run("compress", PHOTO, "-o", path("x.tsr"), "--size", "700").code());
        Run compress =
                run("compress", PHOTO, "-o", path("x.dna"), "--size", "700", "--armour", "dna", "--verify", "--json");
        assertEquals(0, compress.code(), compress.err());
        assertEquals("dna", compress.json().get("armour"));
        assertEquals(
                Files.size(folder.resolve("x.tsr")), ((Number) compress.json().get("bytes")).longValue());
        assertTrue(((Number) compress.json().get("bits_per_base")).doubleValue() >= 1.4);
        assertEquals(
                0, run("decompress", path("x.tsr"), "-o", path("plain.png")).code());

        List<String> lines = Files.readAllLines(folder.resolve("x.dna"));
        lines.replaceAll(line -> line.startsWith(">") ? line : 'N' + line.substring(1));
        Files.write(folder.resolve("d.dna"), lines);
        Run decompress = run("decompress", path("d.dna"), "-o", path("armoured.png"), "--json");
        assertEquals(0, decompress.code(), decompress.err());
        assertEquals(lines.size() / 2, decompress.json().get("corrected_substitutions"));
        assertEquals("dna", decompress.json().get("armour"));
        assertEquals(-1, Files.mismatch(folder.resolve("plain.png"), folder.resolve("armoured.png")));
        Run info = run("info", path("d.dna"), "--json");
        assertEquals(0, info.code(), info.err());
        assertEquals(512, info.json().get("width"));
        assertEquals(lines.size() / 2, info.json().get("corrected_substitutions"));

        lines.set(3, "NN" + lines.get(3).substring(2));
        Files.write(folder.resolve("d.dna"), lines);
        Run refused = run("decompress", path("d.dna"), "-o", path("refused.png"));
        assertEquals(3, refused.code());
        assertEquals(1, refused.err().lines().count(), refused.err());
        assertTrue(refused.err().contains("missing segment 1; refused strand 2"), refused.err());
        assertFalse(Files.exists(folder.resolve("refused.png")));
    }

    @Test
    void theSameFileTwice() throws IOException {
        assertEquals(
                0, run("compress", SPEECH, "-o", path("a.tsr"), "--kbps", "0.6").code());
        assertEquals(
                0,
                run("compress", SPEECH, "-o", path("b.tsr"), "--kbps", "0.6", "--threads", "1")
                        .code());
        assertArrayEquals(Files.readAllBytes(folder.resolve("a.tsr")), Files.readAllBytes(folder.resolve("b.tsr")));
        assertTrue(Files.size(folder.resolve("a.tsr")) <= 375);
    }

    private void npyInts(String name, int... values) throws IOException {
        try (NpyWriter writer = new NpyWriter(Files.newOutputStream(folder.resolve(name)), NpyType.I4, values.length)) {
            writer.writeInts(values);
        }
    }

    private void npy(String name, float[] values, int rows, int columns) throws IOException {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + columns + "), }";
        header += " ".repeat(63 - (10 + header.length()) % 64) + "\n";
        ByteBuffer out =
                ByteBuffer.allocate(10 + header.length() + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        out.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        for (float v : values) {
            out.putFloat(v);
        }
        Files.write(folder.resolve(name), out.array());
    }
}
