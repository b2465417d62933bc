package dev.weft.backend;

/**
 * A device cannot be opened with one of the options that were given. The message names the device,
 * the option and its value, and says what the device takes.
 */
public final class DeviceOptionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with its message. */
    public DeviceOptionException(String message) {
        super(message);
    }
}
