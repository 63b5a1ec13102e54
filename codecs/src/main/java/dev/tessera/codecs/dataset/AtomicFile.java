package dev.tessera.codecs.dataset;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file that appears under its name only when it is complete: written under a temporary name in the same folder, synced,
 * then renamed. A run that is killed leaves the old file, or none, and never half of one.
 *
 * <pre>{@code
 * try (AtomicFile file = AtomicFile.create(target)) {
 *     file.stream().write(bytes);
 *     file.commit();
 * }
 * }</pre>
 *
 * <p>Without {@link #commit()}, {@link #close()} deletes what was written. Not safe for use by several threads at once.
 */
public final class AtomicFile implements Closeable {
    private static final AtomicLong COUNTER = new AtomicLong();

    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private final OutputStream stream;
    private boolean committed;

    private AtomicFile(Path target, Path temporary) throws IOException {
        this.target = target;
        this.temporary = temporary;
        this.channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        this.stream = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
    }

    /** What {@link #write(Path, Body)} calls to get the bytes. */
    @FunctionalInterface
    public interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Starts a file that will replace {@code target}, whose folder must exist. */
    public static AtomicFile create(Path target) throws IOException {
        // The process id keeps two runs apart that write to one folder; the dot hides the file from globs.
        String name = "." + target.getFileName() + "." + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet()
                + ".tmp";
        return new AtomicFile(target, target.resolveSibling(name));
    }

    /** Writes the whole of {@code bytes} as {@code target}. */
    public static void write(Path target, byte[] bytes) throws IOException {
        write(target, out -> out.write(bytes));
    }

    /** Writes what {@code body} writes as {@code target}; when it throws, {@code target} is as it was before. */
    public static void write(Path target, Body body) throws IOException {
        try (AtomicFile file = create(target)) {
            body.writeTo(file.stream());
            file.commit();
        }
    }

    /** Where to write; buffered. Closing it is neither needed nor enough. */
    public OutputStream stream() {
        return stream;
    }

    /** Syncs what was written and gives it its name. */
    public void commit() throws IOException {
        stream.flush();
        channel.force(true);
        channel.close();
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        committed = true;
        syncFolder();
    }

    /** Gives up the file unless it was committed. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!committed) {
            Files.deleteIfExists(temporary);
        }
    }

    /** The rename itself survives a power cut only when the folder is synced; not every system lets us open one. */
    private void syncFolder() {
        Path folder = target.toAbsolutePath().getParent();
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException e) {
            return; // Windows has no such thing; the file is complete either way
        }
    }
}
