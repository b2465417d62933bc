package dev.weft.backend;

import org.jspecify.annotations.Nullable;

/** The backend or the device cannot be used. The message says what is missing and what to do. */
public final class BackendUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with its message. */
    public BackendUnavailableException(String message) {
        super(message);
    }

    /** Creates the exception with its message and what caused it. */
    public BackendUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
