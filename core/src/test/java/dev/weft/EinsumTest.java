package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.backend.Backend;
import dev.weft.backend.ForwardingBackend;
import dev.weft.backend.KernelCall;
import dev.weft.reference.ReferenceProvider;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Einstein's convention: results, kernels, the order of products, and equations that are none. */
class EinsumTest {
    private final List<KernelCall> calls = new ArrayList<>();
    private final Device device =
            new Device(noting(new ReferenceProvider().open(0, DeviceOptions.defaults())));
    private final Scope scope = device.scope();

    private Backend noting(Backend backend) {
        return new ForwardingBackend(() -> backend) {
            @Override
            public void run(KernelCall call) {
                calls.add(call);
                super.run(call);
            }
        };
    }

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Tensor counting(DType dtype, long... dims) {
        return device.arange(DType.I32, (double) Shape.of(dims).size()).to(dtype).reshape(dims);
    }

    /** As nested loops would compute it. */
    @ParameterizedTest
    @EnumSource(value = DType.class, names = "BOOL", mode = EnumSource.Mode.EXCLUDE)
    void everyTypeWithArithmetic(DType dtype) {
        Tensor a = counting(dtype, 2, 3);
        Tensor b = counting(dtype, 3, 2);
        Tensor y = Tensor.einsum("ij,jk->ki", a, b);
        assertEquals(dtype, y.dtype());
        assertArrayEquals(new double[] {10, 28, 13, 40}, y.toDoubleArray());
        assertEquals(4, Tensor.einsum("ii", a.slice(1, 0, 2)).item());
        assertEquals(15, Tensor.einsum("ij->", a).item());
    }

    @Test
    void scoresOfAttentionAreOneProduct() {
        Tensor q = counting(DType.F32, 2, 3, 4, 5);
        Tensor k = counting(DType.F32, 2, 3, 6, 5);
        calls.clear();
        Tensor y = Tensor.einsum("bhqd,bhkd->bhqk", q, k);
        assertEquals(1, calls.size(), calls::toString);
        assertTrue(calls.getFirst() instanceof KernelCall.Gemm);
        assertTrue(y.isContiguous());
        assertArrayEquals(q.matmul(k.transpose()).toDoubleArray(), y.toDoubleArray());
        calls.clear();
        assertTrue(
                Tensor.einsum(
                                "ij,jk->ki",
                                q.select(0, 0).select(0, 0),
                                k.select(0, 0).select(0, 0).transpose())
                        .isContiguous());
        assertEquals(1, calls.size(), calls::toString);
        assertTrue(Tensor.einsum("abcd->dcba", q).view().buffer().equals(q.view().buffer()));
    }

    @Test
    void theCheapestOrderIsTaken() {
        // (a b) c takes 1·50·2 + 1·2·40 products, a (b c) 50·2·40 + 1·50·40.
        long[] labels = {0b0011, 0b0110, 0b1100};
        assertEquals(
                List.of(new ContractionOrder.Step(0, 1), new ContractionOrder.Step(3, 2)),
                ContractionOrder.of(labels, 0b1001, new double[] {1, 50, 2, 40}));
        assertEquals(
                List.of(new ContractionOrder.Step(1, 2), new ContractionOrder.Step(0, 3)),
                ContractionOrder.of(labels, 0b1001, new double[] {40, 2, 50, 1}));
        assertEquals(List.of(), ContractionOrder.of(new long[] {1}, 1, new double[] {3}));
    }

    /** Beyond what every order is compared for; each label's extent is a power of 2. */
    @Test
    void chainsOfManyOperands() {
        StringBuilder equation = new StringBuilder("ab");
        Tensor[] operands = new Tensor[14];
        Tensor expected = device.eye(DType.F64, 1);
        for (int i = 0; i < operands.length; i++) {
            operands[i] = device.full(DType.F64, 0.5, Shape.of(i % 3 + 1, (i + 1) % 3 + 1));
            char c = (char) ('a' + i);
            equation.append(i == 0 ? "" : "," + c + (char) (c + 1));
            expected = expected.matmul(operands[i]);
        }
        Tensor y = Tensor.einsum(equation + "->ao", operands);
        assertArrayEquals(
                Objects.requireNonNull(expected).toDoubleArray(), y.toDoubleArray(), 1e-9);
    }

