package dev.tessera.cli;

/** What the process ends with; scripts rely on these. */
final class ExitCode {
    static final int DONE = 0;
    static final int SOME_FAILED = 1;
    static final int USAGE = 2;
    static final int CORRUPT = 3;
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
