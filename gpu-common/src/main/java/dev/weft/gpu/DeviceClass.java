package dev.weft.gpu;

/** What a device is like, as far as kernels are chosen by it. */
public enum DeviceClass {
    /** Few work-items at a time, wide vectors, large caches; local memory is ordinary memory. */
    CPU,
    /** Many work-items at a time, that hide each other's latency. */
    GPU
}
