package dev.weft.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Activation;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.Epilogue;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** The specification's kernels, by results worked out by hand. */
class ReferenceKernelsTest {
    private final ReferenceBackend backend = new ReferenceBackend();

    private View of(DType dtype, double[] values, long... dims) {
        DeviceBuffer buffer = backend.allocate(dtype, values.length);
        View view = View.contiguous(buffer, Shape.of(dims), 0);
        backend.upload(values, view);
        return view;
    }

    private View f32(double[] values, long... dims) {
        return of(DType.F32, values, dims);
    }

    private View i32(double... values) {
        return of(DType.I32, values, values.length);
    }

    private View empty(DType dtype, long... dims) {
        Shape shape = Shape.of(dims);
        View view = View.contiguous(backend.allocate(dtype, shape.size()), shape, 0);
        backend.run(new KernelCall.Fill(99, view));
        return view;
    }

    private double[] values(View view) {
        double[] values = new double[(int) view.size()];
        backend.download(view, values);
        return values;
    }

    private void expect(View view, double... expected) {
        assertArrayEquals(expected, values(view), 1e-15);
    }

    @Test
    void integersAreCutOffAndWrap() {
        View y = empty(DType.I32, 3);
        backend.run(new KernelCall.Copy(f32(new double[] {-2.75, 3e9, Double.NaN}, 3), y));
        expect(y, -2, Integer.MAX_VALUE, 0);
        backend.run(new KernelCall.Fill(7, y));
        expect(y, 7, 7, 7);
        int[] host = new int[3];
        backend.download(y, MemorySegment.ofArray(host));
        assertArrayEquals(new int[] {7, 7, 7}, host);
    }

    @Test
    void floatsPassThroughHostMemory() {
        View y = empty(DType.F32, 2);
        backend.upload(MemorySegment.ofArray(new float[] {1.5f, -0.25f}), y);
        float[] host = new float[2];
        backend.download(y, MemorySegment.ofArray(host));
        assertArrayEquals(new float[] {1.5f, -0.25f}, host);
    }

    @ParameterizedTest
    @EnumSource(ReduceOp.class)
    void reduce(ReduceOp op) {
        View x = f32(new double[] {1, -5, 3, 4, 0.5, -6}, 2, 3);
        View rows = empty(DType.F32, 2, 1);
        View columns = empty(DType.F32, 1, 3);
        backend.run(new KernelCall.Reduce(op, x, rows));
        backend.run(new KernelCall.Reduce(op, x, columns));
        switch (op) {
            case SUM -> {
                expect(rows, -1, -1.5);
                expect(columns, 5, -4.5, -3);
            }
            case MEAN -> {
                expect(rows, -1 / 3.0, -0.5);
                expect(columns, 2.5, -2.25, -1.5);
            }
            case PROD -> {
                expect(rows, -15, -12);
                expect(columns, 4, -2.5, -18);
            }
            case MAX -> {
                expect(rows, 3, 4);
                expect(columns, 4, 0.5, 3);
            }
            case MIN -> {
                expect(rows, -5, -6);
                expect(columns, 1, -5, -6);
            }
        }
    }

    @Test
    void integersReduceFromTheirOwnEnds() {
        View y = empty(DType.I32, 1);
        backend.run(new KernelCall.Reduce(ReduceOp.MAX, i32(-2147483648.0, -2147483648.0), y));
        expect(y, Integer.MIN_VALUE);
        backend.run(new KernelCall.Reduce(ReduceOp.MIN, i32(2147483647, 2147483647), y));
        expect(y, Integer.MAX_VALUE);
    }

    @Test
    void argmaxIsTheFirstOfEqualsAndTheFirstNaN() {
        View y = empty(DType.I32, 3);
        double nan = Double.NaN;
        backend.run(
                new KernelCall.ArgReduce(
                        ReduceOp.MAX,
                        f32(new double[] {1, 4, 4, nan, 9, nan, -3, -2, -5}, 3, 3),
                        y));
        expect(y, 1, 0, 1);
        View one = empty(DType.I32, 1);
        double low = Double.NEGATIVE_INFINITY;
        backend.run(
                new KernelCall.ArgReduce(ReduceOp.MAX, f32(new double[] {low, low}, 1, 2), one));
        expect(one, 0);
        backend.run(
                new KernelCall.ArgReduce(ReduceOp.MAX, f32(new double[] {5, nan, 7}, 1, 3), one));
        expect(one, 1);
    }

