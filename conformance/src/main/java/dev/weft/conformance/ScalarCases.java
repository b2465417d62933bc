package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;

import org.junit.jupiter.api.DynamicTest;

import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Tensors with numbers: integers stay exact or are refused, and zeros keep their sign. */
final class ScalarCases {
    private ScalarCases() {}

    static Stream<DynamicTest> all(Supplier<Device> device) {
        int[] x = {10, -7, 16_777_217, Integer.MAX_VALUE, Integer.MIN_VALUE};
        return Stream.of(
                exact(device, "mul(3)", x, v -> v.mul(3), i -> i * 3),
                exact(device, "mul", x, v -> v.mul(16_777_217), i -> i * 16_777_217),
                exact(device, "mul(max)", x, v -> v.mul(Integer.MAX_VALUE), i -> -i + (i << 31)),
                exact(device, "add", x, v -> v.add(16_777_217), i -> i + 16_777_217),
                exact(device, "sub(min)", x, v -> v.sub(Integer.MIN_VALUE), i -> i ^ (1 << 31)),
                exact(device, "div", x, v -> v.div(16_777_217), i -> i / 16_777_217),
                exact(device, "div(-1)", x, v -> v.div(-1), i -> -i),
                exact(device, "clamp", x, v -> v.clamp(-5, 16_777_217), i -> clamp(i, 16_777_217)),
                exact(
                        device,
                        "clamp from below",
                        x,
                        v -> v.clamp(-5, Double.POSITIVE_INFINITY),
                        i -> clamp(i, Integer.MAX_VALUE)),
                refused(device, "mul(0.4)", v -> v.mul(0.4)),
                refused(device, "add(NaN)", v -> v.add(Double.NaN)),
                refused(device, "sub(1e10)", v -> v.sub(1e10)),
                refused(device, "div(2.5)", v -> v.div(2.5)),
                refused(device, "pow(0.5)", v -> v.pow(0.5)),
                refused(device, "clamp(0.5, 2)", v -> v.clamp(0.5, 2)),
                zeros(device));
    }

    private static int clamp(int i, int high) {
        return Math.min(Math.max(i, -5), high);
    }

    private interface IntegerFunction {
        int apply(int x);
    }

    private static DynamicTest exact(
            Supplier<Device> device,
            String name,
            int[] values,
            UnaryOperator<Tensor> operation,
            IntegerFunction expected) {
        return dynamicTest(
                "I32 " + name,
                () -> {
                    int[] results = new int[values.length];
                    for (int i = 0; i < results.length; i++) {
                        results[i] = expected.apply(values[i]);
                    }
                    try (Scope _ = device.get().scope()) {
                        Tensor y = operation.apply(device.get().tensor(values));
                        assertArrayEquals(results, y.toIntArray());
                    }
                });
    }

    private static DynamicTest refused(
            Supplier<Device> device, String name, Consumer<Tensor> operation) {
        return dynamicTest(
                "I32 " + name + " is refused",
                () -> {
                    try (Scope _ = device.get().scope()) {
                        Tensor x = device.get().tensor(new int[] {10, 7});
                        assertThrows(IllegalArgumentException.class, () -> operation.accept(x));
                        assertEquals(5, x.to(DType.F32).mul(0.5).to(DType.I32).toIntArray()[0]);
                    }
                });
    }

    private static DynamicTest zeros(Supplier<Device> device) {
        return dynamicTest(
                "signs of zeros",
                () -> {
                    try (Scope _ = device.get().scope()) {
                        Tensor x = device.get().tensor(new float[] {-0f, 0f});
                        float[] same = {-0f, 0f};
                        float[] other = {0f, -0f};
                        assertArrayEquals(same, x.mul(2).toFloatArray());
                        assertArrayEquals(other, x.mul(-2).toFloatArray());
                        assertArrayEquals(other, x.div(-2).toFloatArray());
                        assertArrayEquals(same, x.sub(0).toFloatArray());
                        assertArrayEquals(new float[] {0, 0}, x.add(0).toFloatArray());
                        assertArrayEquals(same, x.elu(1).toFloatArray());
                    }
                });
    }
}
