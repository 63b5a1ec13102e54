package dev.tessera.cli.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Modules depend on each other in one direction only; what the poms and module descriptors say is compared with the table. */
class ModuleDirectionTest {
    private static final Path ROOT = Path.of("..");

    /** What each module may stand on. Image, audio and features never see each other; nothing stands on samples or training. */
    private static final Map<String, Set<String>> MAY_USE = new TreeMap<>(Map.ofEntries(
            entry("codebook"),
            entry("codecs", "codebook"),
            entry("vq-models", "codebook"),
            entry("vq-models/training", "codebook", "vq-models"),
            entry("image", "codebook", "codecs", "vq-models"),
            entry("audio", "codebook", "codecs", "vq-models"),
            entry("features", "codebook", "codecs", "vq-models"),
            entry("eval", "codebook"),
            entry("eval-gpl", "codebook", "eval"),
            entry("cli", "codebook", "codecs", "vq-models", "image", "audio", "features", "eval", "eval-gpl"),
            entry(
                    "samples",
                    "codebook",
                    "codecs",
                    "vq-models",
                    "image",
                    "audio",
                    "features",
                    "eval",
                    "eval-gpl",
                    "cli")));

    private static Map.Entry<String, Set<String>> entry(String module, String... used) {
        return Map.entry(module, Set.of(used));
    }

    /** Folders whose names differ from those of their modules. */
    private static final Map<String, String> FOLDERS = Map.of("vqmodels", "vq-models", "evalgpl", "eval-gpl");

    private static final Pattern COMMENT = Pattern.compile("<!--.*?-->", Pattern.DOTALL);
    private static final Pattern DEPENDENCY = Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL);
    private static final Pattern OURS = Pattern.compile("<artifactId>tessera-([a-z-]+)</artifactId>");
    private static final Pattern REQUIRES =
            Pattern.compile("\\brequires\\s+((?:transitive|static)\\s+)*dev\\.tessera\\.(\\w+)\\s*;");
    private static final Pattern REQUIRES_TRANSITIVE =
            Pattern.compile("\\brequires\\s+(?:static\\s+)?transitive\\s+([\\w.]+)\\s*;");

    @Test
    void theTableHasEveryModule() throws IOException {
        Set<String> folders = new TreeSet<>();
        for (Path outer : List.of(ROOT, ROOT.resolve("vq-models"))) {
            try (Stream<Path> entries = Files.list(outer)) {
                entries.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                        .forEach(folder ->
                                folders.add(ROOT.relativize(folder).toString().replace('\\', '/')));
            }
        }
        assertEquals(folders, MAY_USE.keySet());
    }

    @TestFactory
    Stream<DynamicTest> eachModuleUsesOnlyWhatItMay() {
        return MAY_USE.keySet().stream()
                .map(module -> dynamicTest(module, () -> {
                    assertAllowed(module, "pom.xml", pomDependencies(module));
                    assertAllowed(module, "module-info.java", required(module));
                }));
    }

    @TestFactory
    Stream<DynamicTest> librariesPassOnNoThirdPartyModule() {
        return Stream.of("codebook", "codecs", "vq-models", "image", "audio", "features")
                .map(module -> dynamicTest(module, () -> {
                    Matcher matcher = REQUIRES_TRANSITIVE.matcher(moduleInfo(module));
                    while (matcher.find()) {
                        assertTrue(
                                matcher.group(1).startsWith("dev.tessera.")
                                        || matcher.group(1).startsWith("java."),
                                module + " requires transitive " + matcher.group(1));
                    }
                }));
    }

    private static void assertAllowed(String module, String file, Set<String> used) {
        Set<String> forbidden = new TreeSet<>(used);
        forbidden.removeAll(MAY_USE.get(module));
        assertTrue(
                forbidden.isEmpty(), module + "/" + file + " uses " + forbidden + ", may use " + MAY_USE.get(module));
    }

    private static Set<String> pomDependencies(String module) throws IOException {
        String pom = COMMENT.matcher(Files.readString(ROOT.resolve(module).resolve("pom.xml")))
                .replaceAll("");
        Set<String> used = new TreeSet<>();
        Matcher dependency = DEPENDENCY.matcher(pom);
        while (dependency.find()) {
            Matcher ours = OURS.matcher(dependency.group(1));
            if (ours.find()) {
                used.add(ours.group(1));
            }
        }
        return used;
    }

    private static Set<String> required(String module) throws IOException {
        Set<String> used = new TreeSet<>();
        Matcher matcher = REQUIRES.matcher(moduleInfo(module));
        while (matcher.find()) {
            String name = matcher.group(2);
            used.add(FOLDERS.getOrDefault(name, name));
        }
        return used;
    }

    private static String moduleInfo(String module) throws IOException {
        return Files.readString(ROOT.resolve(module).resolve("src/main/java/module-info.java"));
    }
}
