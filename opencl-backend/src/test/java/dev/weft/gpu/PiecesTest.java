package dev.weft.gpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.opencl.TestDriver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.BiFunction;

/**
 * Calls on more elements than one launch takes, which is some 2³¹: here so few that a test has
 * them.
 */
class PiecesTest {
    private static final int MOST = 50;
    private static final Shape SHAPE = Shape.of(3, 70, 7);

    private GpuBackend whole;
    private GpuBackend pieces;

    @BeforeEach
    void open() {
        whole = new GpuBackend(TestDriver.open(), CacheFolder.ofUser());
        pieces = new GpuBackend(new Launcher(TestDriver.open(), MOST), CacheFolder.ofUser());
    }

    @AfterEach
    void close() {
        whole.close();
        pieces.close();
    }

    private static View input(GpuBackend backend, Shape shape) {
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 37 % 101 - 50) / 25f;
        }
        View view = output(backend, DType.F32, shape);
        backend.upload(MemorySegment.ofArray(values), view);
        return view;
    }

    private static View indices(GpuBackend backend, int count, int rows, int wrong) {
        int[] values = new int[count];
        Arrays.setAll(values, i -> i == wrong ? rows : i * 7 % rows);
        View view = output(backend, DType.I32, Shape.of(count));
        backend.upload(MemorySegment.ofArray(values), view);
        return view;
    }

    private static View output(GpuBackend backend, DType dtype, Shape shape) {
        View view = View.contiguous(backend.allocate(dtype, shape.size()), shape, 0);
        backend.fill(0, view);
        return view;
    }

    /** The same bits come of both. */
    private void same(BiFunction<GpuBackend, View, View> call, Shape shape) {
        int[][] results = new int[2][];
        for (int i = 0; i < 2; i++) {
            GpuBackend backend = i == 0 ? whole : pieces;
            View y = call.apply(backend, input(backend, shape));
            results[i] = new int[(int) y.size()];
            backend.download(y, MemorySegment.ofArray(results[i]));
        }
        assertArrayEquals(results[0], results[1]);
    }

    @Test
    void elementsWithGaps() {
        same(
                (backend, x) -> {
                    View y = output(backend, DType.F32, Shape.of(7, 70, 3));
                    backend.unary(UnaryOp.EXP, 0, 0, x.permute(2, 1, 0), y);
                    return y;
                },
                SHAPE);
    }

    @Test
    void rowsOfSoftmaxAndArgmax() {
        same(
                (backend, x) -> {
                    View y = output(backend, DType.F32, SHAPE);
                    backend.softmax(false, x, y);
                    return y;
                },
                SHAPE);
        same(
                (backend, x) -> {
                    View y = output(backend, DType.I32, Shape.of(3, 70));
                    backend.argmax(x, y);
                    return y;
                },
                SHAPE);
    }

    @Test
    void resultsAndElementsOfAReduction() {
        for (Shape result :
                new Shape[] {Shape.of(3, 70, 1), Shape.of(1, 70, 7), Shape.of(3, 1, 7)}) {
            same(
                    (backend, x) -> {
                        View y = output(backend, DType.F32, result);
                        backend.reduce(ReduceOp.MAX, x, y);
                        return y;
                    },
                    SHAPE);
        }
        // Of ones, since pieces are added in another order.
        for (ReduceOp op : new ReduceOp[] {ReduceOp.SUM, ReduceOp.MEAN}) {
            same(
                    (backend, x) -> {
                        View y = output(backend, DType.F32, Shape.of(3, 1, 1));
                        backend.fill(1, x);
                        backend.reduce(op, x, y);
                        return y;
                    },
                    SHAPE);
        }
    }

    @Test
    void rowsByIndex() {
        same(
                (backend, table) -> {
                    View y = output(backend, DType.F32, Shape.of(90, 70, 7));
                    backend.gather(table, indices(backend, 90, 3, -1), y);
                    View sums = output(backend, DType.F32, SHAPE);
                    backend.fill(0.5, y);
                    backend.scatterAdd(y, indices(backend, 90, 3, -1), sums);
                    return sums;
                },
                SHAPE);
        same(
                (backend, dy) -> {
                    View dx = output(backend, DType.F32, Shape.of(90, 3));
                    backend.unpick(dy, indices(backend, 90, 3, -1), dx);
                    return dx;
                },
                Shape.of(90));
    }

    @Test
    void theIndexThatIsWrongIsNamedByItsPlaceAmongAll() {
        for (GpuBackend backend : new GpuBackend[] {whole, pieces}) {
            View y = output(backend, DType.F32, Shape.of(90, 7));
            backend.gather(input(backend, Shape.of(3, 7)), indices(backend, 90, 3, 61), y);
            IndexOutOfBoundsException e =
                    assertThrows(IndexOutOfBoundsException.class, backend::synchronize);
            assertEquals("gather: index 3 at position 61 is outside [0, 3)", e.getMessage());
        }
    }
}
