package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;

import org.junit.jupiter.api.DynamicTest;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Tensors with numbers: integers stay exact or are refused, and zeros keep their sign. */
final class ScalarCases {
    private ScalarCases() {}

    static Stream<DynamicTest> all(Supplier<Device> device) {
        Stream<DynamicTest> integers =
                Arrays.stream(DType.values())
                        .filter(DType::isInteger)
                        .flatMap(dtype -> integers(device, dtype));
        Stream<DynamicTest> floating =
                Stream.of(DType.F64, DType.F32, DType.F16, DType.BF16)
                        .map(dtype -> zeros(device, dtype));
        return Stream.concat(integers, floating);
    }

    private static Stream<DynamicTest> integers(Supplier<Device> device, DType dtype) {
        long low = dtype.smallest();
        long high = dtype.largest();
        // Odd, and as large as a double has it.
        long large = dtype == DType.I64 ? (1L << 53) - 1 : high;
        double none = Double.POSITIVE_INFINITY;
        return Stream.of(
                exact(device, dtype, "mul(3)", v -> v.mul(3), i -> i * 3),
                exact(device, dtype, "mul(large)", v -> v.mul((double) large), i -> i * large),
                exact(device, dtype, "add(large)", v -> v.add((double) large), i -> i + large),
                exact(device, dtype, "add(low)", v -> v.add((double) low), i -> i + low),
                exact(device, dtype, "sub(low)", v -> v.sub((double) low), i -> i - low),
                exact(device, dtype, "div(large)", v -> v.div((double) large), i -> i / large),
                exact(device, dtype, "div(3)", v -> v.div(3), i -> i / 3),
                exact(
                        device,
                        dtype,
                        "div(-1)",
                        v -> dtype == DType.U8 ? v.div(1) : v.div(-1),
                        i -> dtype == DType.U8 ? i : -i),
                exact(
                        device,
                        dtype,
                        "clamp",
                        v -> v.clamp(5, (double) large),
                        i -> Math.clamp(i, 5, large)),
                exact(
                        device,
                        dtype,
                        "clamp from below",
                        v -> v.clamp(5, none),
                        i -> Math.max(5, i)),
                exact(device, dtype, "clamp not at all", v -> v.clamp(-none, none), i -> i),
                refused(device, dtype, "mul(0.4)", v -> v.mul(0.4)),
                refused(device, dtype, "add(NaN)", v -> v.add(Double.NaN)),
                refused(device, dtype, "sub(1e30)", v -> v.sub(1e30)),
                refused(device, dtype, "add beyond", v -> v.add(high + 1.0)),
                refused(device, dtype, "div(2.5)", v -> v.div(2.5)),
                refused(device, dtype, "pow(0.5)", v -> v.pow(0.5)),
                refused(device, dtype, "clamp(0.5, 2)", v -> v.clamp(0.5, 2)),
                dynamicTest(dtype + " divided by 0", () -> byZero(device.get(), dtype)));
    }

    /** Small numbers, and those at the type's ends. */
    private static Values operands(DType dtype) {
        long high = dtype.largest();
        return Values.of(dtype, 10, 0, 1, -7, 99, high, high - 1, dtype.smallest(), high / 2 + 1);
    }

    private static DynamicTest exact(
            Supplier<Device> device,
            DType dtype,
            String name,
            UnaryOperator<Tensor> operation,
            LongUnaryOperator expected) {
        return dynamicTest(
                dtype + " " + name,
                () -> {
                    Values x = operands(dtype);
                    Values results = Values.zeros(dtype, x.size());
                    for (int i = 0; i < x.size(); i++) {
                        results.bits()[i] = expected.applyAsLong(x.integer(i));
                    }
                    long[] wrapped = new long[x.size()];
                    Arrays.setAll(wrapped, results::integer);
                    try (Scope _ = device.get().scope()) {
                        Tensor y = operation.apply(x.on(device.get()));
                        assertArrayEquals(wrapped, y.toLongArray());
                    }
                });
    }

    private static DynamicTest refused(
            Supplier<Device> device, DType dtype, String name, Consumer<Tensor> operation) {
        return dynamicTest(
                dtype + " " + name + " is refused",
                () -> {
                    try (Scope _ = device.get().scope()) {
                        Tensor x = Values.of(dtype, 10, 7).on(device.get());
                        var error =
                                assertThrows(
                                        IllegalArgumentException.class, () -> operation.accept(x));
                        String message = String.valueOf(error.getMessage());
                        assertTrue(message.contains(dtype.toString()), message);
                        assertEquals(5, x.to(DType.F32).mul(0.5).to(dtype).toLongArray()[0]);
                    }
                });
    }

    private static void byZero(Device device, DType dtype) {
        try (Scope _ = device.scope()) {
            Tensor x = Values.of(dtype, 10, 7, 0).on(device);
            Tensor zero = Values.of(dtype, 3, 0, 1).on(device);
            for (Runnable division : List.<Runnable>of(() -> x.div(0), () -> x.div(zero))) {
                var error = assertThrows(ArithmeticException.class, division::run);
                String message = String.valueOf(error.getMessage());
                assertTrue(message.startsWith("div") && message.contains("" + dtype), message);
            }
            Tensor some = Values.of(dtype, 5, 2, 1).on(device);
            assertArrayEquals(new long[] {2, 3, 0}, x.div(some).toLongArray());
        }
    }

    private static DynamicTest zeros(Supplier<Device> device, DType dtype) {
        return dynamicTest(
                dtype + " signs of zeros",
                () -> {
                    try (Scope _ = device.get().scope()) {
                        Tensor x = Values.of(dtype, -0.0, 0.0).on(device.get());
                        double[] same = {-0.0, 0};
                        double[] other = {0, -0.0};
                        assertArrayEquals(same, x.mul(2).toDoubleArray());
                        assertArrayEquals(other, x.mul(-2).toDoubleArray());
                        assertArrayEquals(other, x.div(-2).toDoubleArray());
                        assertArrayEquals(same, x.sub(0).toDoubleArray());
                        assertArrayEquals(new double[] {0, 0}, x.add(0).toDoubleArray());
                        assertArrayEquals(same, x.elu(1).toDoubleArray());
                    }
                });
    }
}
