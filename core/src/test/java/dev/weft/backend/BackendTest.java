package dev.weft.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.reference.ReferenceBackend;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** What a backend has without writing it. */
class BackendTest {
    private final ReferenceBackend reference = new ReferenceBackend();
    private final List<Long> transfers = new ArrayList<>();

    /** With the memory of the reference, and nothing that need not be written. */
    private final Backend backend =
            (Backend)
                    Proxy.newProxyInstance(
                            BackendTest.class.getClassLoader(),
                            new Class<?>[] {Backend.class},
                            (proxy, method, arguments) -> {
                                if (method.isDefault()) {
                                    return InvocationHandler.invokeDefault(
                                            proxy, method, arguments);
                                }
                                for (Object each : arguments == null ? new Object[0] : arguments) {
                                    if (each instanceof MemorySegment host) {
                                        transfers.add(host.byteSize());
                                    }
                                }
                                try {
                                    return method.invoke(reference, arguments);
                                } catch (InvocationTargetException e) {
                                    throw e.getCause();
                                }
                            });

    private View view(DType dtype, int offset, int size) {
        return View.contiguous(backend.allocate(dtype, offset + size + 1L), Shape.of(size), offset);
    }

    /** Doubles pass in blocks, so that a large tensor needs little heap beside its values. */
    @Test
    void doublesPassInBlocks() {
        int size = 2 * Backend.BLOCK + 3;
        double[] values = new double[size];
        for (DType dtype : DType.values()) {
            for (int i = 0; i < size; i++) {
                values[i] = i % (dtype == DType.BOOL ? 2 : 119);
            }
            transfers.clear();
            View x = view(dtype, 2, size);
            backend.upload(values, x);
            double[] read = new double[size];
            backend.download(x, read);
            assertArrayEquals(values, read);
            long block = Backend.BLOCK * (long) dtype.bytes();
            long rest = 3L * dtype.bytes();
            assertEquals(List.of(block, block, rest, block, block, rest), transfers);
        }
    }

    @Test
    void doublesAreRounded() {
        View f32 = view(DType.F32, 0, 2);
        backend.upload(new double[] {0.1, 1e300}, f32);
        double[] read = new double[2];
        backend.download(f32, read);
        assertArrayEquals(new double[] {0.1f, Double.POSITIVE_INFINITY}, read);
        View i32 = view(DType.I32, 0, 2);
        backend.upload(new double[] {-2.75, 3e9}, i32);
        backend.download(i32, read);
        assertArrayEquals(new double[] {-2, Integer.MAX_VALUE}, read);
    }

    @Test
    void aReadForLaterMayBeDoneAtOnce() {
        View x = view(DType.F32, 0, 1);
        backend.run(new KernelCall.Fill(1.5, x));
        float[] host = new float[1];
        backend.downloadLater(x, MemorySegment.ofArray(host));
        assertEquals(1.5f, host[0]);
    }

    @Test
    void productsAreOfF32() {
        backend.gemmPrecision(GemmPrecision.F32);
        var error =
                assertThrows(
                        UnsupportedOperationException.class,
                        () -> backend.gemmPrecision(GemmPrecision.TF32));
        assertEquals("reference multiplies matrices in f32 only, not in tf32", error.getMessage());
    }

    @Test
    void aRecordingMayCallAgain() {
        View x = view(DType.F32, 0, 1);
        backend.run(new KernelCall.Fill(1, x));
        try (Recording doubling =
                backend.record(
                        () -> backend.run(new KernelCall.Unary(UnaryOp.AFFINE, 2, 0, x, x)))) {
            doubling.replay();
            doubling.replay();
        }
        double[] read = new double[1];
        backend.download(x, read);
        assertEquals(4, read[0]);
    }
}
