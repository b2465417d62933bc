package dev.weft.cli;

import org.jspecify.annotations.Nullable;

/** Something that the user gave cannot be used: the message says what, where, and what to do. */
final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InputException(String message) {
        super(message);
    }

    InputException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
