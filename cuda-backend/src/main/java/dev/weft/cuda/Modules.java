package dev.weft.cuda;

import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadDataJIT;
import static jcuda.driver.JCudaDriver.cuModuleUnload;

import dev.weft.gpu.KernelBuildException;
import dev.weft.gpu.KernelSource;

import jcuda.Pointer;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JITOptions;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The PTX in this jar, loaded by the driver, which compiles it for its GPU. */
final class Modules {
    private static final int LOG = 16 << 10;

    private final String device;
    private final PtxArchive archive = PtxArchive.shipped();
    private final Map<String, CUmodule> loaded = new HashMap<>();

    /** Handles count from 1. */
    private final List<Function> functions = new ArrayList<>();

    Modules(String device) {
        this.device = device;
    }

    /** A kernel's handle. */
    long kernel(KernelSource source, String name) {
        CUmodule module = loaded.computeIfAbsent(source.hash(), _ -> load(source));
        Function function = new Function();
        Status.check(
                cuModuleGetFunction(function, module, name),
                "cuModuleGetFunction of " + name + " in " + source.file());
        functions.add(function);
        return functions.size();
    }

    /** The driver's handle of a kernel. */
    long function(long kernel) {
        return functions.get((int) kernel - 1).value();
    }

    private CUmodule load(KernelSource source) {
        CUmodule module = new CUmodule();
        JITOptions options = new JITOptions();
        // The driver refuses a buffer without its size.
        options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG);
        options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[LOG]);
        int code = cuModuleLoadDataJIT(module, Pointer.to(ptx(source)), options);
        switch (code) {
            case CUresult.CUDA_ERROR_INVALID_PTX,
                    CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
                    CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU ->
                    throw new KernelBuildException(
                            source,
                            device,
                            Status.name(code)
                                    + "\n"
                                    + options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER));
            default -> Status.check(code, "cuModuleLoadDataEx of " + source.file());
        }
        return module;
    }

    /** With a zero behind it, as the driver reads it. */
    private byte[] ptx(KernelSource source) {
        String text =
                archive.ptx(source)
                        .orElseThrow(
                                () ->
                                        new KernelBuildException(
                                                source,
                                                device,
                                                "there is no PTX of it in Weft's jar"));
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }

    /** Codes do not matter any more. */
    void close() {
        loaded.values().forEach(module -> cuModuleUnload(module));
    }
}
