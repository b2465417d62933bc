package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Capture;
import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.ShapeException;
import dev.weft.Tensor;
import dev.weft.random.Philox;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Assignments between views of one tensor: every element gets what its source held before, as where
 * all of the source is copied first.
 */
final class AssignCases {
    private static final int ROWS = 37;
    private static final int TRIALS = 60;

    private AssignCases() {}

    static Stream<DynamicTest> all(Supplier<Device> device) {
        return Stream.of(
                dynamicTest("shifted by one", () -> shifts(device.get())),
                dynamicTest("transposed in place", () -> transposed(device.get())),
                dynamicTest("any views", () -> any(device.get())),
                dynamicTest("parts of every type", () -> parts(device.get())),
                dynamicTest("in a captured step", () -> captured(device.get())));
    }

    private static float[] counting(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = i;
        }
        return values;
    }

    /** Both ways, as far as blocks of any kernel reach. */
    private static void shifts(Device device) throws Throwable {
        for (int n : new int[] {2, 9, 1000, 100_000}) {
            for (boolean up : new boolean[] {true, false}) {
                scoped(
                        device,
                        () -> {
                            Tensor x = device.tensor(counting(n));
                            Tensor low = x.slice(0, 0, n - 1);
                            Tensor high = x.slice(0, 1, n);
                            (up ? high : low).assign(up ? low : high);
                            float[] expected = counting(n);
                            System.arraycopy(counting(n), up ? 0 : 1, expected, up ? 1 : 0, n - 1);
                            assertArrayEquals(expected, x.toFloatArray());
                        });
            }
        }
    }

    private static void transposed(Device device) throws Throwable {
        scoped(
                device,
                () -> {
                    Tensor x = device.tensor(counting(ROWS * ROWS), ROWS, ROWS);
                    x.assign(x.transpose());
                    float[] expected = new float[ROWS * ROWS];
                    for (int i = 0; i < expected.length; i++) {
                        expected[i] = i % ROWS * ROWS + i / ROWS;
                    }
                    assertArrayEquals(expected, x.toFloatArray());
                    x.assign(x);
                    assertArrayEquals(expected, x.toFloatArray());
                });
    }

    /** Random windows of a matrix, of one shape: some meet, some do not. */
    private static void any(Device device) throws Throwable {
        Philox random = new Philox(Seed.value());
        for (int trial = 0; trial < TRIALS; trial++) {
            int[] drawn = Draws.indices(random, 8, ROWS);
            int rows = 1 + drawn[0] % 9;
            int columns = 1 + drawn[1] % 9;
            int step = 1 + drawn[2] % 3;
            boolean turned = drawn[3] % 2 == 0;
            Function<Tensor, Tensor> from =
                    x -> window(x, drawn[4] % 12, drawn[5] % 12, rows, columns, step);
            Function<Tensor, Tensor> to =
                    x ->
                            turned
                                    ? window(x, drawn[6] % 12, drawn[7] % 12, columns, rows, step)
                                            .transpose()
                                    : window(x, drawn[6] % 12, drawn[7] % 12, rows, columns, step);
            scoped(
                    device,
                    () -> {
                        Tensor x = device.tensor(counting(ROWS * ROWS), ROWS, ROWS);
                        Tensor expected = x.copy();
                        to.apply(expected).assign(from.apply(x));
                        to.apply(x).assign(from.apply(x));
                        assertArrayEquals(expected.toFloatArray(), x.toFloatArray());
                    });
        }
    }

    private static Tensor window(Tensor x, int row, int column, int rows, int columns, int step) {
        return x.slice(0, row, row + (rows - 1) * 2 + 1, 2)
                .slice(1, column, column + (columns - 1) * step + 1, step);
    }

    /** What is assigned to a part repeats in it, and leaves the rest alone. */
    private static void parts(Device device) throws Throwable {
        for (DType dtype : DType.values()) {
            if (!TestDevices.has(device, dtype)) {
                continue;
            }
            scoped(
                    device,
                    () -> {
                        Tensor x = device.zeros(dtype, 3, 4);
                        x.slice(1, 1, 4, 2).assign(device.tensor(new int[] {0, 1, 1}, 3, 1));
                        x.slice(0, 0, 1).slice(1, 0, 3, 2).fill(1);
                        assertArrayEquals(
                                new double[] {1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1},
                                x.toDoubleArray());
                        Tensor row = x.select(0, 0);
                        assertThrows(ShapeException.class, () -> row.assign(x));
                        assertThrows(ShapeException.class, () -> row.expand(2, 4).fill(0));
                    });
        }
    }

    private static void captured(Device device) throws Throwable {
        scoped(
                device,
                () -> {
                    Tensor x = device.tensor(new float[] {0, 1, 2, 3, 4, 5});
                    try (Capture step =
                            device.capture(() -> x.slice(0, 1, 6).assign(x.slice(0, 0, 5)))) {
                        assertArrayEquals(new float[] {0, 0, 1, 2, 3, 4}, x.toFloatArray());
                        for (int i = 0; i < 2; i++) {
                            step.replay();
                        }
                        assertArrayEquals(new float[] {0, 0, 0, 0, 1, 2}, x.toFloatArray());
                    }
                });
    }

    private static void scoped(Device device, Executable body) throws Throwable {
        try (Scope _ = device.scope()) {
            body.execute();
        }
        assertEquals(0, device.memory().liveBytes(), "live bytes at the end");
    }
}
