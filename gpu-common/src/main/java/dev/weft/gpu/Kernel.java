package dev.weft.gpu;

import java.util.Map;

/** A kernel of a file, looked up and compiled when it is first launched. */
final class Kernel {
    private final KernelFile file;
    private final String name;
    private final Map<String, String> defines;
    private final int group;
    private long handle;

    Kernel(KernelFile file, String name, Map<String, String> defines, int group) {
        this.file = file;
        this.name = name;
        this.defines = defines;
        this.group = group;
    }

    /** Work-items of a work-group. */
    int group() {
        return group;
    }

    /**
     * The driver's handle.
     *
     * @throws IllegalStateException where the catalog has no such kernel
     */
    long handle(GpuDriver driver) {
        if (handle == 0) {
            KernelSource source = file.source(defines);
            if (!source.kernels().contains(name)) {
                throw new IllegalStateException(
                        "%s has no kernel '%s' for %s"
                                .formatted(file.fileName(), name, source.dtype()));
            }
            handle = driver.kernel(source, name);
        }
        return handle;
    }
}
