package dev.weft.cuda;

import static jcuda.driver.JCudaDriver.cuDeviceGetCount;
import static jcuda.driver.JCudaDriver.cuDriverGetVersion;
import static jcuda.driver.JCudaDriver.cuInit;

import dev.weft.backend.Availability;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.DeviceLostException;
import dev.weft.backend.NativeAccess;

import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The system's CUDA driver: the library and its devices. JCuda's classes fail on first use where
 * the library is missing, so it is looked for without them.
 */
final class CudaLibrary {
    /** The first driver that takes the PTX that Weft ships: CUDA 12.0, as cuDriverGetVersion. */
    static final int OLDEST_DRIVER = 12000;

    private static final String REMEDY =
            "install NVIDIA's driver, version 525 or later; a CUDA toolkit is not needed";

    private static final String LOOK =
            "see whether nvidia-smi lists a GPU, and whether CUDA_VISIBLE_DEVICES hides it";

    private static final String REPAIR =
            "see whether nvidia-smi works: the driver's library and the kernel's module have to be"
                    + " of the same version";

    private CudaLibrary() {}

    /**
     * What there is.
     *
     * @param availability as {@link dev.weft.backend.BackendProvider#probe} tells it
     * @param driver its version of CUDA, as cuDriverGetVersion; 0 where no GPU can be used
     * @param cublas null where no GPU can be used
     */
    record Found(Availability availability, int driver, CublasSearch.@Nullable Result cublas) {}

    /** Looks for the driver, its GPUs, and cuBLAS. */
    static Found find() {
        try {
            return search();
        } catch (IllegalCallerException e) {
            return refused();
        }
    }

    private static Found refused() {
        return unavailable(
                NativeAccess.refused(CudaLibrary.class, JCudaDriver.class, JCublas2.class));
    }

    private static Found search() {
        String library = libraryName();
        if (SharedObject.isCutOff(Path.of(library))) {
            return missing(library + " is cut off", REMEDY);
        }
        SymbolLookup symbols;
        try {
            symbols = load(library);
        } catch (IllegalArgumentException e) {
            return missing("there is no " + library + ", the library of NVIDIA's driver", REMEDY);
        }
        for (String symbol : List.of("cuInit", "cuDriverGetVersion", "cuMemAllocAsync")) {
            if (symbols.find(symbol).isEmpty()) {
                return missing(
                        library + " has no " + symbol + ": the driver is too old, or is another's",
                        REMEDY);
            }
        }
        Optional<String> problem = JcudaNatives.bringOut(JCudaDriver.class, "JCudaDriver");
        if (problem.isPresent()) {
            return missing(problem.get(), "remove it, or name another folder by -Djava.io.tmpdir");
        }
        try {
            JCudaDriver.setExceptionsEnabled(false);
        } catch (LinkageError e) {
            if (NativeAccess.isRefused(JCudaDriver.class)) {
                return refused();
            }
            return missing(
                    "JCuda's own library cannot be loaded here",
                    "run on Linux or Windows on x86-64 with jcuda-natives on the class path; on the"
                            + " module path add --patch-module jcuda=<jar of jcuda-natives>");
        }
        int code = cuInit(0);
        if (code != CUresult.CUDA_SUCCESS) {
            return missing(
                    "cuInit gave " + Status.name(code),
                    code == CUresult.CUDA_ERROR_NO_DEVICE ? LOOK : REPAIR);
        }
        try {
            return devices();
        } catch (CudaException | DeviceLostException e) {
            return missing(String.valueOf(e.getMessage()), REPAIR);
        }
    }

    private static Found missing(String reason, String remedy) {
        return unavailable(new Availability.Unavailable(reason, remedy));
    }

    private static Found unavailable(Availability.Unavailable why) {
        return new Found(why, 0, null);
    }

    private static Found devices() {
        int[] number = new int[1];
        Status.check(cuDriverGetVersion(number), "cuDriverGetVersion");
        int version = number[0];
        if (version < OLDEST_DRIVER) {
            return missing(
                    "the driver is one of CUDA " + version(version) + ", before 12.0", REMEDY);
        }
        Status.check(cuDeviceGetCount(number), "cuDeviceGetCount");
        int count = number[0];
        if (count == 0) {
            return missing("the driver found no GPU", LOOK);
        }
        CublasSearch.Result cublas = cublas(version, false);
        List<DeviceInfo> infos =
                IntStream.range(0, count)
                        .mapToObj(i -> CudaDevice.of(i).info(version, cublas))
                        .toList();
        return new Found(new Availability.Ready(infos), version, cublas);
    }

    /**
     * Looks for cuBLAS. The system property {@code weft.cublas} is asked before the variable.
     *
     * @param driver the driver's version, as cuDriverGetVersion
     * @param needed whether to look for it also where one of the two is {@code none}
     */
    static CublasSearch.Result cublas(int driver, boolean needed) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        String named = System.getProperty("weft.cublas");
        if (named != null) {
            environment.put(CublasSearch.VARIABLE, named);
        }
        if (needed) {
            environment.remove(CublasSearch.VARIABLE, CublasSearch.NONE);
        }
        return new CublasSearch(environment, Path.of("/"), isWindows(), driver / 1000).run();
    }

    private static boolean isWindows() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    /** As CUDA's versions are written: 12080 is 12.8. */
    static String version(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }

    /** The system property {@code weft.cuda.library} names another. */
    private static String libraryName() {
        return System.getProperty("weft.cuda.library", isWindows() ? "nvcuda.dll" : "libcuda.so.1");
    }

    /** The functions of the driver's library, which {@link #find} has found. */
    static SymbolLookup symbols() {
        return load(libraryName());
    }

    /**
     * Loads the driver's library for good: JCuda's, which asks for it by the same name, then gets
     * this one.
     */
    @SuppressWarnings("restricted")
    private static SymbolLookup load(String library) {
        return SymbolLookup.libraryLookup(library, Arena.global());
    }
}
