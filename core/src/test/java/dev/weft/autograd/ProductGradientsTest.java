package dev.weft.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.ForwardingBackend;
import dev.weft.backend.KernelCall;
import dev.weft.reference.ReferenceBackend;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** A product's gradients are two products, which write to where the gradients go. */
class ProductGradientsTest {
    private final List<String> calls = new ArrayList<>();

    private final Device device =
            new Device(
                    new ForwardingBackend(new ReferenceBackend()) {
                        @Override
                        public void run(KernelCall call) {
                            calls.add(call.name());
                            super.run(call);
                        }
                    });

    private final Scope scope = device.scope();

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Tensor draw(long seed, long... dims) {
        return device.random(seed).normal(DType.F64, 0, 1, dims);
    }

    /** The calls on the way back from the sum of a b, by both. */
    private List<String> wayBack(Tensor a, Tensor b) {
        try (Scope _ = device.scope();
                Tape tape = new Tape(device)) {
            tape.watch(a);
            tape.watch(b);
            Tensor loss = a.matmul(b).sum();
            calls.clear();
            tape.gradients(loss);
            return List.copyOf(calls);
        }
    }

    @Test
    void batchesGoStraightToTheirPlace() {
        List<String> products = List.of("fill", "gemm", "gemm");
        Tensor heads = draw(1, 2, 3, 4, 5);
        assertEquals(products, wayBack(draw(2, 4, 5), draw(3, 5, 6)));
        assertEquals(products, wayBack(heads, draw(4, 2, 3, 5, 6)));
        // As in attention: queries by keys.
        assertEquals(products, wayBack(heads, draw(5, 2, 3, 7, 5).transpose()));
    }

    /** A matrix that all batches share gets the sum of their products, by no copy either. */
    @Test
    void aSharedMatrixGetsASum() {
        Tensor a = draw(6, 3, 4, 5);
        Tensor b = draw(7, 5, 2);
        assertEquals(List.of("fill", "gemm", "gemm", "reduce"), wayBack(a, b));
    }

    /** A product of more than one call takes is cut there too, into memory that the caller gave. */
    @Test
    void longProductsAreCut() {
        int k = KernelCall.MOST_DEPTH + 7;
        Tensor a = draw(8, 2, k, 2);
        Tensor b = draw(9, 2, 2, 3);
        try (Tape tape = new Tape(device)) {
            Tensor given = device.empty(DType.F64, b.shape());
            tape.watch(b, given);
            tape.gradients(a.matmul(b).sum());
            Tensor expected = a.sum(1).reshape(2, 2, 1).expand(2, 2, 3).contiguous();
            assertArrayEquals(expected.toDoubleArray(), given.toDoubleArray(), 1e-9);
        }
    }
}
