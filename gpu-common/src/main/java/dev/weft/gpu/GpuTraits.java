package dev.weft.gpu;

/**
 * What a device can do, as far as kernels are chosen by it.
 *
 * @param deviceClass its kind
 * @param computeUnits how many work-groups run at a time, at least
 * @param maxGroup the most work-items of a work-group
 * @param localBytes the local memory of a work-group
 * @param vectorFloats floats of a vector register, 1 where work-items share one
 * @param fp64 whether it computes in F64
 * @param vendor who made it, as its driver says
 * @param gemmLibrary the vendor's library of matrix products and its version, or empty
 * @param tuningKey what names this model of device in the tuner's file: names and versions
 */
public record GpuTraits(
        DeviceClass deviceClass,
        int computeUnits,
        int maxGroup,
        long localBytes,
        int vectorFloats,
        boolean fp64,
        String vendor,
        String gemmLibrary,
        String tuningKey) {}
