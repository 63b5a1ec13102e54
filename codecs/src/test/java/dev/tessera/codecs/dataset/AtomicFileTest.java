package dev.tessera.codecs.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void appearsOnlyWhenComplete() throws IOException {
        Path target = folder.resolve("out.bin");
        try (AtomicFile file = AtomicFile.create(target)) {
            file.stream().write(1);
            assertFalse(Files.exists(target));
            file.commit();
            assertEquals(List.of("out.bin"), names());
        }
        assertEquals(1, Files.size(target));
    }

    @Test
    void failureKeepsTheOldFileAndLeavesNothingElse() throws IOException {
        Path target = Files.writeString(folder.resolve("out.txt"), "old");
        assertThrows(
                IOException.class,
                () -> AtomicFile.write(target, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("disk on fire");
                }));
        assertEquals("old", Files.readString(target));
        assertEquals(List.of("out.txt"), names());
    }

    @Test
    void replacesAnOldFile() throws IOException {
        Path target = Files.writeString(folder.resolve("out.txt"), "a much longer old text");
        AtomicFile.write(target, "new".getBytes(StandardCharsets.UTF_8));
        assertEquals("new", Files.readString(target));
        assertEquals(List.of("out.txt"), names());
    }

    @Test
    void twoWritersOfOneFileDoNotMeet() throws IOException {
        Path target = folder.resolve("out.txt");
        try (AtomicFile first = AtomicFile.create(target);
                AtomicFile second = AtomicFile.create(target)) {
            first.stream().write('1');
            second.stream().write('2');
            first.commit();
            second.commit();
        }
        assertEquals("2", Files.readString(target));
    }

    @Test
    void missingFolderIsSaid() {
        assertThrows(NoSuchFileException.class, () -> AtomicFile.write(folder.resolve("absent/out.txt"), new byte[1]));
    }
}
