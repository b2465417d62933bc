package dev.weft.opencl;

import dev.weft.DeviceOptions;
import dev.weft.backend.Availability;
import dev.weft.backend.Backend;
import dev.weft.backend.BackendProvider;
import dev.weft.backend.BackendUnavailableException;
import dev.weft.gpu.CacheFolder;
import dev.weft.gpu.GpuBackend;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/** Provides the devices of all OpenCL platforms. */
public final class OpenClProvider implements BackendProvider {
    private static final int GPU = 150;

    /** Below the CPU backend: the same processor, by way of a driver. */
    private static final int CPU_ONLY = 50;

    private @Nullable Availability found;

    /** For {@link java.util.ServiceLoader}. */
    public OpenClProvider() {}

    @Override
    public String name() {
        return "opencl";
    }

    /**
     * That of a GPU, unless there are only CPUs. Where OpenCL is missing it is a GPU's too, so that
     * a choice without it is explained.
     */
    @Override
    public int preference() {
        return probe() instanceof Availability.Ready(var devices)
                        && devices.stream()
                                .allMatch(device -> "CPU".equals(device.properties().get("type")))
                ? CPU_ONLY
                : GPU;
    }

    @Override
    public Availability probe() {
        Availability known = found;
        if (known == null) {
            known = OpenClLibrary.availability();
            found = known;
        }
        return known;
    }

    @Override
    public Set<DeviceOptions.Option> options() {
        return Set.of(DeviceOptions.Option.CACHE_FOLDER);
    }

    @Override
    public Backend open(int index, DeviceOptions options) {
        if (probe() instanceof Availability.Unavailable(String reason, String remedy)) {
            throw new BackendUnavailableException("opencl: " + reason + ": " + remedy);
        }
        List<OpenClDevice> devices = OpenClLibrary.devices();
        if (index < 0 || index >= devices.size()) {
            throw new BackendUnavailableException(
                    "opencl: there is no device " + index + " of " + devices.size());
        }
        OpenClDevice device = devices.get(index);
        CacheFolder cache = CacheFolder.of(options, "opencl:" + index);
        OpenClDriver driver = new OpenClDriver(device, index, ProgramCache.of(device, cache));
        try {
            return new GpuBackend(driver, cache);
        } catch (RuntimeException e) {
            driver.close();
            throw e;
        }
    }
}
