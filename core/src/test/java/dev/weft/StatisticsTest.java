package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.autograd.Tape;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.function.UnaryOperator;

/** Statistics, norms and distances where arithmetic is hard, and what they refuse. */
class StatisticsTest {
    private static final double INFINITY = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Tensor of(double... values) {
        return device.tensor(DType.F64, values);
    }

    private double[] gradient(UnaryOperator<Tensor> f, double... values) {
        try (Tape tape = new Tape(device)) {
            Tensor x = of(values);
            tape.watch(x);
            return tape.gradients(f.apply(x)).of(x).toDoubleArray();
        }
    }

    /** In one pass all digits would be lost: the squares are 1e18 and their differences 1. */
    @Test
    void varianceBesideALargeMean() {
        Tensor x = of(1e9, 1e9 + 1, 1e9 + 2);
        assertEquals(1, x.var().item());
        assertEquals(2.0 / 3, Statistics.var(x, 0, false).item(), 1e-15);
        assertEquals(1, x.std().item());
        assertTrue(Double.isNaN(of(3).var().item()));
        assertTrue(Double.isNaN(Statistics.var(of(), 0, false).item()));
        assertEquals(INFINITY, Statistics.var(of(1, 2), 5, false).item());
        assertArrayEquals(new double[] {0, 0}, gradient(Tensor::std, 2, 2));
        assertEquals(Shape.of(1, 3), Statistics.std(device.ones(2, 3), 1, true, 0).shape());
        // The squares' sum is beyond F16, their mean is not.
        assertEquals(128, Statistics.std(of(-128, 128).to(DType.F16).tile(50), 0, false).item());
        var error = assertThrows(ShapeException.class, () -> device.ones(2, 3).var(0, -2));
        assertEquals("var: axis -2 occurs twice in [0, -2]", error.getMessage());
        assertThrows(ShapeException.class, () -> device.ones(2).to(DType.I32).std());
    }

    @Test
    void logsumexpOfAnything() {
        assertEquals(1000 + Math.log(2), of(1000, 1000).logsumexp().item());
        assertEquals(-1000 + Math.log(2), of(-1000, -1000).logsumexp().item(), 1e-12);
        assertEquals(-INFINITY, of(-INFINITY, -INFINITY).logsumexp().item());
        assertEquals(INFINITY, of(INFINITY, 1).logsumexp().item());
        assertEquals(INFINITY, of(INFINITY, -INFINITY).logsumexp().item());
        assertEquals(3, of(3, -INFINITY).logsumexp().item());
        assertEquals(-INFINITY, of().logsumexp().item());
        assertTrue(Double.isNaN(of(NAN, 1).logsumexp().item()));
        UnaryOperator<Tensor> f = Tensor::logsumexp;
        assertArrayEquals(new double[] {0, 0}, gradient(f, -INFINITY, -INFINITY));
        assertArrayEquals(new double[] {1, 0}, gradient(f, 3, -INFINITY));
        assertArrayEquals(new double[] {0.5, 0.5}, gradient(f, 2000, 2000), 1e-12);
    }

    @Test
    void logcumsumexpOfAnything() {
        UnaryOperator<Tensor> f = x -> x.logcumsumexp(0);
        double ln2 = Math.log(2);
        assertArrayEquals(
                new double[] {-INFINITY, 1000, 1000 + ln2, 1000 + ln2, INFINITY, INFINITY, NAN},
                f.apply(of(-INFINITY, 1000, 1000, -1000, INFINITY, 1, NAN)).toDoubleArray());
        UnaryOperator<Tensor> sum = x -> f.apply(x).sum();
        assertArrayEquals(new double[] {1.5, 0.5}, gradient(sum, 2000, 2000), 1e-12);
        assertArrayEquals(new double[] {0, 1}, gradient(sum, -INFINITY, 3));
        assertArrayEquals(new double[] {0, 0}, gradient(sum, -INFINITY, -INFINITY));
    }

    @Test
    void normsAtTheEndsOfTheRange() {
        assertEquals(5e200, of(3e200, -4e200).norm(2).item(), 1e185);
        assertEquals(5e-200, of(3e-200, -4e-200).norm(2).item(), 1e-215);
        assertEquals(Math.cbrt(91) * 1e150, of(3e150, -4e150).norm(3).item(), 1e136);
        assertEquals(INFINITY, of(1, -INFINITY).norm(2).item());
        assertTrue(Double.isNaN(of(1, NAN).norm(2).item()));
        assertEquals(0, of(0, 0).norm(2).item());
        assertEquals(0, of().norm(2).item());
        assertEquals(0, of(0, 3).norm(-1).item());
        assertEquals(2, of(3, 0, -1).norm(0).item());
        assertEquals(4, of(3, 0, -1).norm(1).item());
        assertEquals(3, of(3, 0, -1).norm(INFINITY).item());
        assertEquals(0, of(3, 0, -1).norm(-INFINITY).item());
        assertArrayEquals(new double[] {0, 0}, gradient(x -> x.norm(2), 0, 0));
        assertArrayEquals(new double[] {0, 0}, gradient(x -> x.norm(3), 0, 0));
        assertArrayEquals(new double[] {0.6, -0.8}, gradient(x -> x.norm(2), 3e200, -4e200), 1e-15);
        var error = assertThrows(IllegalArgumentException.class, () -> of(1).norm(NAN));
        assertEquals("norm: p is NaN, and must be a number", error.getMessage());
        assertThrows(ShapeException.class, () -> of(1).norm(2, 1));
        assertThrows(ShapeException.class, () -> device.ones(2).to(DType.U8).norm(2));
    }

