package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.autograd.Gradients;
import dev.weft.autograd.Tape;
import dev.weft.backend.Activation;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.ForwardingBackend;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;
import dev.weft.reference.ReferenceBackend;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Tensors of every type, on the reference and on a backend that has kernels for two types only. */
class DTypesTest {
    private final Device device = new Device(new ReferenceBackend());
    private final Narrow narrow = new Narrow(new ReferenceBackend());
    private final Device small = new Device(narrow);

    /** Has no kernels but copies for other types than F32 and I32, and none at all for F64. */
    private static final class Narrow extends ForwardingBackend {
        private final List<KernelCall> calls = new ArrayList<>();

        Narrow(Backend backend) {
            super(backend);
        }

        @Override
        public boolean supports(KernelCall call) {
            List<DType> types =
                    Stream.concat(call.reads().stream(), call.writes().stream())
                            .map(View::dtype)
                            .toList();
            return !types.contains(DType.F64)
                    && (call instanceof KernelCall.Copy
                            || call instanceof KernelCall.Fill
                            || types.stream()
                                    .allMatch(
                                            type ->
                                                    type == DType.F32
                                                            || type == DType.I32
                                                            || type == DType.BOOL));
        }

        @Override
        public void run(KernelCall call) {
            assertTrue(supports(call), call::toString);
            calls.add(call);
            super.run(call);
        }
    }

    @AfterEach
    void close() {
        device.close();
        small.close();
    }

    @Test
    void everyTypeHoldsItsNumbers() {
        for (Device any : List.of(device, small)) {
            assertArrayEquals(
                    new double[] {0.1, 1e300},
                    any.tensor(new double[] {0.1, 1e300}).toDoubleArray());
            long[] longs = {Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1};
            assertArrayEquals(longs, any.tensor(longs).toLongArray());
            boolean[] truths = {true, false, true};
            assertArrayEquals(truths, any.tensor(truths).toBooleanArray());
            byte[] bytes = {-1, 0, 127};
            assertArrayEquals(new int[] {255, 0, 127}, any.tensor(DType.U8, bytes).toIntArray());
            assertArrayEquals(new int[] {-1, 0, 127}, any.tensor(DType.I8, bytes).toIntArray());
            Tensor half = any.tensor(DType.F16, new double[] {1, 65504, 0x1p-24});
            assertArrayEquals(new float[] {1, 65504, 0x1p-24f}, half.toFloatArray());
            assertArrayEquals(
                    new float[] {Long.MAX_VALUE},
                    any.tensor(new long[] {Long.MAX_VALUE}).toFloatArray());
            assertEquals(7, any.full(DType.I8, 7, Shape.SCALAR).item());
            assertEquals(1, any.ones(DType.BF16, 1).item());
            assertEquals(0, any.zeros(DType.BOOL, 1).item());
        }
    }

    @Test
    void wrongArraysAreRefused() {
        Tensor x = device.ones(2);
        assertThrows(ShapeException.class, x::toLongArray);
        assertThrows(ShapeException.class, x::toIntArray);
        assertThrows(ShapeException.class, x::toBooleanArray);
        assertThrows(ShapeException.class, () -> device.tensor(DType.I32, new byte[1]));
        assertThrows(ShapeException.class, () -> device.tensor(DType.I32, new double[1]));
        assertThrows(
                IllegalArgumentException.class, () -> device.full(DType.U8, 256, Shape.SCALAR));
        assertThrows(
                IllegalArgumentException.class, () -> device.full(DType.BOOL, 2, Shape.SCALAR));
    }

