package dev.weft.backend;

import org.jspecify.annotations.Nullable;

/**
 * The device failed for good; every later call on it throws this too. Another device can be opened.
 */
public final class DeviceLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with its message. */
    public DeviceLostException(String message) {
        super(message);
    }

    /** Creates the exception with its message and what caused it. */
    public DeviceLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
