package dev.weft.backend;

import org.jspecify.annotations.Nullable;

/** The device has no memory left. The message gives the bytes asked for and the bytes in use. */
public final class DeviceOutOfMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with its message. */
    public DeviceOutOfMemoryException(String message) {
        super(message);
    }

    /** Creates the exception with its message and what caused it. */
    public DeviceOutOfMemoryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