    /** What has no kernel is computed in a wider type, rounded once, and leaves nothing behind. */
    @Test
    void narrowTypesComputeInWiderOnes() {
        try (Scope _ = small.scope()) {
            Tensor x = small.tensor(DType.BF16, new double[] {1, 256, -2}, 3, 1);
            Tensor y = small.tensor(DType.BF16, new double[] {1, 2});
            Tensor sum = x.add(y);
            assertEquals(DType.BF16, sum.dtype());
            // 257 is a tie between 256 and 258, to even.
            assertArrayEquals(new double[] {2, 3, 256, 258, -1, 0}, sum.toDoubleArray());
            // Never rounded on the way: 256 + 1 + 1 in BF16 would stay 256.
            Tensor terms = small.tensor(DType.BF16, new double[] {256, 1, 1});
            assertEquals(258, terms.sum().item());
            Tensor bytes = small.tensor(DType.U8, new byte[] {(byte) 200, 100});
            assertArrayEquals(new int[] {144, 200}, bytes.add(bytes).toIntArray());
            Tensor nothing = small.zeros(DType.I8, 0);
            assertEquals(-128, nothing.max().item());
            assertEquals(127, nothing.min().item());
            assertEquals(0, bytes.slice(0, 0, 0).max().item());
            assertArrayEquals(
                    new int[] {-56}, small.tensor(DType.I8, new byte[] {56}).neg().toIntArray());
            assertArrayEquals(
                    new boolean[] {false, true, false},
                    x.greater(x.mean()).reshape(3).toBooleanArray());
        }
        assertEquals(0, small.memory().liveTensors());
        // A broadcast operand is converted once, not for each place where it stands.
        assertTrue(
                narrow.calls.stream()
                        .filter(call -> call instanceof KernelCall.Copy)
                        .allMatch(call -> call.writes().getFirst().size() <= 6));
    }

    @Test
    void aTypeThatTheDeviceHasNot() {
        Tensor x = small.tensor(new double[] {1, 2});
        int before = narrow.calls.size();
        var error = assertThrows(UnsupportedOperationException.class, () -> x.add(x));
        assertEquals(
                "binary: device reference cannot do it for these types ([2] F64, [2] F64): use"
                        + " other types, such as F32, or another device",
                error.getMessage());
        assertEquals(before, narrow.calls.size());
        x.close();
        assertEquals(0, small.memory().liveTensors());
    }

    /** As bytes they would be 0: 2^64 of them, which no long counts. */
    @Test
    void sizesThatNoLongCountsInBytes() {
        Shape shape = Shape.of(1L << 61);
        MemorySegment none = MemorySegment.ofArray(new byte[0]);
        var upload =
                assertThrows(ShapeException.class, () -> device.upload(DType.F64, none, shape));
        assertEquals(
                "upload: F64 " + shape + " takes 18446744073709551616 bytes, got 0",
                upload.getMessage());
        Tensor x = device.zeros(DType.F64, 1).expand(1L << 61);
        assertThrows(ShapeException.class, () -> x.download(none));
        assertThrows(DeviceOutOfMemoryException.class, () -> device.empty(DType.F64, shape));
        assertThrows(DeviceOutOfMemoryException.class, x::copy);
    }

    @Test
    void typesDoNotMix() {
        Tensor a = device.ones(2);
        Tensor b = device.ones(DType.F64, 2);
        for (var mixed :
                List.<Runnable>of(
                        () -> a.add(b),
                        () -> a.less(b),
                        () -> a.matmul(b),
                        () -> a.equal(a).where(a, b),
                        () -> Losses.mse(a, b),
                        () -> Tensor.concat(0, a, b))) {
            var error = assertThrows(ShapeException.class, mixed::run);
            String message = String.valueOf(error.getMessage());
            assertTrue(message.contains("F32") && message.contains("F64"), message);
        }
        assertThrows(ShapeException.class, () -> a.where(a, a));
    }

