package dev.weft.cli;

import dev.weft.backend.BackendUnavailableException;
import dev.weft.backend.DeviceLostException;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.train.NonFiniteException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * How the program ends where something went wrong.
 *
 * @param exit the exit code
 * @param line what went wrong and what to do, without a line break
 */
record Failure(Exit exit, String line) {
    /** No line is longer, whatever a file's contents were made to say. */
    private static final int LONGEST = 1000;

    Failure {
        String joined =
                line.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("unknown");
        line = joined.length() > LONGEST ? joined.substring(0, LONGEST) + " ..." : joined;
    }

    static Failure of(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            // Whatever threads and callers have wrapped it in.
            if (cause instanceof OutOfMemoryError error) {
                return new Failure(Exit.BAD_INPUT, outOfMemory(error));
            }
        }
        Throwable wrapped = e.getCause();
        if (e instanceof UncheckedIOException && wrapped != null) {
            return of(wrapped);
        }
        return switch (e) {
            case InputException _, IOException _, NonFiniteException _ ->
                    new Failure(Exit.BAD_INPUT, message(e));
            case BackendUnavailableException _,
                    DeviceOutOfMemoryException _,
                    DeviceLostException _,
                    IllegalArgumentException _ ->
                    new Failure(Exit.BAD_INPUT, message(e));
            case LinkageError _ ->
                    new Failure(
                            Exit.BAD_INPUT,
                            "%s: a class or a native library is missing or does not fit; build Weft again"
                                    .formatted(e));
            default -> new Failure(Exit.BUG, e + "; this is a bug, --stacktrace shows where");
        };
    }

    private static String outOfMemory(OutOfMemoryError error) {
        String reason = String.valueOf(error.getMessage());
        if (reason.contains("thread")) {
            return "the system refuses another thread (%s): see ulimit -u".formatted(reason);
        }
        return "out of memory (%s) with a Java heap of %d MiB: give it more, such as WEFT_JAVA_OPTS=-Xmx8g, or less to do"
                .formatted(reason, Runtime.getRuntime().maxMemory() >> 20);
    }

    /** The JDK's file exceptions have only the file's name as their message. */
    private static String message(Throwable e) {
        String message = messageOf(e);
        return switch (e) {
            case NoSuchFileException _ -> message + ": there is no such file or folder";
            case AccessDeniedException _ -> message + ": permission denied";
            case NotDirectoryException _ -> message + ": is not a folder";
            case FileAlreadyExistsException _ -> message + ": is there already, and is no folder";
            default -> message;
        };
    }

    private static String messageOf(Throwable e) {
        @Nullable String message = e.getMessage();
        return message == null || message.isBlank() ? e.toString() : message;
    }
}
