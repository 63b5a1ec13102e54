package dev.tessera.cli;

/** What the process ends with; scripts rely on these. An interrupt ends the JVM with 130 by itself. */
final class ExitCode {
    static final int DONE = 0;
    static final int SOME_FAILED = 1;
    static final int USAGE = 2;
    static final int CORRUPT = 3;

    private ExitCode() {}
}
