package dev.weft;

/**
 * A device's memory, in bytes.
 *
 * @param liveBytes held by open tensors
 * @param peakBytes the most that {@code liveBytes} has been
 * @param pooledBytes kept for reuse by the pool
 * @param liveTensors how many open tensors own memory
 * @param allocations how many times the pool has asked the device for memory; a steady loop does
 *     not raise it
 */
public record MemoryStats(
        long liveBytes, long peakBytes, long pooledBytes, int liveTensors, long allocations) {}