    @Test
    void comparisonsChoose() {
        Tensor x = device.tensor(new double[] {-1, 0, 2, Double.NaN});
        Tensor zero = device.zeros(DType.F64);
        assertArrayEquals(
                new boolean[] {false, true, false, false}, x.equal(zero).toBooleanArray());
        assertArrayEquals(
                new boolean[] {true, false, true, true}, x.notEqual(zero).toBooleanArray());
        assertArrayEquals(new boolean[] {true, false, false, false}, x.less(zero).toBooleanArray());
        assertArrayEquals(
                new boolean[] {true, true, false, false}, x.lessEqual(zero).toBooleanArray());
        assertArrayEquals(
                new boolean[] {false, false, true, false}, x.greater(zero).toBooleanArray());
        assertArrayEquals(
                new boolean[] {false, true, true, false}, x.greaterEqual(zero).toBooleanArray());
        assertArrayEquals(
                new double[] {0, 0, 2, 0}, x.greater(zero).where(x, zero).toDoubleArray());
        Tensor big = device.tensor(new long[] {(1L << 53) + 1});
        assertArrayEquals(new boolean[] {false}, big.equal(big.sub(1)).toBooleanArray());
    }

    @Test
    void gradientsPassChoicesAndConversions() {
        Tensor x = device.tensor(new double[] {-1, 2, 3});
        Tensor half = device.tensor(DType.BF16, new double[] {4});
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            tape.watch(half);
            Tensor zero = device.zeros(DType.F64);
            Tensor chosen = x.greater(zero).where(x.mul(x), half.to(DType.F64));
            Gradients gradients = tape.gradients(chosen.sum());
            assertArrayEquals(new double[] {-0.0, 4, 6}, gradients.of(x).toDoubleArray());
            assertEquals(DType.BF16, gradients.of(half).dtype());
            assertArrayEquals(new double[] {1}, gradients.of(half).toDoubleArray());
        }
    }

    @Test
    void integersAreExact() {
        long odd = (1L << 53) + 1;
        Tensor x = device.tensor(new long[] {odd, -odd});
        assertArrayEquals(new long[] {odd + 2, 2 - odd}, x.add(2).toLongArray());
        assertArrayEquals(new long[] {odd * 3, -odd * 3}, x.mul(3).toLongArray());
        assertArrayEquals(new long[] {odd / 7, -odd / 7}, x.div(7).toLongArray());
        assertArrayEquals(new long[] {odd, odd}, x.abs().toLongArray());
        assertEquals(odd, x.max().toLongArray()[0]);
        assertEquals(0, x.sum().toLongArray()[0]);
        Tensor ends = device.tensor(new long[] {Long.MAX_VALUE, Long.MIN_VALUE});
        double nothing = Double.POSITIVE_INFINITY;
        assertArrayEquals(ends.toLongArray(), ends.clamp(-nothing, nothing).toLongArray());
        assertArrayEquals(new long[] {-1, 0}, ends.sub(Long.MIN_VALUE).toLongArray());
        assertThrows(IllegalArgumentException.class, () -> ends.add(0x1p63));
        assertThrows(IllegalArgumentException.class, () -> ends.add(0.5));
    }

    @Test
    void integersAreNotDividedByZero() {
        for (Device any : List.of(device, small)) {
            for (DType dtype : List.of(DType.I32, DType.U8, DType.I8)) {
                Tensor a = any.ones(dtype, 2);
                Tensor b = any.tensor(new int[] {3, 0}).to(dtype);
                var error = assertThrows(ArithmeticException.class, () -> a.div(b));
                assertTrue(
                        String.valueOf(error.getMessage())
                                .startsWith("div: a is tensor ([2] " + dtype));
                assertThrows(ArithmeticException.class, () -> a.div(0));
            }
        }
        Tensor least = device.tensor(new long[] {Long.MIN_VALUE});
        assertArrayEquals(new long[] {0}, device.ones(DType.I64, 1).div(least).toLongArray());
        assertEquals(0, device.zeros(DType.I64, 0).div(device.zeros(DType.I64, 0)).size());
    }

    @Test
    void productsOfBytesAreIntegers() {
        int depth = 1000;
        byte[] left = new byte[2 * depth];
        byte[] right = new byte[depth];
        long expected = 0;
        for (int i = 0; i < depth; i++) {
            left[i] = (byte) (255 - i % 7);
            left[depth + i] = 1;
            right[i] = (byte) (i % 5 == 0 ? -128 : 127);
            expected += Byte.toUnsignedLong(left[i]) * right[i];
        }
        for (Device any : List.of(device, small)) {
            Tensor a = any.tensor(DType.U8, left, 2, depth);
            Tensor b = any.tensor(DType.I8, right, depth, 1);
            Tensor c = a.matmul(b);
            assertEquals(DType.I32, c.dtype());
            assertEquals(expected, c.toIntArray()[0]);
            assertEquals(
                    (double) expected,
                    a.slice(0, 0, 1).reshape(depth).matmul(b.reshape(depth)).item());
            c.close();
            assertEquals(0, a.slice(1, 0, 0).matmul(b.slice(0, 0, 0)).toIntArray()[1]);
            assertThrows(ShapeException.class, () -> a.matmul(a));
        }
    }

    @Test
    void longProductsOfHalvesAreRoundedOnce() {
        int depth = 3 * KernelCall.MOST_DEPTH;
        for (Device any : List.of(device, small)) {
            Tensor a = any.ones(DType.BF16, 1, depth);
            Tensor b = any.ones(DType.BF16, 1, depth);
            Tensor bias = any.full(DType.BF16, 64, Shape.of(1));
            assertEquals(depth, a.matmul(b.transpose()).item());
            assertEquals(depth + 64, a.linear(b, bias, Activation.RELU).item());
        }
    }

    @Test
    void indicesOfEveryIntegerType() {
        Tensor table = device.tensor(new double[] {1, 2, 3, 4, 5, 6}, 3, 2);
        for (DType dtype : List.of(DType.I64, DType.I32, DType.U8, DType.I8)) {
            Tensor indices = device.tensor(new int[] {2, 0}).to(dtype);
            assertArrayEquals(new double[] {5, 6, 1, 2}, table.gather(indices).toDoubleArray());
            assertArrayEquals(
                    new double[] {2, 3},
                    table.slice(0, 0, 2)
                            .pick(device.tensor(new int[] {1, 0}).to(dtype))
                            .toDoubleArray());
            assertEquals(
                    Losses.crossEntropy(table, device.tensor(new int[] {1, 0, 1})).item(),
                    Losses.crossEntropy(table, device.tensor(new int[] {1, 0, 1}).to(dtype))
                            .item());
        }
        Tensor far = device.tensor(new long[] {1L << 32});
        assertThrows(IndexOutOfBoundsException.class, () -> table.gather(far));
        assertThrows(ShapeException.class, () -> table.gather(device.ones(2)));
    }

    /** Each type's elements as the host has them, without a loss. */
    @Test
    void itemsAndArraysOfEveryType() {
        try (Scope _ = device.scope()) {
            Tensor large = device.tensor(new long[] {Long.MAX_VALUE - 1});
            assertEquals(Long.MAX_VALUE - 1, large.itemAsLong());
            assertTrue(device.tensor(new boolean[] {true}).itemAsBoolean());
            byte[] bytes = {-1, 0, 127};
            for (DType dtype : new DType[] {DType.U8, DType.I8}) {
                assertArrayEquals(bytes, device.tensor(dtype, bytes).toByteArray());
            }
            assertArrayEquals(
                    new byte[] {1, 0}, device.tensor(new boolean[] {true, false}).toByteArray());
            Tensor floats = device.ones(2);
            var error = assertThrows(ShapeException.class, floats::toByteArray);
            assertEquals(
                    "toByteArray: tensor ([2] F32 on reference) is not U8, I8 or BOOL: convert it"
                            + " first, with to(U8)",
                    error.getMessage());
            error = assertThrows(ShapeException.class, floats::itemAsLong);
            assertEquals(
                    "itemAsLong: tensor ([2] F32 on reference) has 2 elements, not 1",
                    error.getMessage());
            assertThrows(ShapeException.class, floats.sum()::itemAsLong);
            assertThrows(ShapeException.class, floats.sum()::itemAsBoolean);
        }
    }
}