    @Test
    void extentsOfOneBroadcast() {
        Tensor a = counting(DType.F64, 2, 3);
        Tensor one = device.full(DType.F64, 2, Shape.of(1, 3));
        assertArrayEquals(new double[] {6, 24}, Tensor.einsum("ij,ij->i", a, one).toDoubleArray());
        assertEquals(30, Tensor.einsum("ij,ij->", a, one).item());
        assertEquals(
                Shape.of(4, 2, 3),
                Tensor.einsum("...j,...j->...j", counting(DType.F64, 4, 1, 3), a).shape());
        assertEquals(Shape.of(), Tensor.einsum("...->", a).shape());
        assertEquals(Shape.of(3, 2), Tensor.einsum("ba", a).shape());
        assertEquals(Shape.of(2, 3), Tensor.einsum("Ba", a).shape());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "ij,jk   | it names 2 operands, not 1",
                "i       | 'i' names 1 axes of 2x3",
                "ijk     | 'ijk' names 3 axes of 2x3",
                "i...jk  | 'i...jk' names 3 axes of 2x3",
                "i1      | '1' is no label: use letters, and ... once in a term",
                "......  | '.' is no label: use letters, and ... once in a term",
                "i.j     | 'i.j' names 3 axes of 2x3",
                "ij->k   | no operand has label k of the result",
                "ij->ii  | the result has label i twice",
                "ij->i-> | it has more than one ->",
                "ii      | label i has extents 2 and 3",
            })
    void wrongEquations(String equation, String why) {
        Tensor a = counting(DType.F32, 2, 3);
        calls.clear();
        var error = assertThrows(ShapeException.class, () -> Tensor.einsum(equation, a));
        assertEquals(
                "einsum: '%s' does not fit operands of 2x3: %s".formatted(equation, why),
                error.getMessage());
        assertEquals(List.of(), calls);
    }

    @Test
    void wrongOperands() {
        Tensor a = counting(DType.F32, 2, 3);
        assertThrows(ShapeException.class, () -> Tensor.einsum(""));
        assertThrows(ShapeException.class, () -> Tensor.einsum("ij,ij", a, a.to(DType.F64)));
        assertThrows(ShapeException.class, () -> Tensor.einsum("ij", a.to(DType.BOOL)));
        var error = assertThrows(ShapeException.class, () -> Tensor.einsum("ij,jk", a, a));
        assertEquals(
                "einsum: 'ij,jk' does not fit operands of 2x3, 2x3: label j has extents 3 and 2",
                error.getMessage());
        assertThrows(
                ShapeException.class, () -> Tensor.einsum("i,i", device.zeros(0), device.zeros(5)));
        assertSame(device, Tensor.einsum("ij,jk", a, a.transpose()).device());
    }

    @Test
    void everydayProducts() {
        Tensor v = counting(DType.I32, 3);
        assertEquals(5, v.dot(v).item());
        assertEquals(4, v.outer(v).select(0, 2).select(0, 2).item());
        var error = assertThrows(ShapeException.class, () -> v.dot(v.slice(0, 0, 2)));
        assertEquals(
                "dot: a is tensor ([3] I32 on reference), b is tensor ([2] I32 on reference): needs"
                        + " two vectors of one length",
                error.getMessage());
        Tensor a = counting(DType.F32, 2, 3);
        assertThrows(ShapeException.class, () -> a.mv(device.zeros(2)));
        assertThrows(ShapeException.class, () -> a.bmm(a));
        assertThrows(ShapeException.class, () -> device.zeros(3).addmm(a, a.transpose(), 1, 1));
        assertThrows(ShapeException.class, () -> LinearAlgebra.tensordot(a, a, 1));
        assertThrows(ShapeException.class, () -> LinearAlgebra.tensordot(a, a, 3));
        assertEquals(55, LinearAlgebra.tensordot(a, a, 2).item());
        assertEquals(Shape.of(2, 3, 2, 3), LinearAlgebra.tensordot(a, a, 0).shape());
    }
}
