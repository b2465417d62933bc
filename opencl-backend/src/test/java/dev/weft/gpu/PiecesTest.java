package dev.weft.gpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Activation;
import dev.weft.backend.Epilogue;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.backend.Window;
import dev.weft.opencl.TestDriver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
        backend.run(new KernelCall.Fill(0, view));
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
                    backend.run(new KernelCall.Unary(UnaryOp.EXP, 0, 0, x.permute(2, 1, 0), y));
                    return y;
                },
                SHAPE);
    }

    @Test
    void rowsOfSoftmaxAndArgmax() {
        same(
                (backend, x) -> {
                    View y = output(backend, DType.F32, SHAPE);
                    backend.run(new KernelCall.Softmax(false, x, y));
                    return y;
                },
                SHAPE);
        same(
                (backend, x) -> {
                    View y = output(backend, DType.I32, Shape.of(3, 70));
                    backend.run(new KernelCall.ArgReduce(ReduceOp.MAX, x, y));
                    return y;
                },
                SHAPE);
    }

    @Test
    void linesOfScans() {
        for (Shape shape : new Shape[] {SHAPE, Shape.of(60, 9000)}) {
            same(
                    (backend, x) -> {
                        View y = output(backend, DType.F32, shape);
                        backend.run(new KernelCall.Scan(ReduceOp.SUM, true, x, y));
                        return y;
                    },
                    shape);
        }
    }

    @Test
    void planesOfPools() {
        Window.Axis three = new Window.Axis(3, 2, 1, 1, 1);
        Window window = new Window(Window.Axis.NONE, three, three);
        Shape windows = Shape.of(20, 1, 3, 4);
        same(
                (backend, x) -> {
                    View y = output(backend, DType.F32, windows);
                    View places = output(backend, DType.I32, windows);
                    View dx = output(backend, DType.F32, x.shape());
                    backend.run(new KernelCall.MaxPool(window, x, y, places));
                    backend.run(new KernelCall.MaxPoolGrad(window, places, y, dx));
                    return dx;
                },
                Shape.of(20, 1, 6, 7));
    }

    @Test
    void linesInOrder() {
        for (Shape shape : new Shape[] {SHAPE, Shape.of(3, 200)}) {
            same(
                    (backend, x) -> {
                        View y = output(backend, DType.F32, shape);
                        View places = output(backend, DType.I32, shape);
                        backend.run(new KernelCall.Sort(true, x, y, places));
                        return places;
                    },
                    shape);
        }
    }

    @Test
    void resultsAndElementsOfAReduction() {
        for (Shape result :
                new Shape[] {Shape.of(3, 70, 1), Shape.of(1, 70, 7), Shape.of(3, 1, 7)}) {
            same(
                    (backend, x) -> {
                        View y = output(backend, DType.F32, result);
                        backend.run(new KernelCall.Reduce(ReduceOp.MAX, x, y));
                        return y;
                    },
                    SHAPE);
        }
        // Of ones, since pieces are added in another order.
        for (ReduceOp op : new ReduceOp[] {ReduceOp.SUM, ReduceOp.MEAN}) {
            same(
                    (backend, x) -> {
                        View y = output(backend, DType.F32, Shape.of(3, 1, 1));
                        backend.run(new KernelCall.Fill(1, x));
                        backend.run(new KernelCall.Reduce(op, x, y));
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
                    backend.run(new KernelCall.Gather(table, indices(backend, 90, 3, -1), y));
                    View sums = output(backend, DType.F32, SHAPE);
                    backend.run(new KernelCall.Fill(0.5, y));
                    backend.run(new KernelCall.ScatterAdd(y, indices(backend, 90, 3, -1), sums));
                    return sums;
                },
                SHAPE);
        same(
                (backend, dy) -> {
                    View dx = output(backend, DType.F32, Shape.of(90, 3));
                    View at = indices(backend, 180, 3, -1);
                    at = View.contiguous(at.buffer(), dy.shape(), 0);
                    backend.run(new KernelCall.ScatterAlong(false, dy, at, dx));
                    backend.run(new KernelCall.ScatterAlong(true, dy, at, dx));
                    backend.run(new KernelCall.TakeAlong(dx, at, dy));
                    return dy;
                },
                Shape.of(90, 2));
    }

    /** CUDA's grids have at most 65,535 groups along their second and third axis. */
    @Test
    void productsOfMoreTilesThanAGridHas() {
        List<Long> groups = new ArrayList<>();
        GpuDriver driver = TestDriver.open();
        GpuDriver watched =
                (GpuDriver)
                        Proxy.newProxyInstance(
                                GpuDriver.class.getClassLoader(),
                                new Class<?>[] {GpuDriver.class},
                                (_, method, arguments) -> {
                                    if (method.getName().equals("launch")) {
                                        groups.add((Long) arguments[4]);
                                        groups.add((Long) arguments[5]);
                                    }
                                    return method.invoke(driver, arguments);
                                });
        try (GpuBackend backend = new GpuBackend(new Launcher(watched), CacheFolder.ofUser())) {
            Shape[] shapes = {Shape.of(70_001, 1, 1), Shape.of(600_001, 1), Shape.of(1, 600_001)};
            for (Shape shape : shapes) {
                boolean isRow = shape.dim(0) == 1;
                View a = input(backend, isRow ? Shape.of(1, 1) : shape);
                View one = input(backend, Shape.of(1, 1));
                backend.run(new KernelCall.Fill(2, one));
                View b = isRow ? input(backend, shape) : one;
                View c = output(backend, DType.F32, shape);
                if (shape.rank() == 3) {
                    b = one.expand(shape);
                }
                View bias = isRow ? View.contiguous(b.buffer(), Shape.of(600_001), 0) : null;
                Epilogue epilogue = new Epilogue(bias, Activation.IDENTITY);
                backend.run(new KernelCall.Gemm(1, a, b, 0, c, epilogue));
                float[] x = download(backend, isRow ? b : a);
                float[] y = download(backend, c);
                for (int i = 0; i < y.length; i++) {
                    assertEquals(isRow ? x[i] * -2 + x[i] : x[i] * 2, y[i], "element " + i);
                }
            }
        }
        assertTrue(groups.stream().allMatch(count -> count <= 65_535), groups.toString());
    }

    private static float[] download(GpuBackend backend, View view) {
        float[] values = new float[(int) view.size()];
        backend.download(view, MemorySegment.ofArray(values));
        return values;
    }

    @Test
    void theIndexThatIsWrongIsNamedByItsPlaceAmongAll() {
        for (GpuBackend backend : new GpuBackend[] {whole, pieces}) {
            View y = output(backend, DType.F32, Shape.of(90, 7));
            backend.run(
                    new KernelCall.Gather(
                            input(backend, Shape.of(3, 7)), indices(backend, 90, 3, 61), y));
            IndexOutOfBoundsException e =
                    assertThrows(IndexOutOfBoundsException.class, backend::synchronize);
            assertEquals("gather: index 3 at position 61 is outside [0, 3)", e.getMessage());
        }
    }
}
