package dev.weft.cuda;

import dev.weft.backend.Availability;
import dev.weft.backend.Backend;
import dev.weft.backend.BackendProvider;
import dev.weft.backend.BackendUnavailableException;
import dev.weft.backend.DeviceInfo;
import dev.weft.gpu.CacheFolder;
import dev.weft.gpu.GpuBackend;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;

/** Provides NVIDIA's GPUs. */
public final class CudaProvider implements BackendProvider {
    /** Before OpenCL on the same GPU. */
    private static final int PREFERENCE = 200;

    private CudaLibrary.@Nullable Found found;

    /** For {@link java.util.ServiceLoader}. */
    public CudaProvider() {}

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public int preference() {
        return PREFERENCE;
    }

    @Override
    public Availability probe() {
        return find().availability();
    }

    private CudaLibrary.Found find() {
        CudaLibrary.Found known = found;
        if (known == null) {
            known = CudaLibrary.find();
            found = known;
        }
        return known;
    }

    @Override
    public Backend open(int index) {
        CudaLibrary.Found known = find();
        List<DeviceInfo> devices =
                switch (known.availability()) {
                    case Availability.Ready(var ready) -> ready;
                    case Availability.Unavailable(String reason, String remedy) ->
                            throw new BackendUnavailableException(
                                    "cuda: " + reason + ": " + remedy);
                };
        if (index < 0 || index >= devices.size()) {
            throw new BackendUnavailableException(
                    "cuda: there is no device " + index + " of " + devices.size());
        }
        CudaDevice device = CudaDevice.of(index);
        if (!device.isServed()) {
            throw new BackendUnavailableException(
                    "cuda: %s has compute capability %s, and Weft's kernels need 7.5 or later"
                            .formatted(device.name(), device.capability()));
        }
        CublasSearch.Result cublas = Objects.requireNonNull(known.cublas());
        CudaDriver driver = CudaDriver.open(device, devices.get(index), cublas.library());
        try {
            return new GpuBackend(driver, CacheFolder.ofUser());
        } catch (RuntimeException e) {
            driver.close();
            throw e;
        }
    }
}
