package dev.tessera.cli;

import dev.tessera.codecs.dataset.ParquetTokenWriter;
import dev.tessera.codecs.dataset.TokenRecord;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The {@code data/train-NNNNN-of-NNNNN.parquet} files of a data set; they get their names when their number is known. */
final class ParquetShards {
    static final String FOLDER = "data";

    private final Path folder;
    private final MediaTokenizer.Tokenized first;
    private final long shardBytes;
    private final List<Path> parts = new ArrayList<>();
    private ParquetTokenWriter open;

    ParquetShards(Path output, MediaTokenizer.Tokenized first, long shardBytes) throws IOException {
        this.folder = output.resolve(FOLDER);
        this.first = first;
        this.shardBytes = shardBytes;
        Files.createDirectories(folder);
    }

    void write(String key, MediaTokenizer.Tokenized result) throws IOException {
        if (open == null) {
            open = begin();
        }
        TokenRecord row = TokenRecord.of(key, result.tokens());
        Map<String, Object> fields = result.fields();
        open.write(
                switch (result.media()) {
                    case AUDIO ->
                        row.withSound((Integer) fields.get("num_samples"), (Integer) fields.get("sample_rate"));
                    case IMAGE -> row.withPicture((Integer) fields.get("width"), (Integer) fields.get("height"));
                    case FEATURES -> row;
                });
        if (open.bytes() >= shardBytes) {
            endShard();
        }
    }

    /** Ends the last file and names them all. */
    List<Path> finish(boolean overwrite) throws IOException {
        if (open != null) {
            endShard();
        }
        List<Path> named = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Path target = folder.resolve(String.format(Locale.ROOT, "train-%05d-of-%05d.parquet", i, parts.size()));
            if (!overwrite && Files.exists(target)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            Files.move(parts.get(i), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            named.add(target);
        }
        return named;
    }

    private ParquetTokenWriter begin() throws IOException {
        Path part = folder.resolve(String.format(Locale.ROOT, ".part-%05d.parquet", parts.size()));
        parts.add(part);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("media", first.media().name().toLowerCase(Locale.ROOT));
        facts.put("model", first.model().config().string("name"));
        facts.put("model_sha256", first.model().sha256());
        facts.put(
                "codebook_sizes",
                Arrays.stream(first.tokens().codebookSizes()).boxed().toList());
        ParquetTokenWriter.Builder builder = ParquetTokenWriter.builder(part)
                .codebookSize(
                        Arrays.stream(first.tokens().codebookSizes()).max().orElseThrow())
                .facts(Json.write(facts));
        switch (first.media()) {
            case AUDIO -> builder.sound();
            case IMAGE -> builder.pictures();
            case FEATURES -> {
                // a row says nothing of its original
            }
        }
        return builder.build();
    }

    private void endShard() throws IOException {
        open.commit();
        open.close();
        open = null;
    }
}
