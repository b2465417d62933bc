package dev.weft.backend;

import java.util.Locale;

/** Whose kernels multiply matrices. */
public enum GemmKernels {
    /** Weft's own. */
    OWN,
    /** Those of a library by the device's vendor, such as cuBLAS. */
    VENDOR;

    /** Its name, in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
