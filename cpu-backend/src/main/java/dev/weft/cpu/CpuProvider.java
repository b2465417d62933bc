package dev.weft.cpu;

import dev.weft.DeviceOptions;
import dev.weft.backend.Availability;
import dev.weft.backend.Backend;
import dev.weft.backend.BackendProvider;
import dev.weft.backend.BackendUnavailableException;
import dev.weft.backend.NativeAccess;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;

/**
 * Provides the CPU backend where the vector API's module is present. Touches no class that needs it
 * before that is known.
 */
public final class CpuProvider implements BackendProvider {
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /** For {@link java.util.ServiceLoader}. */
    public CpuProvider() {}

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public int preference() {
        return 100;
    }

    @Override
    public Availability probe() {
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            return new Availability.Unavailable(
                    "the module "
                            + VECTOR_MODULE
                            + " is not among the modules that Java was started with",
                    "pass --add-modules " + VECTOR_MODULE + " to java");
        }
        try {
            CpuSettings.threads();
            CpuSettings.vectorBits();
        } catch (IllegalArgumentException e) {
            return new Availability.Unavailable(
                    String.valueOf(e.getMessage()), "correct or drop that system property");
        }
        return readsMemoryByAddress()
                ? new Availability.Ready(List.of(CpuBackend.describe(CpuSettings.threads())))
                : NativeAccess.refused(CpuProvider.class);
    }

    /** Whether Java lets kernels do so, as they must: ADR 6 says why. */
    @SuppressWarnings("restricted")
    private static boolean readsMemoryByAddress() {
        try {
            return MemorySegment.NULL.reinterpret(1).byteSize() == 1;
        } catch (IllegalCallerException e) {
            return false;
        }
    }

    @Override
    public Set<DeviceOptions.Option> options() {
        return Set.of(DeviceOptions.Option.THREADS, DeviceOptions.Option.VECTOR_BITS);
    }

    @Override
    public Backend open(int index, DeviceOptions options) {
        return switch (probe()) {
            case Availability.Unavailable(String reason, String remedy) ->
                    throw new BackendUnavailableException("cpu: " + reason + ": " + remedy);
            case Availability.Ready _ -> {
                int threads = CpuSettings.threads(options);
                VectorWidth.settle(options);
                yield CpuBackend.open(threads);
            }
        };
    }
}
