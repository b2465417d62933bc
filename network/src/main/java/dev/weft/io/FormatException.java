package dev.weft.io;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * A file is not what it should be. The message names the file, what was found and what was
 * expected.
 */
public final class FormatException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with its message. */
    public FormatException(String message) {
        super(message);
    }

    /** Creates the exception with its message and what caused it. */
    public FormatException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
