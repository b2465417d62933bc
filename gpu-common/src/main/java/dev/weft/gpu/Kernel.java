package dev.weft.gpu;

import java.util.Map;

/** A kernel of a file, compiled when it is first launched. */
final class Kernel {
    private final KernelFile file;
    private final String name;
    private final Map<String, String> defines;
    private final int group;
    private long handle;

    /**
     * @throws IllegalArgumentException where the catalog has no such kernel
     */
    Kernel(KernelFile file, String name, Map<String, String> defines, int group) {
        if (!file.kernels().contains(name)) {
            throw new IllegalArgumentException(file.fileName() + " has no kernel '" + name + "'");
        }
        this.file = file;
        this.name = name;
        this.defines = defines;
        this.group = group;
    }

    /** Work-items of a work-group. */
    int group() {
        return group;
    }

    long handle(GpuDriver driver) {
        if (handle == 0) {
            handle = driver.kernel(file.source(defines), name);
        }
        return handle;
    }
}
