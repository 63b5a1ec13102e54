package dev.tessera.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;

/**
 * Where stderr is. The JVM announces the incubating Vector API on descriptor 2, and no option stops that; so the launcher
 * script points descriptor 2 at a log file and names in a system property the descriptor that the user sees.
 */
final class LauncherStreams {
    private static final String STDERR = "tessera.stderr";
    private static final String INTERACTIVE = "tessera.interactive";

    private LauncherStreams() {}

    /** The stderr that the launcher names, made {@link System#err}; else what the JVM started with. */
    static PrintStream openStderr() {
        Integer descriptor = Integer.getInteger(STDERR);
        if (descriptor != null) {
            System.setErr(new PrintStream(new FileOutputStream(inherited(descriptor)), true, System.err.charset()));
        }
        return System.err;
    }

    /** Whether stderr is a terminal, as the launcher found. */
    static boolean interactive() {
        return Boolean.getBoolean(INTERACTIVE);
    }

    /**
     * The JDK offers no way to use an inherited descriptor other than 0, 1 and 2. Opening /dev/fd/N instead would give a file
     * an offset of its own, so that a script that collects stderr of several commands in one file would lose lines; and
     * sockets cannot be opened at all. The launcher opens java.io for this one field.
     */
    private static FileDescriptor inherited(int number) {
        try {
            FileDescriptor descriptor = new FileDescriptor();
            Field field = FileDescriptor.class.getDeclaredField("fd");
            field.setAccessible(true);
            field.setInt(descriptor, number);
            return descriptor;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot use the stderr that the launcher passed", e);
        }
    }
}
