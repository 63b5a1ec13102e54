package dev.tessera.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.dataset.NpyReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code index.json} of a folder of {@code .npy} tokens: the model and one entry a file.
 *
 * @param folder where it stands
 * @param media {@code image}, {@code audio} or {@code features}
 * @param modelSha256 content hash of the model
 * @param codebookSizes K of each stage
 * @param items what each file holds
 */
record TokenIndex(Path folder, String media, String modelSha256, int[] codebookSizes, List<Item> items) {
    static final String NAME = "index.json";

    /**
     * One file of tokens, {@code [stages, grid...]}.
     *
     * @param file its name in the folder
     * @param source what it was made of
     * @param fields more that the decoder wants: width and height, num_samples and sample_rate, or num_frames
     */
    record Item(String file, String source, Map<String, Object> fields) {}

    String toJson(String model) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", "npy");
        all.put("media", media);
        all.put("model", model);
        all.put("model_sha256", modelSha256);
        all.put("codebook_sizes", Arrays.stream(codebookSizes).boxed().toList());
        List<Map<String, Object>> list = new ArrayList<>();
        for (Item item : items) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("file", item.file());
            entry.put("source", item.source());
            entry.putAll(item.fields());
            list.add(entry);
        }
        all.put("items", list);
        return Json.write(all);
    }

    static TokenIndex read(Path file) throws IOException {
        Map<String, Object> all;
        try {
            all = JSON.std.mapFrom(Files.readString(file));
        } catch (IOException e) {
            throw new IOException(file + " is no index of tokens: " + Main.oneLine(e.getMessage()), e);
        }
        if (!(all.get("codebook_sizes") instanceof List<?> sizes)
                || !(all.get("items") instanceof List<?> items)
                || !(all.get("media") instanceof String media)
                || !(all.get("model_sha256") instanceof String hash)) {
            throw new IOException(
                    file + " is no index of tokens: it lacks codebook_sizes, items, media or model_sha256");
        }
        List<Item> read = new ArrayList<>();
        for (Object entry : items) {
            if (!(entry instanceof Map<?, ?> map) || !(map.get("file") instanceof String name)) {
                throw new IOException(file + ": an item has no file");
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            map.forEach((k, v) -> fields.put(String.valueOf(k), v));
            read.add(new Item(name, String.valueOf(map.get("source")), fields));
        }
        int[] k = new int[sizes.size()];
        for (int i = 0; i < k.length; i++) {
            if (!(sizes.get(i) instanceof Integer size) || size < 1) {
                throw new IOException(file + ": codebook_sizes must be positive integers");
            }
            k[i] = size;
        }
        return new TokenIndex(file.getParent() == null ? Path.of("") : file.getParent(), media, hash, k, read);
    }

    /** The tokens of {@code item}. */
    Tokens tokens(Item item) throws IOException {
        Path file = folder.resolve(item.file());
        try (NpyReader in = NpyReader.open(file)) {
            long[] shape = in.shape();
            if (shape.length < 2 || shape[0] != codebookSizes.length) {
                throw new IOException(file + " has the shape " + Arrays.toString(shape) + ", must start with the "
                        + codebookSizes.length + " stages");
            }
            int[] grid = new int[shape.length - 1];
            for (int i = 0; i < grid.length; i++) {
                grid[i] = Math.toIntExact(shape[i + 1]);
            }
            int[] indices = new int[Math.toIntExact(in.remaining())];
            in.readInts(indices);
            return Tokens.of(grid, codebookSizes, indices);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }
}
