package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.autograd.Tape;
import dev.weft.backend.ReduceOp;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** The conventions of what is sorted, selected and counted, and what it refuses. */
class SortingTest {
    private static final double NAN = Double.NaN;

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private static void refuses(String message, Runnable operation) {
        var error = assertThrows(RuntimeException.class, operation::run);
        assertEquals(message, error.getMessage());
    }

    @Test
    void nanIsLastInBothOrdersAndEqualOnesStayInOrder() {
        Tensor x = device.tensor(new double[] {2, NAN, -1, 2, -0.0, 0, NAN});
        assertArrayEquals(new int[] {2, 4, 5, 0, 3, 1, 6}, x.argsort(0, false).toIntArray());
        assertArrayEquals(new int[] {0, 3, 4, 5, 2, 1, 6}, x.argsort(0, true).toIntArray());
        Sorted top = x.topk(2, 0, true);
        assertArrayEquals(new double[] {2, 2}, top.values().toDoubleArray());
        assertArrayEquals(new int[] {0, 3}, top.indices().toIntArray());
    }

    @Test
    void quantilesAreNumPys() {
        Tensor x = device.tensor(new double[] {7, 1, 4, 2});
        double[] expected = {2.8, 2, 4, 2, 3};
        int next = 0;
        for (Sorting.Interpolation how : Sorting.Interpolation.values()) {
            double quantile = Sorting.quantile(x, 1.4 / 3, 0, how).item();
            assertEquals(expected[next++], quantile, 1e-12, how.name());
        }
        assertEquals(3, x.median(0).item());
        assertEquals(1, x.quantile(0, 0).item());
        assertEquals(7, x.quantile(1, 0).item());
        assertTrue(Double.isNaN(device.tensor(new double[] {1, NAN, 3}).median(0).item()));
        double inf = Double.POSITIVE_INFINITY;
        assertEquals(inf, device.tensor(new double[] {1, inf, inf}).median(0).item());
    }

    /** As PyTorch 1.13 gives them. */
    @Test
    void placesOfExtremesAreTheLastAndNaNStays() {
        Tensor x = device.tensor(new double[] {1, 3, 3, -0.0, 2, NAN, 4, NAN, 5});
        Cumulative.Extremes up = x.cummax(0);
        assertArrayEquals(
                new double[] {1, 3, 3, 3, 3, NAN, NAN, NAN, NAN}, up.values().toDoubleArray());
        assertArrayEquals(new int[] {0, 1, 2, 2, 2, 5, 5, 7, 7}, up.indices().toIntArray());
        Tensor zeros = device.tensor(new double[] {0, -0.0, 0, 1});
        Cumulative.Extremes down = zeros.cummin(0);
        assertArrayEquals(new int[] {0, 1, 2, 2}, down.indices().toIntArray());
        assertArrayEquals(new double[] {0, -0.0, 0, 0}, down.values().toDoubleArray());
        Tensor whole = device.tensor(new int[] {2, 2, Integer.MIN_VALUE, 3}).reshape(2, 2);
        assertArrayEquals(
                new int[] {2, 2, Integer.MIN_VALUE, 3}, whole.cummax(1).values().toIntArray());
        assertArrayEquals(new int[] {0, 0, 1, 0}, whole.cummin(0).indices().toIntArray());
        assertEquals(Shape.of(2, 0), device.zeros(2, 0).cummax(1).values().shape());
    }

