package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.KernelCall;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Every method of a tensor that gives a tensor, on every type and on every two types: a result that
 * agrees with the reference's, or its very error, which names what is wrong, and nothing left. The
 * methods are found, not listed.
 */
final class TypeCases {
    private static final double[] VALUES = {1, 2, 3, 1, 5, 7, 2, 1, 4};

    private final Device device;
    private final Device reference;

    private TypeCases(Device device, Device reference) {
        this.device = device;
        this.reference = reference;
    }

    static Stream<DynamicTest> all(Supplier<Device> device, Supplier<Device> reference) {
        return Arrays.stream(Tensor.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> method.getReturnType() == Tensor.class)
                .map(
                        method ->
                                dynamicTest(
                                        method.getName()
                                                + Arrays.toString(method.getParameterTypes()),
                                        () ->
                                                new TypeCases(device.get(), reference.get())
                                                        .check(method)));
    }

    private void check(Method method) {
        List<Class<?>> types = List.of(method.getParameterTypes());
        for (DType dtype : DType.values()) {
            if (types.isEmpty()) {
                check(method, dtype);
            } else if (types.equals(List.of(double.class))) {
                // What every type has, and a fraction.
                check(method, dtype, 1.0);
                check(method, dtype, 0.5);
            } else if (types.equals(List.of(int[].class))) {
                check(method, dtype, (Object) new int[] {0});
            } else if (types.equals(List.of(int.class))) {
                check(method, dtype, 1);
            } else if (types.equals(List.of(Tensor.class))) {
                for (DType other : DType.values()) {
                    check(method, dtype, other);
                }
            }
        }
    }

    /** What a call gave: a result, or an error. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Outcome(DType dtype, double[] values, @Nullable RuntimeException error) {}

    private void check(Method method, DType dtype, Object... operands) {
        String what =
                "%s of %s with %s".formatted(method.getName(), dtype, Arrays.toString(operands));
        Outcome expected = call(reference, method, dtype, operands);
        int before = device.memory().liveTensors();
        Outcome actual = call(device, method, dtype, operands);
        assertEquals(before, device.memory().liveTensors(), what);
        if (actual.error instanceof UnsupportedOperationException refusal) {
            boolean ofF64 = dtype == DType.F64 || Arrays.asList(operands).contains(DType.F64);
            assertTrue(ofF64 && lacksF64(), what + ": " + refusal.getMessage());
        } else if (expected.error != null || actual.error != null) {
            assertEquals(text(reference, expected), text(device, actual), what);
            String message = String.valueOf(expected.error);
            Stream<Object> types = Stream.concat(Stream.of(dtype), Arrays.stream(operands));
            assertTrue(types.anyMatch(type -> message.contains(type.toString())), message);
            String words = message.replace("_", "").toLowerCase(Locale.ROOT);
            assertTrue(words.contains(method.getName().toLowerCase(Locale.ROOT)), message);
        } else {
            assertEquals(expected.dtype, actual.dtype, what);
            Agreement.compare(what, expected.dtype, expected.values, actual.values);
        }
    }

    private boolean lacksF64() {
        try (Tensor x = device.empty(DType.F64, Shape.of(1))) {
            return !device.backend().supports(new KernelCall.Fill(0, x.view()));
        }
    }

    private static String text(Device device, Outcome outcome) {
        return outcome.error == null
                ? "a result"
                : outcome.error.toString().replace(device.info().selector(), "the device");
    }

    private static Outcome call(Device device, Method method, DType dtype, Object... operands) {
        try (Scope _ = device.scope()) {
            Object[] arguments =
                    Arrays.stream(operands)
                            .map(each -> each instanceof DType type ? tensor(device, type) : each)
                            .toArray();
            Tensor y = (Tensor) method.invoke(tensor(device, dtype), arguments);
            return new Outcome(y.dtype(), y.toDoubleArray(), null);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException error) {
                return new Outcome(dtype, new double[0], error);
            }
            return fail(e);
        } catch (IllegalAccessException e) {
            return fail(e);
        }
    }

    private static Tensor tensor(Device device, DType dtype) {
        double[] values = dtype == DType.BOOL ? new double[VALUES.length] : VALUES;
        return Values.of(dtype, values).on(device, Shape.of(3, 3));
    }
}