    @Test
    void directions() {
        assertArrayEquals(new double[] {0.6, 0.8}, of(3, 4).normalize(0).toDoubleArray(), 1e-15);
        assertArrayEquals(new double[] {0, 0}, of(0, 0).normalize(0).toDoubleArray());
        assertEquals(
                1,
                of(1e200, 1e200).cosineSimilarity(of(1e-200, 1e-200).mul(1e195), 0).item(),
                1e-12);
        assertEquals(0, of(0, 0).cosineSimilarity(of(1, 2), 0).item());
        assertEquals(-1, of(1, 2).cosineSimilarity(of(-2, -4), -1).item(), 1e-15);
        assertThrows(ShapeException.class, () -> of(1, 2).cosineSimilarity(of(1, 2, 3), 0));
    }

    @Test
    void distances() {
        Tensor a = of(0, 0, 3, 4).reshape(2, 2);
        Tensor b = of(3, 4, 0, 1, 0, 0).reshape(3, 2);
        double[] expected = {5, 1, 0, 0, Math.sqrt(18), 5};
        assertArrayEquals(expected, a.cdist(b).toDoubleArray(), 1e-14);
        Tensor many = a.tile(13, 1);
        double[] first = many.cdist(b).slice(0, 0, 2).toDoubleArray();
        assertArrayEquals(expected, first, 1e-7);
        assertArrayEquals(expected, Distances.cdist(a, b, 2).toDoubleArray(), 1e-14);
        assertArrayEquals(
                new double[] {7, 1, 0, 0, 6, 7}, Distances.cdist(a, b, 1).toDoubleArray());
        // Far from the origin, where the squares of F32 would leave nothing.
        Tensor far = many.add(10_000).to(DType.F32);
        assertArrayEquals(
                expected,
                far.cdist(b.add(10_000).to(DType.F32)).slice(0, 0, 2).toDoubleArray(),
                1e-3);
        assertEquals(Shape.of(0, 30), device.zeros(0, 2).cdist(device.zeros(30, 2)).shape());
        assertEquals(5, Distances.pairwiseDistance(of(3, 4), of(0, 0), 2, 0).item());
        assertArrayEquals(
                new double[] {0, 0},
                gradient(
                        x -> Distances.cdist(x.unsqueeze(0), of(1, 2).unsqueeze(0), 2).sum(),
                        1,
                        2));
        var error = assertThrows(ShapeException.class, () -> a.named("a").cdist(of(1, 2)));
        assertEquals(
                "cdist: a is tensor 'a' (2x2 F64 on reference), b is tensor ([2] F64 on reference):"
                        + " needs rows of vectors of one length, M×D and N×D",
                error.getMessage());
    }

    /** Blocks of rows give what all at once gives. */
    @Test
    void exactDistancesInBlocks() {
        Tensor a = device.arange(DType.F64, 0, 3000, 1).reshape(1500, 2);
        Tensor b = device.arange(DType.F64, 0, 3000, 1).reshape(1500, 2);
        Tensor y = Distances.cdist(a, b, INFINITY);
        assertEquals(2 * 1499, y.slice(0, 0, 1).slice(1, 1499, 1500).item());
        assertEquals(2 * 1498, y.slice(0, 1499, 1500).slice(1, 1, 2).item());
    }

    @Test
    void closeness() {
        Tensor a = of(1, INFINITY, -INFINITY, NAN, 0, 1e9);
        Tensor b = of(1 + 1e-6, INFINITY, INFINITY, NAN, 1e-9, INFINITY);
        assertArrayEquals(
                new boolean[] {true, true, false, false, true, false},
                a.isClose(b).toBooleanArray());
        assertTrue(Comparisons.isClose(a, b, 1e-5, 1e-8, true).toBooleanArray()[3]);
        assertFalse(a.allClose(b));
        assertTrue(of().allClose(of(1)));
        assertTrue(of(2, 2).allClose(of(2)));
        assertTrue(Comparisons.arrayEqual(of(2, 2), of(2, 2)));
        assertFalse(Comparisons.arrayEqual(of(2, 2), of(2)));
        assertFalse(Comparisons.arrayEqual(of(NAN), of(NAN)));
        assertFalse(Comparisons.arrayEqual(of(2), of(2).to(DType.F32)));
        assertThrows(ShapeException.class, () -> of(1).allClose(of(1).to(DType.F32)));
        assertThrows(ShapeException.class, () -> of(1, 2).allClose(of(1, 2, 3)));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyTypeIsComparedAndMasked(DType dtype) {
        Tensor x = device.tensor(new int[] {0, 1, 1, 0}, 2, 2).to(dtype);
        assertTrue(x.allClose(x.copy()));
        assertTrue(Comparisons.arrayEqual(x, x.copy()));
        assertFalse(x.allClose(x.flip(0)));
        Tensor mask = device.tensor(new boolean[] {true, false});
        assertArrayEquals(new double[] {1, 1, 1, 0}, x.maskedFill(mask, 1).toDoubleArray());
        var error = assertThrows(ShapeException.class, () -> x.maskedFill(device.ones(2), 1));
        assertEquals(
                "masked_fill: x is tensor (2x2 %s on reference), the mask is tensor ([2] F32 on reference): it must be BOOL, as comparisons give, and broadcast to x"
                        .formatted(dtype),
                error.getMessage());
        assertThrows(ShapeException.class, () -> x.select(0, 0).maskedFill(mask.expand(2, 2), 1));
        if (!dtype.isFloating()) {
            assertThrows(IllegalArgumentException.class, () -> x.maskedFill(mask, 0.5));
        }
    }
}
