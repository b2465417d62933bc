package dev.weft.backend;

import java.util.Map;

/**
 * What a device is, for people to read and choose by.
 *
 * @param selector what {@code Devices.open} takes for it, such as {@code cpu} or {@code opencl:1}
 * @param description the device's name, such as the processor's model
 * @param memoryBytes the memory that tensors can use, or 0 where unknown
 * @param properties further facts, in the order in which to show them
 */
public record DeviceInfo(
        String selector, String description, long memoryBytes, Map<String, String> properties) {}
