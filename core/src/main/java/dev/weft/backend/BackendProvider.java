package dev.weft.backend;

/**
 * How a backend is found: by {@link java.util.ServiceLoader}, from {@code provides} in its
 * module-info and from {@code META-INF/services}. Making a provider must not touch a native
 * library; {@link #probe} may.
 */
public interface BackendProvider {
    /** The name that people choose it by, lower case, such as {@code cpu}. */
    String name();

    /**
     * Which to prefer where the user lets Weft choose: the highest that is available. Reference 0,
     * CPU 100, GPUs above. May look for devices as {@link #probe} does, where it depends on them.
     */
    int preference();

    /**
     * Looks for devices. Does not throw for what is missing: that is {@link
     * Availability.Unavailable}.
     */
    Availability probe();

    /**
     * Opens a device.
     *
     * @param index its position among the devices that {@link #probe} gave
     * @throws BackendUnavailableException where it cannot be opened, with every reason
     */
    Backend open(int index);
}
