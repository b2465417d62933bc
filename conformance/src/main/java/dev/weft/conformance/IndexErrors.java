package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Device;
import dev.weft.Losses;
import dev.weft.Scope;
import dev.weft.Tensor;

import org.junit.jupiter.api.DynamicTest;

import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Indices outside their range: an error that names the index, its place and the range. */
final class IndexErrors {
    private static final int ROWS = 5;

    private IndexErrors() {}

    static Stream<DynamicTest> all(Supplier<Device> device) {
        return Stream.of(-1, ROWS, Integer.MAX_VALUE, Integer.MIN_VALUE)
                .flatMap(
                        bad ->
                                Stream.of(
                                        test(device, "gather", bad, Tensor::gather),
                                        test(device, "pick", bad, Tensor::pick),
                                        test(device, "crossEntropy", bad, Losses::crossEntropy)));
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
