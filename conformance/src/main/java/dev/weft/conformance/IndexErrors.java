package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Device;
import dev.weft.Losses;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Indices outside their range: an error that names the index, its place and the range. */
final class IndexErrors {
    private static final int ROWS = 5;

    private IndexErrors() {}

    static Stream<DynamicTest> all(Supplier<Device> device) {
        Stream<DynamicTest> bad =
                Stream.of(-1, ROWS, Integer.MAX_VALUE, Integer.MIN_VALUE)
                        .flatMap(
                                i ->
                                        Stream.of(
                                                test(device, "gather", i, Tensor::gather),
                                                test(device, "takeAlong", i, Tensor::pick),
                                                test(device, "takeAlong", i, IndexErrors::taken),
                                                test(device, "scatterAlong", i, IndexErrors::put),
                                                test(device, "scatterAlong", i, IndexErrors::added),
                                                test(
                                                        device,
                                                        "crossEntropy",
                                                        i,
                                                        Losses::crossEntropy)));
        return Stream.concat(
                bad,
                Stream.of(
                        nothing(device, "gather", Shape.of(0, ROWS), Tensor::gather),
                        nothing(device, "takeAlong", Shape.of(1, 0), Tensor::pick),
                        amongMany(device),
                        update(device)));
    }

    private static Tensor taken(Tensor x, Tensor indices) {
        return x.takeAlong(1, indices.reshape(1, -1));
    }

    private static Tensor put(Tensor x, Tensor indices) {
        return x.scatter(0, indices.reshape(-1, 1), x.slice(1, 0, 1));
    }

    private static Tensor added(Tensor x, Tensor indices) {
        return x.scatterAdd(0, indices.reshape(-1, 1), x.slice(1, 0, 1));
    }

    /** An update that follows from a bad index is not done, whenever the index is reported. */
    private static DynamicTest update(Supplier<Device> open) {
        return dynamicTest(
                "update after a bad index",
                () -> {
                    Device device = open.get();
                    try (Scope _ = device.scope()) {
                        Tensor p = device.ones(ROWS);
                        Tensor control = device.tensor(new float[] {0.5f, 1});
                        Tensor steps = device.tensor(new int[] {3, 0});
                        Tensor go = device.tensor(new int[] {0});
                        Tensor table = device.ones(ROWS);
                        UpdateRule sgd = new UpdateRule.Sgd(0, false, Penalty.NONE);
                        for (int row : new int[] {ROWS, 1, -1, 2}) {
                            Tensor indices = device.tensor(new int[] {0, 4, 1, row, 3});
                            boolean good = row >= 0 && row < ROWS;
                            float[] before = p.toFloatArray();
                            Executable step =
                                    () -> {
                                        View g = table.gather(indices).view();
                                        View halt = go.view();
                                        device.backend()
                                                .run(
                                                        new KernelCall.Update(
                                                                sgd,
                                                                control.view(),
                                                                steps.view(),
                                                                halt,
                                                                p.view(),
                                                                g,
                                                                List.of()));
                                        device.synchronize();
                                    };
                            if (good) {
                                step.execute();
                                assertEquals(before[0] - 0.5f, p.toFloatArray()[0]);
                            } else {
                                assertThrows(IndexOutOfBoundsException.class, step);
                                assertArrayEquals(before, p.toFloatArray());
                            }
                        }
                        assertArrayEquals(new int[] {5, 0}, steps.toIntArray());
                    }
                    assertEquals(0, device.memory().liveBytes());
                });
    }

    /** Wherever it stands in a list that is checked by whole vectors and then one by one. */
    private static DynamicTest amongMany(Supplier<Device> open) {
        return dynamicTest(
                "one among many",
                () -> {
                    Device device = open.get();
                    try (Scope _ = device.scope()) {
                        Tensor x = device.zeros(ROWS);
                        for (int position : new int[] {0, 5, 31, 68}) {
                            for (int bad : new int[] {-1, ROWS, Integer.MIN_VALUE}) {
                                int[] indices = new int[69];
                                indices[position] = bad;
                                Tensor index = device.tensor(indices);
                                IndexOutOfBoundsException error =
                                        assertThrows(
                                                IndexOutOfBoundsException.class,
                                                () -> x.gather(index).toFloatArray());
                                String message = String.valueOf(error.getMessage());
                                assertTrue(
                                        message.contains(bad + " at position " + position),
                                        message);
                            }
                        }
                    }
                    assertEquals(0, device.memory().liveBytes());
                });
    }

    /** Where there is nothing to select from, every index is bad. */
    private static DynamicTest nothing(
            Supplier<Device> open,
            String name,
            Shape empty,
            BiFunction<Tensor, Tensor, Tensor> op) {
        return dynamicTest(
                name + " from " + empty,
                () -> {
                    Device device = open.get();
                    try (Scope _ = device.scope()) {
                        Tensor x = device.zeros(empty.toArray());
                        Tensor index = device.tensor(new int[] {0});
                        IndexOutOfBoundsException error =
                                assertThrows(
                                        IndexOutOfBoundsException.class,
                                        () -> op.apply(x, index).toFloatArray());
                        String message = String.valueOf(error.getMessage());
                        assertTrue(message.contains(name), message);
                        assertTrue(message.contains("[0, 0)"), message);
                    }
                    assertEquals(0, device.memory().liveBytes());
                });
    }

    private static DynamicTest test(
            Supplier<Device> open, String name, int bad, BiFunction<Tensor, Tensor, Tensor> op) {
        return dynamicTest(
                name + " with " + bad,
                () -> {
                    Device device = open.get();
                    try (Scope _ = device.scope()) {
                        Tensor x = device.zeros(ROWS, ROWS);
                        Tensor indices = device.tensor(new int[] {0, 4, 1, bad, 3});
                        IndexOutOfBoundsException error =
                                assertThrows(
                                        IndexOutOfBoundsException.class,
                                        () -> op.apply(x, indices).toFloatArray());
                        String message = String.valueOf(error.getMessage());
                        assertTrue(message.contains(name), message);
                        assertTrue(message.contains(String.valueOf(bad)), message);
                        assertTrue(message.contains("position 3"), message);
                        assertTrue(message.contains("[0, " + ROWS + ")"), message);
                        // The device goes on.
                        Tensor good = device.tensor(new int[] {0, 4, 1, 2, 3});
                        assertEquals(0, Losses.nll(x, good).item());
                    }
                    assertEquals(0, device.memory().liveBytes());
                });
    }
}
