package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.ManagementFactory;

/** Operations of few elements: what they compute, and what they leave to be collected. */
class SmallOperationsTest {
    private static final int WARM = 30_000;
    private static final long COMPILED_BY_NANOS = 20_000_000_000L;
    private static final int CALLS = 1_000;

    /**
     * Of a tensor, its memory's record and a scope, and the call: 184 once C2 has compiled all of
     * it, 328 by C1.
     */
    private static final long MOST_BYTES = 400;

    /** Of no, of less than a vector, of some vectors and a rest, and of more than are few. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 16, 21, 1023, 1024, 1025})
    void everyElementIsComputed(int size) {
        try (Device device = new Device(CpuBackend.open(2));
                Scope _ = device.scope()) {
            double[] values = new double[size];
            double[] sums = new double[size];
            double[] roots = new double[size];
            for (int i = 0; i < size; i++) {
                values[i] = i;
                sums[i] = i + 2.0 * i;
                roots[i] = 3.0 * i;
            }
            Tensor x = device.tensor(values, size);
            assertArrayEquals(sums, x.add(x.mul(2)).toDoubleArray());
            assertArrayEquals(roots, x.mul(3).square().sqrt().toDoubleArray(), 1e-9);
        }
    }

    @Test
    void littleIsLeftToCollect() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Device device = new Device(CpuBackend.open(1));
                Scope _ = device.scope()) {
            Tensor x = device.ones(16);
            Tensor y = device.ones(16);
            add(device, x, y, WARM);
            long least = Long.MAX_VALUE;
            // The compiler works beside the calls, and may take a while where others do too.
            long end = System.nanoTime() + COMPILED_BY_NANOS;
            while (least > MOST_BYTES && System.nanoTime() < end) {
                long before = threads.getCurrentThreadAllocatedBytes();
                add(device, x, y, CALLS);
                long after = threads.getCurrentThreadAllocatedBytes();
                least = Math.min(least, (after - before) / CALLS);
            }
            assertTrue(least <= MOST_BYTES, least + " bytes are left by an addition");
        }
    }

    private static void add(Device device, Tensor x, Tensor y, int times) {
        for (int i = 0; i < times; i++) {
            try (Scope _ = device.scope()) {
                x.add(y);
            }
        }
    }
}
