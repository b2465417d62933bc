package dev.weft.cuda;

import dev.weft.DeviceOptions;
import dev.weft.backend.Availability;
import dev.weft.backend.Backend;
import dev.weft.backend.BackendProvider;
import dev.weft.backend.BackendUnavailableException;
import dev.weft.gpu.CacheFolder;
import dev.weft.gpu.GpuBackend;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.Set;

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
    public Set<DeviceOptions.Option> options() {
        return Set.of(DeviceOptions.Option.GEMM, DeviceOptions.Option.CACHE_FOLDER);
    }

    @Override
    public Backend open(int index, DeviceOptions options) {
        CudaLibrary.Found known = find();
        int devices =
                switch (known.availability()) {
                    case Availability.Ready(var ready) -> ready.size();
                    case Availability.Unavailable(String reason, String remedy) ->
                            throw new BackendUnavailableException(
                                    "cuda: " + reason + ": " + remedy);
                };
        if (index < 0 || index >= devices) {
            throw new BackendUnavailableException(
                    "cuda: there is no device " + index + " of " + devices);
        }
        CudaDevice device = CudaDevice.of(index);
        if (!device.isServed()) {
            throw new BackendUnavailableException(
                    "cuda: %s has compute capability %s, and Weft's kernels need 7.5 or later"
                            .formatted(device.name(), device.capability()));
        }
        String selector = "cuda:" + index;
        CacheFolder cache = CacheFolder.of(options, selector);
        CublasSearch.Result cublas = cublas(known, options, selector);
        CudaDriver driver =
                CudaDriver.open(device, device.info(known.driver(), cublas), cublas.library());
        try {
            return new GpuBackend(driver, cache);
        } catch (RuntimeException e) {
            driver.close();
            throw e;
        }
    }

    private static CublasSearch.Result cublas(
            CudaLibrary.Found known, DeviceOptions options, String selector) {
        return switch (options.gemm().orElse(null)) {
            case null -> Objects.requireNonNull(known.cublas());
            case OWN -> new CublasSearch.Result(null, "the option gemm is own");
            case VENDOR -> {
                CublasSearch.Result found = CudaLibrary.cublas(known.driver(), true);
                if (found.library() == null) {
                    throw options.refused(
                            DeviceOptions.Option.GEMM,
                            selector,
                            "there is no cuBLAS to multiply by: " + found.reasons());
                }
                yield found;
            }
        };
    }
}
