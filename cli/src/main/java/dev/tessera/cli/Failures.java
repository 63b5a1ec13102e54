package dev.tessera.cli;

import dev.tessera.vqmodels.training.TrainingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** From an exception to one line and an exit code. */
final class Failures {
    private Failures() {}

    static String message(Throwable e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file: " + e.getMessage();
            case AccessDeniedException _ -> "access denied: " + e.getMessage();
            case FileAlreadyExistsException _ -> e.getMessage() + " exists; use --overwrite to replace it";
            case UncheckedIOException unchecked -> message(unchecked.getCause());
            case OutOfMemoryError _ -> "not enough memory; give the JVM more or the command less";
            case IOException _, IllegalArgumentException _, UsageException _, TrainingException _
            when e.getMessage() != null -> e.getMessage();
            default -> "internal error: " + e;
        };
    }

    static int exitCode(Throwable e) {
        return switch (e) {
            case UsageException _,
                    IllegalArgumentException _,
                    NoSuchFileException _,
                    FileAlreadyExistsException _,
                    AccessDeniedException _ -> ExitCode.USAGE;
            case UncheckedIOException unchecked -> exitCode(unchecked.getCause());
            case IOException _ -> ExitCode.CORRUPT;
            default -> ExitCode.SOME_FAILED;
        };
    }
}
