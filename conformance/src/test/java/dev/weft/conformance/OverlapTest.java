package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Shape;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.reference.ReferenceBackend;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.util.stream.Stream;

/** No operation, and no gradient, calls a kernel with an output that overlaps what it reads. */
class OverlapTest {
    private final OverlapCheck backend = new OverlapCheck(new ReferenceBackend());

    @TestFactory
    Stream<DynamicTest> operations() {
        return OpCases.ofEveryType().map(c -> dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(OpCase c) {
        try (Device device = new Device(new OverlapCheck(new ReferenceBackend()))) {
            c.run(device, Seed.value());
        } catch (AssertionError | RuntimeException e) {
            throw Seed.failure("reference", c.name(), e);
        }
    }

    @Test
    void whatOverlapsIsSeen() {
        View all = View.contiguous(backend.allocate(DType.F32, 5), Shape.of(5), 0);
        backend.run(new KernelCall.Fill(1, all));
        View first = all.slice(0, 0, 4, 1);
        View last = all.slice(0, 1, 5, 1);
        backend.run(new KernelCall.Binary(BinaryOp.ADD, first, first, all.slice(0, 0, 4, 1)));
        var error =
                assertThrows(
                        AssertionError.class,
                        () -> backend.run(new KernelCall.Unary(UnaryOp.EXP, 0, 0, first, last)));
        assertEquals(
                "unary writes %s, which overlaps %s".formatted(last, first), error.getMessage());
        // A softmax has no result in place, and a loss and its gradient are two places.
        assertThrows(
                AssertionError.class,
                () -> backend.run(new KernelCall.Softmax(false, first, all.slice(0, 0, 4, 1))));
        View logits = View.contiguous(backend.allocate(DType.F32, 4), Shape.of(2, 2), 0);
        View labels = View.contiguous(backend.allocate(DType.I32, 2), Shape.of(2), 0);
        View two = all.slice(0, 0, 2, 1);
        View four = View.contiguous(all.buffer(), Shape.of(2, 2), 0);
        assertThrows(
                AssertionError.class,
                () -> backend.run(new KernelCall.CrossEntropy(logits, labels, 1, two, four)));
    }
}
