package dev.weft.gpu;

import dev.weft.DType;

import java.util.Map;

/**
 * How work is divided on a class of device; portability.h says what each number means.
 *
 * @param items work-items of a group that share nothing
 * @param group work-items of a group that work together
 * @param span steps of each item of such a group
 * @param lanes independent sums of an item
 * @param vector steps of an item that become one vector instruction, on elements of 4 bytes
 */
record GroupSizes(int items, int group, int span, int lanes, int vector) {
    private static final int LARGEST_GROUP = 256;

    static GroupSizes of(GpuTraits traits) {
        int items = Integer.highestOneBit(Math.min(LARGEST_GROUP, traits.maxGroup()));
        return switch (traits.deviceClass()) {
            // A driver for CPUs runs the items of a group one after the other, and keeps what each
            // knows across a barrier in memory: measured on PoCL, SGD's update is five times as
            // fast with one item to a group.
            case CPU -> new GroupSizes(items, 1, 4096, 64, traits.vectorFloats());
            case GPU -> new GroupSizes(items, items, 4, 1, 1);
        };
    }

    /** The constants that kernels for a type are compiled with. */
    Map<String, String> defines(DType dtype) {
        int wide = Math.max(1, vector * Float.BYTES / dtype.computesIn().bytes());
        return Map.of(
                KernelFile.DTYPE,
                dtype.name(),
                "ITEMS",
                Integer.toString(items),
                "GROUP",
                Integer.toString(group),
                "SPAN",
                Integer.toString(span),
                "LANES",
                Integer.toString(lanes),
                "VECTOR",
                Integer.toString(wide));
    }
}