    @Test
    void theLastOfSeveralStaysAndAloneHasAGradient() {
        Tensor x = device.zeros(DType.F64, 4);
        Tensor source = device.tensor(new double[] {1, 2, 3});
        Tensor indices = device.tensor(new int[] {2, 0, 2});
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            tape.watch(source);
            Tensor y = x.scatter(0, indices, source);
            assertArrayEquals(new double[] {2, 0, 3, 0}, y.toDoubleArray());
            var gradients = tape.gradients(y.mul(device.tensor(new double[] {1, 2, 3, 4})).sum());
            assertArrayEquals(new double[] {0, 2, 0, 4}, gradients.of(x).toDoubleArray());
            assertArrayEquals(new double[] {0, 1, 3}, gradients.of(source).toDoubleArray());
        }
        assertArrayEquals(
                new double[] {2, 0, 4, 0}, x.scatterAdd(0, indices, source).toDoubleArray());
    }

    @Test
    void whatIsThere() {
        Tensor x = device.tensor(new double[] {3, 0, NAN, 3, 1, NAN}).reshape(2, 3);
        Counting.Unique unique = Counting.unique(x);
        assertArrayEquals(new double[] {0, 1, 3, NAN, NAN}, unique.values().toDoubleArray());
        assertArrayEquals(new int[] {2, 0, 3, 2, 1, 4}, unique.inverse().toIntArray());
        assertArrayEquals(new int[] {1, 1, 2, 1, 1}, unique.counts().toIntArray());
        assertEquals(Shape.of(2, 3), unique.inverse().shape());
        assertEquals(0, Counting.unique(device.zeros(0)).values().size());
        assertArrayEquals(new int[] {0, 0, 0, 2, 1, 0, 1, 1, 1, 2}, x.nonZero().toIntArray());
        Tensor mask = device.tensor(new boolean[] {true, false, true});
        assertArrayEquals(new double[] {3, NAN, 3, NAN}, x.maskedSelect(mask).toDoubleArray());
    }

    @Test
    void countsOfBins() {
        Tensor x = device.tensor(new double[] {0, 0.1, 0.3, 0.6, 0.7, 1, 1.1, -1, NAN});
        assertArrayEquals(new int[] {1, 1, 0, 1, 0, 0, 1, 1, 0, 1}, bins(x, 10));
        assertArrayEquals(new int[] {6}, bins(x, 1));
        Tensor numbers = device.tensor(new int[] {3, 0, 3, 1});
        assertArrayEquals(new int[] {1, 1, 0, 2}, Counting.bincount(numbers, 0).toIntArray());
        assertArrayEquals(new int[] {1, 1, 0, 2, 0, 0}, Counting.bincount(numbers, 6).toIntArray());
        Tensor weights = device.tensor(new double[] {0.5, 2, 0.25, -1});
        assertArrayEquals(
                new double[] {2, -1, 0, 0.75},
                Counting.bincount(numbers, weights, 0).toDoubleArray());
    }

    private static int[] bins(Tensor x, int bins) {
        return Counting.histogram(x, bins, 0, 1).toIntArray();
    }

    @Test
    void theSameNumbersForASeed() {
        RandomTensors random = device.random(7);
        Tensor uniform = random.uniform(DType.F16, -1, 1, 100);
        assertArrayEquals(
                uniform.toDoubleArray(),
                device.random(7).uniform(DType.F16, -1, 1, 100).toDoubleArray());
        for (Tensor each : List.of(uniform, random.truncatedNormal(DType.BF16, 0, 2, -1, 1, 100))) {
            for (double value : each.toDoubleArray()) {
                assertTrue(value >= -1 && value < 1, () -> "" + value);
            }
        }
        double[] normal = random.normal(DType.F64, 5, 2, 10_000).toDoubleArray();
        double mean = 0;
        double square = 0;
        for (double value : normal) {
            mean += value / normal.length;
            square += (value - 5) * (value - 5) / normal.length;
        }
        assertEquals(5, mean, 0.1);
        assertEquals(4, square, 0.3);
        double heads = random.bernoulli(0.3, 10_000).to(DType.F64).mean().item();
        assertEquals(0.3, heads, 0.03);
        int[] dice = Counting.bincount(random.integers(1, 7, 6000), 0).toIntArray();
        assertEquals(7, dice.length);
        for (int side = 1; side < 7; side++) {
            assertEquals(1000, dice[side], 150);
        }
        Tensor weights = device.tensor(new double[] {1, 0, 3, 0, 2, 0}).reshape(2, 3);
        Tensor drawn = random.categorical(weights, 4000);
        int[] first = Counting.bincount(drawn.slice(0, 0, 1).reshape(-1), 3).toIntArray();
        assertEquals(1000, first[0], 150);
        assertEquals(0, first[1]);
        int[] second = Counting.bincount(drawn.slice(0, 1, 2).reshape(-1), 3).toIntArray();
        assertArrayEquals(new int[] {0, 4000, 0}, second);
        Tensor order = random.permutation(9);
        assertArrayEquals(
                new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8}, order.sort(0, false).values().toIntArray());
    }

    @Test
    void whatIsRefused() {
        Tensor x = device.zeros(2, 3);
        refuses(
                "topk: k is 4, and axis 1 of tensor (2x3 F32 on reference) has 3 elements: k must"
                        + " be from 0 to that",
                () -> x.topk(4, 1, true));
        refuses(
                "topk: k is -1, and axis 0 of tensor (2x3 F32 on reference) has 2 elements: k must"
                        + " be from 0 to that",
                () -> x.topk(-1, 0, true));
        refuses("quantile: q must be in [0, 1], got 1.5", () -> x.quantile(1.5, 0));
        refuses("quantile: q must be in [0, 1], got NaN", () -> x.quantile(NAN, 0));
        refuses(
                "median: axis 1 of tensor (2x0 F32 on reference) is empty",
                () -> device.zeros(2, 0).median(1));
        refuses(
                "histogram: 0 bins from 0.0 to 1.0: needs at least one, and finite bounds of which"
                        + " the first is the lower",
                () -> Counting.histogram(x, 0, 0, 1));
        refuses(
                "maskedSelect: x is tensor (2x3 F32 on reference), mask is tensor (2x3 I32 on"
                        + " reference): it must be BOOL, and broadcast to x's shape",
                () -> x.maskedSelect(x.to(DType.I32)));
        refuses(
                "bincount: tensor ([1] I32 on reference) has the element -1: needs elements from 0"
                        + " to 2^31 - 2",
                () -> Counting.bincount(device.tensor(new int[] {-1}), 0));
        refuses(
                "bincount: x is tensor ([1] I32 on reference), weights are tensor (2x3 F32 on"
                        + " reference): weights must have x's shape and be of any type but BOOL",
                () -> Counting.bincount(device.tensor(new int[] {1}), x, 0));
        refuses(
                "cummax: is not defined for BOOL, got tensor ([1] BOOL on reference)",
                () -> device.tensor(new boolean[] {true}).cummax(0));
        refuses(
                "takeAlong: x is tensor (2x3 F32 on reference), indices are tensor ([2] I32 on"
                    + " reference): they must be integers, of x's rank, and of at most x's extents"
                    + " beside axis 1",
                () -> x.takeAlong(1, device.tensor(new int[] {0, 1})));
        refuses(
                "scatter: x is tensor (2x3 F32 on reference), indices are tensor (2x1 I32 on"
                    + " reference), source is tensor (2x3 F32 on reference): the source must have"
                    + " x's type and the indices' shape",
                () -> x.scatter(1, device.tensor(new int[] {0, 1}).reshape(2, 1), x));
        refuses(
                "scan: is defined for SUM and PROD, got MAX",
                () -> Reductions.scan(ReduceOp.MAX, x, 0, false));
        refuses(
                "uniform: [1.0, 1.0) is empty: low must be below high",
                () -> device.random(1).uniform(DType.F32, 1, 1, 2));
        refuses(
                "bernoulli: the probability must be in [0, 1], got 2.0",
                () -> device.random(1).bernoulli(2));
    }
}
