package dev.weft.backend;

import dev.weft.DeviceOptions;

import java.util.Set;

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

    /** The options that {@link #open} takes. */
    default Set<DeviceOptions.Option> options() {
        return Set.of();
    }

    /**
     * Opens a device.
     *
     * @param index its position among the devices that {@link #probe} gave
     * @param options none that is not among {@link #options}
     * @throws BackendUnavailableException where it cannot be opened, with every reason
     * @throws DeviceOptionException where it cannot be opened with an option's value, by {@link
     *     DeviceOptions#refused}
     */
    Backend open(int index, DeviceOptions options);
}
