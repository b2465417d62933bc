package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;

import org.junit.jupiter.api.DynamicTest;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * An embedding's gradient by so many indices that to compare each with each would take minutes
 * where it takes a second otherwise.
 */
final class ManyIndices {
    private static final int COUNT = 1 << 20;

    /** Odd, so that its multiples modulo a power of 2 are all different. */
    private static final int STRIDE = 0x9E3779B1;

    private ManyIndices() {}

    static DynamicTest test(Supplier<Device> device) {
        return dynamicTest(
                "a million indices",
                () -> assertTimeout(Duration.ofSeconds(60), () -> gradient(device.get())));
    }

    /** Every other index is of one row, and the others are of different ones. */
    private static void gradient(Device device) {
        int[] indices = new int[COUNT];
        float[] expected = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            indices[i] = i % 2 == 0 ? 7 : (i * STRIDE) & (COUNT - 1);
            expected[indices[i]]++;
        }
        try (Scope _ = device.scope();
                Tape tape = new Tape(device)) {
            Tensor table = device.ones(COUNT, 1);
            tape.watch(table);
            Tensor y = table.gather(device.tensor(indices)).sum();
            assertArrayEquals(expected, tape.gradients(y).of(table).toFloatArray());
        }
        assertEquals(0, device.memory().liveBytes());
    }
}
