package dev.weft.opencl;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.backend.Availability;
import dev.weft.gpu.CacheFolder;
import dev.weft.gpu.GpuDriver;

import java.lang.reflect.Proxy;

/** Opens the first OpenCL device's driver for a test, or skips the test and says why. */
public final class TestDriver {
    /** What a test's field holds until it has opened a driver. */
    public static final GpuDriver NONE =
            (GpuDriver)
                    Proxy.newProxyInstance(
                            TestDriver.class.getClassLoader(),
                            new Class<?>[] {GpuDriver.class},
                            (_, _, _) -> null);

    private TestDriver() {}

    /** The first device, with the user's cache. */
    public static GpuDriver open() {
        return openCl();
    }

    static OpenClDriver openCl() {
        require();
        OpenClDevice device = OpenClLibrary.devices().getFirst();
        return new OpenClDriver(device, 0, ProgramCache.of(device, CacheFolder.ofUser()));
    }

    /** With a cache of programs, also where the driver has one of its own. */
    static OpenClDriver caching(CacheFolder cache) {
        require();
        return new OpenClDriver(OpenClLibrary.devices().getFirst(), 0, new ProgramCache(cache));
    }

    /** Skips the test where OpenCL is missing, or fails it where it was required. */
    static void require() {
        if (OpenClLibrary.availability() instanceof Availability.Unavailable(String reason, _)) {
            if (System.getProperty("require.backends", "").contains("opencl")) {
                fail("opencl was required: " + reason);
            }
            assumeTrue(false, "opencl: " + reason);
        }
    }
}
