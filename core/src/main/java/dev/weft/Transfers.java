package dev.weft;

import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.Encoding;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.function.IntFunction;

/** Copies between tensors and the host's arrays and memory. */
final class Transfers {
    private Transfers() {}

    static Tensor upload(Device device, DType dtype, MemorySegment values, Shape shape) {
        requireBytes("upload", dtype + " " + shape, shape.size(), dtype, values);
        return device.make(
                "upload",
                dtype,
                shape,
                y -> {
                    if (values.byteSize() > 0) {
                        device.backend().upload(values, y);
                    }
                });
    }

    static Tensor upload(Device device, DType dtype, double[] values, Shape shape) {
        if (!dtype.isFloating()) {
            throw new ShapeException(
                    "tensor: doubles are of a floating type, not %s".formatted(dtype));
        }
        return device.make(
                "tensor",
                dtype,
                shape,
                y -> {
                    if (values.length > 0) {
                        device.backend().upload(values, y);
                    }
                });
    }

    static Tensor upload(Device device, boolean[] values, Shape shape) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return upload(device, DType.BOOL, MemorySegment.ofArray(bytes), shape);
    }

    /** The shape that so many values fill; of rank 1 where none is given. */
    static Shape shapeOf(int values, long[] dims) {
        Shape shape = dims.length == 0 ? Shape.of(values) : Shape.of(dims);
        if (shape.size() != values) {
            throw new ShapeException(
                    "tensor: %d values do not fill the shape %s"
                            .formatted(values, Arrays.toString(dims)));
        }
        return shape;
    }

    static float[] toFloatArray(Tensor x) {
        float[] values = onHeap("toFloatArray", x, Float.BYTES, float[]::new);
        if (x.dtype() == DType.F32) {
            download(x, MemorySegment.ofArray(values));
        } else if (x.dtype() == DType.I64) {
            long[] integers = toLongArray(x);
            for (int i = 0; i < values.length; i++) {
                values[i] = integers[i];
            }
        } else {
            double[] doubles = toDoubleArray(x);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) doubles[i];
            }
        }
        return values;
    }

    static double[] toDoubleArray(Tensor x) {
        double[] values = onHeap("toDoubleArray", x, Double.BYTES, double[]::new);
        if (values.length > 0) {
            try {
                Layout.withContiguous(x, dense -> x.device().backend().download(dense, values));
            } finally {
                Reference.reachabilityFence(x);
            }
        }
        return values;
    }

    static long[] toLongArray(Tensor x) {
        if (x.dtype().isFloating()) {
            throw new ShapeException(
                    "toLongArray: %s is not of integers: convert it first, with to(I64)"
                            .formatted(x));
        }
        long[] values = onHeap("toLongArray", x, Long.BYTES, long[]::new);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment elements = arena.allocate(x.size() * x.dtype().bytes(), Long.BYTES);
            download(x, elements);
            for (int i = 0; i < values.length; i++) {
                values[i] = Encoding.getLong(x.dtype(), elements, i);
            }
        }
        return values;
    }

    static int[] toIntArray(Tensor x) {
        if (x.dtype().isFloating() || x.dtype() == DType.I64) {
            throw new ShapeException(
                    "toIntArray: %s is not I32 or narrower: convert it first, with to(I32)"
                            .formatted(x));
        }
        int[] values = onHeap("toIntArray", x, Integer.BYTES, int[]::new);
        if (x.dtype() == DType.I32) {
            download(x, MemorySegment.ofArray(values));
        } else {
            long[] integers = toLongArray(x);
            for (int i = 0; i < values.length; i++) {
                values[i] = (int) integers[i];
            }
        }
        return values;
    }

    static byte[] toByteArray(Tensor x) {
        if (x.dtype().bytes() != 1) {
            throw new ShapeException(
                    "toByteArray: %s is not U8, I8 or BOOL: convert it first, with to(U8)"
                            .formatted(x));
        }
        byte[] values = onHeap("toByteArray", x, 1, byte[]::new);
        download(x, MemorySegment.ofArray(values));
        return values;
    }

    static boolean[] toBooleanArray(Tensor x) {
        if (x.dtype() != DType.BOOL) {
            throw new ShapeException(
                    "toBooleanArray: %s is not BOOL: compare it first, or convert it with to(BOOL)"
                            .formatted(x));
        }
        boolean[] values = onHeap("toBooleanArray", x, 1, boolean[]::new);
        long[] integers = toLongArray(x);
        for (int i = 0; i < values.length; i++) {
            values[i] = integers[i] != 0;
        }
        return values;
    }

    static void download(Tensor x, MemorySegment target) {
        requireBytes("download", x.describe(), x.size(), x.dtype(), target);
        if (target.byteSize() > 0) {
            try {
                Layout.withContiguous(x, dense -> x.device().backend().download(dense, target));
            } finally {
                Reference.reachabilityFence(x);
            }
        }
    }

    /** So many elements may take more bytes than a long can count. */
    private static void requireBytes(
            String operation, String what, long elements, DType dtype, MemorySegment memory) {
        BigInteger needed =
                BigInteger.valueOf(elements).multiply(BigInteger.valueOf(dtype.bytes()));
        if (!needed.equals(BigInteger.valueOf(memory.byteSize()))) {
            throw new ShapeException(
                    "%s: %s takes %d bytes, got %d"
                            .formatted(operation, what, needed, memory.byteSize()));
        }
    }

    /** An array for the elements, where the Java heap has room for it. */
    private static <A> A onHeap(String operation, Tensor x, int bytes, IntFunction<A> make) {
        x.view(); // for this thread only, and open
        if (x.size() > Integer.MAX_VALUE - 8) {
            throw new ShapeException(
                    "toArray: %s has more elements than a Java array holds; use download"
                            .formatted(x));
        }
        try {
            return make.apply((int) x.size());
        } catch (OutOfMemoryError e) {
            throw new DeviceOutOfMemoryException(
                    "%s: the Java heap has no room for the %d bytes of %s: raise -Xmx, read it in slices, or download it to native memory (%s)"
                            .formatted(operation, x.size() * bytes, x, e.getMessage()),
                    e);
        }
    }
}
