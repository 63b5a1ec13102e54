package dev.tessera.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tessera.vqmodels.ModelDescription;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * No shipped model has seen a sample or a validation file. {@code data/manifest.sha256} lists all files that
 * {@code fetch-data.sh} makes, {@code data/trained-on/MODEL.sha256} those that a model learnt from.
 */
class TrainingDataTest {
    private static final Path DATA = Path.of("data");

    @Test
    void trainingAndValidationFilesDiffer() throws IOException {
        Set<String> training = hashes(DATA.resolve("manifest.sha256"), "/train/");
        Set<String> validation = hashes(DATA.resolve("manifest.sha256"), "/valid/");
        assertTrue(training.size() > 4000 && validation.size() > 200, training.size() + " " + validation.size());
        training.retainAll(validation);
        assertEquals(Set.of(), training);
    }

    @Test
    void theListingKnowsWhichFilesAreWhich() throws IOException {
        Map<String, String> all = read(DATA.resolve("manifest.sha256"));
        assertTrue(all.keySet().stream().allMatch(name -> name.matches("(images|audio)/(train|valid)/.+")));
    }

    @TestFactory
    Stream<DynamicTest> eachShippedModelLearntFromTrainingFilesOnly() throws IOException {
        Map<String, String> manifest = read(DATA.resolve("manifest.sha256"));
        Set<String> neverTrainedOn = hashes(DATA.resolve("manifest.sha256"), "/valid/");
        neverTrainedOn.addAll(sampleHashes());
        return ModelRegistry.load().shipped().stream()
                .map(ModelDescription::name)
                .map(name -> dynamicTest(name, () -> {
                    Map<String, String> learntFrom =
                            read(DATA.resolve("trained-on").resolve(name + ".sha256"));
                    assertFalse(learntFrom.isEmpty());
                    learntFrom.forEach((file, hash) -> {
                        assertEquals(manifest.get(file), hash, file);
                        assertTrue(file.contains("/train/"), file);
                        assertFalse(neverTrainedOn.contains(hash), file);
                    });
                }));
    }

    private static Set<String> sampleHashes() throws IOException {
        Set<String> hashes = new HashSet<>();
        try (Stream<Path> files = Files.list(Path.of("media"))) {
            for (Path file : files.toList()) {
                hashes.add(HexFormat.of().formatHex(sha256().digest(Files.readAllBytes(file))));
            }
        }
        assertTrue(hashes.size() > 8, hashes.size() + " samples");
        return hashes;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static Set<String> hashes(Path manifest, String part) throws IOException {
        Set<String> hashes = new HashSet<>();
        read(manifest).forEach((file, hash) -> {
            if (file.contains(part)) {
                hashes.add(hash);
            }
        });
        return hashes;
    }

    /** File to hash, of lines as sha256sum prints them. */
    private static Map<String, String> read(Path manifest) throws IOException {
        Map<String, String> files = new HashMap<>();
        for (String line : Files.readAllLines(manifest)) {
            assertTrue(line.matches("[0-9a-f]{64}  .+"), line);
            files.put(line.substring(66), line.substring(0, 64));
        }
        return files;
    }
}
