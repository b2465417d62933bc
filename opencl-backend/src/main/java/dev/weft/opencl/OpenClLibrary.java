package dev.weft.opencl;

import static org.lwjgl.opencl.CL10.CL_DEVICE_TYPE_ALL;
import static org.lwjgl.opencl.CL10.clGetDeviceIDs;
import static org.lwjgl.opencl.CL10.clGetPlatformIDs;

import dev.weft.backend.Availability;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.NativeAccess;

import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL;
import org.lwjgl.system.Configuration;
import org.lwjgl.system.Library;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.Platform;
import org.lwjgl.system.SharedLibrary;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The system's OpenCL: the loader library and the devices of all platforms. Apart from the
 * provider, since touching this class loads LWJGL.
 */
final class OpenClLibrary {
    private static final String LOADER_REMEDY =
            "install an OpenCL loader (on Debian: ocl-icd-libopencl1) and your device's driver"
                    + " (a GPU's own, or pocl-opencl-icd for the CPU)";
    private static final String DRIVER_REMEDY =
            "install your device's OpenCL driver: a GPU's own, or for the CPU PoCL (on Debian:"
                    + " pocl-opencl-icd)";

    private static boolean loaded;

    private OpenClLibrary() {}

    /** What there is, as {@link dev.weft.backend.BackendProvider#probe} tells it. */
    static Availability availability() {
        try {
            SignalHandlers.keep(OpenClLibrary::loadLwjgl);
        } catch (LinkageError e) {
            return NativeAccess.isRefused(OpenClLibrary.class)
                            || NativeAccess.isRefused(Library.class)
                    ? NativeAccess.refused(OpenClLibrary.class, Library.class, CL.class)
                    : withoutLwjgl(e);
        }
        try {
            SignalHandlers.keep(OpenClLibrary::load);
        } catch (LinkageError e) {
            return new Availability.Unavailable(
                    "the OpenCL library cannot be loaded: " + firstLine(e), LOADER_REMEDY);
        }
        List<OpenClDevice> devices;
        try {
            devices = devices();
        } catch (OpenClException e) {
            return new Availability.Unavailable(String.valueOf(e.getMessage()), DRIVER_REMEDY);
        }
        if (devices.isEmpty()) {
            if (SignalHandlers.keep(OpenClLibrary::poclCannotCache)) {
                return new Availability.Unavailable(
                        "PoCL is there, and has no device where its cache cannot be written: "
                                + PoclCache.folder(System.getenv()),
                        "set POCL_CACHE_DIR to a folder that you can write to");
            }
            return new Availability.Unavailable(
                    "the OpenCL loader is there, and found no device", DRIVER_REMEDY);
        }
        List<DeviceInfo> infos =
                IntStream.range(0, devices.size()).mapToObj(i -> devices.get(i).info(i)).toList();
        return new Availability.Ready(infos);
    }

    private static Availability.Unavailable withoutLwjgl(Throwable e) {
        return new Availability.Unavailable(
                "LWJGL's own library cannot be loaded: " + firstLine(e),
                Library.class.getModule().isNamed()
                        ? "add LWJGL's natives for this system to the module path, and start Java"
                                + " with --add-modules org.lwjgl.natives"
                        : "add LWJGL's natives for this system to the class path"
                                + " (org.lwjgl:lwjgl with classifier natives-linux,"
                                + " natives-macos-arm64, natives-windows ...)");
    }

    private static String firstLine(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.toString() : message.lines().findFirst().orElse(message);
    }

    /** Returns true, so that it can be a supplier. */
    private static boolean loadLwjgl() {
        Configuration.OPENCL_EXPLICIT_INIT.set(true);
        if (Configuration.MEMORY_BACKEND.get() == null) {
            // LWJGL's default reaches for sun.misc.Unsafe, about which the JVM prints warnings.
            Configuration.MEMORY_BACKEND.set("ffm");
        }
        Library.initialize();
        return true;
    }

    /** Likewise. */
    private static synchronized boolean load() {
        if (!loaded) {
            loadLwjgl();
            CL.create(loader());
            loaded = true;
        }
        return loaded;
    }

    /**
     * The path of OpenCL's loader. LWJGL's own choice on Linux is the name without a version alone,
     * which only development packages install, and it prints advice where nothing is found. That
     * name comes first here too: tools that stand in for the loader, as Oclgrind does, preload a
     * library of that name.
     */
    private static String loader() {
        String[] names =
                switch (Platform.get()) {
                    case MACOSX ->
                            new String[] {"/System/Library/Frameworks/OpenCL.framework/OpenCL"};
                    case WINDOWS -> new String[] {"OpenCL"};
                    default -> new String[] {"libOpenCL.so", "libOpenCL.so.1"};
                };
        SharedLibrary library =
                Library.loadNative(
                        CL.class,
                        "org.lwjgl.opencl",
                        Configuration.OPENCL_LIBRARY_NAME,
                        () -> {
                            throw new UnsatisfiedLinkError("there is no " + names[0]);
                        },
                        names);
        String path = library.getPath();
        return path == null ? library.getName() : path;
    }

    /**
     * The devices of all platforms: GPUs first, then accelerators, then CPUs, each in the order in
     * which OpenCL names them.
     */
    static List<OpenClDevice> devices() {
        return SignalHandlers.keep(OpenClLibrary::find);
    }

    private static List<OpenClDevice> find() {
        load();
        List<OpenClDevice> devices = new ArrayList<>();
        try (MemoryStack stack = MemoryStack.stackPush()) {
            for (long platform : platforms(stack)) {
                if (PoclCache.isMissingFor(OpenClDevice.platformName(platform))) {
                    continue;
                }
                for (long id : devices(stack, platform)) {
                    devices.add(OpenClDevice.of(platform, id));
                }
            }
        }
        devices.sort(Comparator.comparingInt(OpenClDevice::rank));
        return devices;
    }

    private static boolean poclCannotCache() {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            return LongStream.of(platforms(stack))
                    .mapToObj(OpenClDevice::platformName)
                    .anyMatch(PoclCache::isMissingFor);
        }
    }

    private static long[] platforms(MemoryStack stack) {
        IntBuffer count = stack.callocInt(1);
        int code = clGetPlatformIDs(null, count);
        if (code == Status.PLATFORM_NOT_FOUND_KHR || (code == 0 && count.get(0) == 0)) {
            return new long[0];
        }
        Status.check(code, "clGetPlatformIDs");
        PointerBuffer ids = stack.mallocPointer(count.get(0));
        Status.check(clGetPlatformIDs(ids, (IntBuffer) null), "clGetPlatformIDs");
        return handles(ids);
    }

    private static long[] devices(MemoryStack stack, long platform) {
        IntBuffer count = stack.callocInt(1);
        int code = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, null, count);
        if (code == Status.DEVICE_NOT_FOUND || (code == 0 && count.get(0) == 0)) {
            return new long[0];
        }
        Status.check(code, "clGetDeviceIDs");
        PointerBuffer ids = stack.mallocPointer(count.get(0));
        Status.check(
                clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, ids, (IntBuffer) null),
                "clGetDeviceIDs");
        return handles(ids);
    }

    private static long[] handles(PointerBuffer ids) {
        long[] handles = new long[ids.remaining()];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = ids.get(i);
        }
        return handles;
    }
}
