package dev.weft.benchmarks.peers;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.bytedeco.javacpp.Loader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A native library that a peer's jar brings. Where several bring the same functions, as several
 * BLAS of one process do, how a library is opened decides whose are called.
 */
final class NativeLibrary {
    private static final int RTLD_LAZY = 1;
    private static final int RTLD_DEEPBIND = 8;
    private static final int RTLD_GLOBAL = 0x100;

    private static final Linker LINKER = Linker.nativeLinker();

    private static final MethodHandle OPEN =
            ofSystem("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle SYMBOL =
            ofSystem("dlsym", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle ERROR = ofSystem("dlerror", FunctionDescriptor.of(ADDRESS));

    private final String name;
    private final MemorySegment handle;

    private NativeLibrary(String name, MemorySegment handle) {
        this.name = name;
        this.handle = handle;
    }

    /**
     * Opens a library so that it finds its own functions before those of others, and others do not
     * find them.
     *
     * @param folder of the resources, with the libraries that it needs beside it
     */
    static NativeLibrary open(String folder, String name) {
        return open(folder, name, RTLD_LAZY | RTLD_DEEPBIND);
    }

    /** Opens a library so that those that are opened later find its functions before their own. */
    static NativeLibrary openForOthers(String folder, String name) {
        return open(folder, name, RTLD_LAZY | RTLD_GLOBAL | RTLD_DEEPBIND);
    }

    private static NativeLibrary open(String folder, String name, int flags) {
        Path unpacked;
        try {
            unpacked = Loader.cacheResource(folder).toPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(unpacked.resolve(name).toString());
            MemorySegment handle = (MemorySegment) OPEN.invokeExact(path, flags);
            if (handle.equals(MemorySegment.NULL)) {
                throw new IllegalStateException(error());
            }
            return new NativeLibrary(name, handle);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static String error() throws Throwable {
        return text((MemorySegment) ERROR.invokeExact());
    }

    @SuppressWarnings("restricted") // reads a text that the library that is measured returns
    static String text(MemorySegment address) {
        return address.equals(MemorySegment.NULL)
                ? "?"
                : address.reinterpret(Long.MAX_VALUE).getString(0);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle ofSystem(String function, FunctionDescriptor signature) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(function), signature);
    }

    /** A function without a result. */
    MethodHandle procedure(String function, MemoryLayout... parameters) {
        return function(function, FunctionDescriptor.ofVoid(parameters));
    }

    @SuppressWarnings("restricted")
    MethodHandle function(String function, FunctionDescriptor signature) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address =
                    (MemorySegment) SYMBOL.invokeExact(handle, arena.allocateFrom(function));
            if (address.equals(MemorySegment.NULL)) {
                throw new IllegalStateException(name + " has no " + function);
            }
            return LINKER.downcallHandle(address, signature);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