    @Test
    void gemm() {
        View a = f32(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
        View b = f32(new double[] {1, 0, -1, 2, 0.5, 1}, 3, 2);
        View c = f32(new double[] {10, 20, 30, 40}, 2, 2);
        backend.run(new KernelCall.Gemm(2, a, b, 0.5, c, Epilogue.NONE));
        expect(c, 5 + 2 * 0.5, 10 + 2 * 7, 15 + 2 * 2, 20 + 2 * 16);
        View never = f32(new double[] {Double.NaN, Double.NaN, Double.NaN, Double.NaN}, 2, 2);
        View bias = f32(new double[] {0.25, -10}, 2);
        backend.run(new KernelCall.Gemm(1, a, b, 0, never, new Epilogue(bias, Activation.RELU)));
        expect(never, 0.75, 0, 2.25, 6);
    }

    @Test
    void gemmOfBatchesAndOfNoDepth() {
        View a = f32(new double[] {1, 2, 3, 4}, 2, 1, 2);
        View b = f32(new double[] {1, -1, 10, 100}, 2, 2, 1);
        View c = empty(DType.F32, 2, 1, 1);
        backend.run(new KernelCall.Gemm(1, a, b, 0, c, Epilogue.NONE));
        expect(c, -1, 430);
        View nothing = empty(DType.F32, 1, 1);
        backend.run(
                new KernelCall.Gemm(
                        1,
                        f32(new double[0], 1, 0),
                        f32(new double[0], 0, 1),
                        0,
                        nothing,
                        Epilogue.NONE));
        expect(nothing, 0);
    }

    /** Computed with 50 digits. */
    @Test
    void softmaxAndItsGradient() {
        View x = f32(new double[] {1, -2, 0.5, 1001, 998, 1000.5}, 2, 3);
        View y = empty(DType.F32, 2, 3);
        View dx = empty(DType.F32, 2, 3);
        View dy = f32(new double[] {1, -1, 0.25, 1, -1, 0.25}, 2, 3);
        double[] p = {0.6037488961486258, 0.03005888756957402, 0.3661922162818002};
        backend.run(new KernelCall.Softmax(false, x, y));
        expect(y, p[0], p[1], p[2], p[0], p[1], p[2]);
        backend.run(new KernelCall.SoftmaxGrad(false, y, dy, dx));
        double[] d = {0.2021121501479387, -0.05005520370175663, -0.15205694644618206};
        expect(dx, d[0], d[1], d[2], d[0], d[1], d[2]);
        backend.run(new KernelCall.Softmax(true, x, y));
        double[] l = {-0.5045969023422835, -3.5045969023422834, -1.0045969023422836};
        assertArrayEquals(new double[] {l[0], l[1], l[2], l[0], l[1], l[2]}, values(y), 1e-13);
        backend.run(new KernelCall.SoftmaxGrad(true, y, dy, dx));
        double[] e = {0.8490627759628435, -1.0075147218923934, 0.15845194592954995};
        assertArrayEquals(new double[] {e[0], e[1], e[2], e[0], e[1], e[2]}, values(dx), 1e-13);
    }

    /** Computed with 50 digits. */
    @Test
    void crossEntropyOfLabelsAndOfProbabilities() {
        View logits = f32(new double[] {1, -2, 0.5}, 1, 3);
        View l = empty(DType.F32, 1);
        View gradient = empty(DType.F32, 1, 3);
        backend.run(new KernelCall.CrossEntropy(logits, i32(2), 0.25, l, gradient));
        expect(l, 1.0045969023422836);
        expect(gradient, 0.15093722403715645, 0.007514721892393505, -0.15845194592954995);
        backend.run(
                new KernelCall.CrossEntropy(
                        logits, f32(new double[] {0.5, 0.125, 0.25}, 1, 3), 0.25, l, gradient));
        expect(l, 0.941522289549498);
        expect(gradient, 0.00707007103251189, -0.024674618344155682, 0.017604547311643792);
    }

    @Test
    void aClassWithoutWeightAddsNothing() {
        View l = empty(DType.F32, 1);
        View gradient = empty(DType.F32, 1, 2);
        View logits = f32(new double[] {3, Double.NEGATIVE_INFINITY}, 1, 2);
        backend.run(new KernelCall.CrossEntropy(logits, i32(0), 1, l, gradient));
        expect(l, 0);
        expect(gradient, 0, 0);
        backend.run(
                new KernelCall.CrossEntropy(
                        f32(new double[] {Double.NaN, 1}, 1, 2), i32(1), 1, l, gradient));
        expect(l, Double.NaN);
    }

    @Test
    void rowsAndElementsByIndex() {
        View table = f32(new double[] {1, 2, 3, 4, 5, 6}, 3, 2);
        View y = empty(DType.F32, 2, 2);
        backend.run(new KernelCall.Gather(table, i32(2, 0), y));
        expect(y, 5, 6, 1, 2);
        backend.run(
                new KernelCall.ScatterAdd(
                        f32(new double[] {10, 20, 30, 40}, 2, 2), i32(1, 1), table));
        expect(table, 1, 2, 43, 64, 5, 6);
    }

    @Test
    void elementsByIndexAlongTheLastAxis() {
        View x = f32(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
        View at = View.contiguous(i32(2, 2, 0, 1).buffer(), Shape.of(2, 2), 0);
        View y = empty(DType.F32, 2, 2);
        backend.run(new KernelCall.TakeAlong(x, at, y));
        expect(y, 3, 3, 4, 5);
        View source = f32(new double[] {10, 20, 30, 40}, 2, 2);
        backend.run(new KernelCall.ScatterAlong(true, source, at, x));
        expect(x, 1, 2, 33, 34, 45, 6);
        backend.run(new KernelCall.ScatterAlong(false, source, at, x));
        expect(x, 1, 2, 20, 30, 40, 6);
    }

    @Test
    void indicesOutsideAreRefused() {
        View table = f32(new double[] {1, 2, 3, 4}, 2, 2);
        View y = empty(DType.F32, 2, 2);
        for (View outside : List.of(i32(0, 2), i32(0, -1))) {
            int index = (int) values(outside)[1];
            Exception e =
                    assertThrows(
                            IndexOutOfBoundsException.class,
                            () -> backend.run(new KernelCall.Gather(table, outside, y)));
            assertEquals(
                    "gather: index %d at position 1 is outside [0, 2)".formatted(index),
                    e.getMessage());
        }
        View l = empty(DType.F32, 1);
        View logits = f32(new double[] {1, 2}, 1, 2);
        View gradient = empty(DType.F32, 1, 2);
        assertEquals(
                "crossEntropy: label 2 at position 0 is outside [0, 2)",
                assertThrows(
                                IndexOutOfBoundsException.class,
                                () ->
                                        backend.run(
                                                new KernelCall.CrossEntropy(
                                                        logits, i32(2), 1, l, gradient)))
                        .getMessage());
    }

    /** The first block of Philox4x32-10 for a key and counter of zeros, by its authors. */
    @Test
    void dropoutMaskIsPhiloxs() {
        // 6627e8d5 e169c58d bc57ac4c 9b00dbd8: as fractions of 2³² 0.399, 0.881, 0.736, 0.605.
        View state = i32(0, 0, 0, 0);
        View mask = empty(DType.F32, 4);
        backend.run(new KernelCall.DropoutMask(0.5, state, mask));
        expect(mask, 0, 2, 2, 2);
        expect(state, 0, 0, 1, 0);
        View more = empty(DType.F32, 5);
        View again = i32(0, 0, 0, 0);
        backend.run(new KernelCall.DropoutMask(0.75, again, more));
        assertArrayEquals(new double[] {0, 4, 0, 0}, Arrays.copyOf(values(more), 4));
        expect(again, 0, 0, 2, 0);
    }

    @Test
    void theBlockNumberHasTwoWords() {
        View state = i32(1, 2, -1, 5);
        backend.run(new KernelCall.DropoutMask(0.5, state, empty(DType.F32, 4)));
        expect(state, 1, 2, 0, 6);
    }

    @Test
    void whatIsNotFiniteIsCountedAndSaturates() {
        View count = i32(3);
        View x = f32(new double[] {1, Double.NaN, Double.POSITIVE_INFINITY}, 3);
        View more = f32(new double[] {Double.NEGATIVE_INFINITY, 0}, 2);
        backend.run(new KernelCall.CountNonFinite(List.of(x, more), count));
        expect(count, 6);
        View full = i32(2147483646);
        backend.run(new KernelCall.CountNonFinite(List.of(x, more), full));
        expect(full, Integer.MAX_VALUE);
    }

    private View words(long... counters) {
        double[] words = new double[2 * counters.length];
        for (int i = 0; i < counters.length; i++) {
            words[2 * i] = (int) counters[i];
            words[2 * i + 1] = (int) (counters[i] >>> 32);
        }
        return i32(words);
    }

    /** lr is 0.5. Only what the rule keeps is written, and the step is counted over 64 bits. */
    @Test
    void updates() {
        View control = f32(new double[] {0.5, 1e9}, 2);
        View go = i32(0);
        View g = f32(new double[] {1, -2}, 2);
        View p = f32(new double[] {10, 20}, 2);
        View steps = words(0xFFFF_FFFFL);
        UpdateRule plain = new UpdateRule.Sgd(0, false, Penalty.NONE);
        backend.run(new KernelCall.Update(plain, control, steps, go, p, g, List.of()));
        expect(p, 9.5, 21);
        expect(steps, 0, 1);

        View u = f32(new double[] {4, 8}, 2);
        UpdateRule heavy = new UpdateRule.Sgd(0.5, false, Penalty.NONE);
        backend.run(new KernelCall.Update(heavy, control, steps, go, p, g, List.of(u)));
        expect(u, 3, 2);
        expect(p, 8, 20);
        expect(g, 1, -2);
        expect(steps, 1, 1);

        View m = f32(new double[] {0, 0}, 2);
        View v = f32(new double[] {0, 0}, 2);
        View first = words(0);
        UpdateRule adam = new UpdateRule.Adam(0.5, 0.75, 0.25, Penalty.NONE);
        backend.run(new KernelCall.Update(adam, control, first, go, p, g, List.of(m, v)));
        expect(m, 0.5, -1);
        expect(v, 0.25, 1);
        // m and v of the first step are g and g², when they are divided by 1 - beta.
        expect(p, 8 - 0.5 / 1.25, 20 + 0.5 * 2 / 2.25);
        expect(first, 1, 0);
    }

    @Test
    void anUpdateThatIsToHaltChangesNothing() {
        View p = f32(new double[] {10, 20}, 2);
        View u = f32(new double[] {4, 8}, 2);
        View steps = words(7);
        UpdateRule heavy = new UpdateRule.Sgd(0.5, false, Penalty.NONE);
        View control = f32(new double[] {0.5, 1e9}, 2);
        backend.run(
                new KernelCall.Update(
                        heavy, control, steps, i32(1), p, f32(new double[] {1, 2}, 2), List.of(u)));
        expect(p, 10, 20);
        expect(u, 4, 8);
        expect(steps, 7, 0);
    }

    /** The bound itself still fits; with l2 the parameters count. */
    @Test
    void unfitGradientsAreCounted() {
        View control = f32(new double[] {0.5, 8}, 2);
        View p = f32(new double[] {100, 2, -4, 0, 1}, 5);
        View g = f32(new double[] {8, -7.5, 6.5, Double.NaN, Double.NEGATIVE_INFINITY}, 5);
        View count = i32(3);
        View steps = words(7);
        UpdateRule plain = new UpdateRule.Sgd(0, false, Penalty.NONE);
        backend.run(new KernelCall.CountUnfit(plain, control, steps, null, p, g, count));
        expect(count, 3 + 2);
        UpdateRule l2 = new UpdateRule.Sgd(0, false, new Penalty(0, 0.25, 0));
        backend.run(new KernelCall.CountUnfit(l2, control, steps, null, p, g, count));
        // 8 + 25, 7.5 + 0.5, 6.5 + 1, and the two.
        expect(count, 5 + 3);
        View loss = f32(new double[] {Double.NaN}, 1);
        backend.run(new KernelCall.CountUnfit(plain, control, steps, loss, p, g, count));
        expect(count, 8 + 3);
        backend.run(new KernelCall.Fill(Integer.MAX_VALUE - 1.0, count));
        backend.run(new KernelCall.CountUnfit(plain, control, steps, loss, p, g, count));
        expect(count, Integer.MAX_VALUE);
    }
}
