package dev.weft.backend;

import java.util.List;

/** Whether a backend can be used here, and if not, why and what to do. */
public sealed interface Availability {
    /** The backend's devices, at least one, in the order of their indices. */
    record Ready(List<DeviceInfo> devices) implements Availability {}

    /**
     * The backend cannot be used.
     *
     * @param reason what is missing, such as a library, a symbol or a version
     * @param remedy what to install or which option to pass
     */
    record Unavailable(String reason, String remedy) implements Availability {}
}
