package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Activation;
import dev.weft.backend.Epilogue;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;
import dev.weft.conformance.Sample;
import dev.weft.reference.ReferenceBackend;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Products of every type against the specification's in F64, with gaps in C that must stay. */
class GemmTypesTest {
    /** Types of the operands and of C. */
    enum Types {
        F64(DType.F64, DType.F64),
        F32(DType.F32, DType.F32),
        F16(DType.F16, DType.F16),
        BF16(DType.BF16, DType.BF16),
        F16_TO_F32(DType.F16, DType.F32),
        BF16_TO_F32(DType.BF16, DType.F32);

        final DType operands;
        final DType result;

        Types(DType operands, DType result) {
            this.operands = operands;
            this.result = result;
        }
    }

    /** A product, with all there is beside sizes drawn from the seed. */
    private record Case(Types types, int batch, int m, int n, int k, int trans, long seed) {}

    private static final double GAP = 77;

    private final CpuBackend backend = new CpuBackend(3);
    private final List<CpuBuffer> buffers = new ArrayList<>();

    @AfterEach
    void close() {
        free();
        backend.close();
    }

    private void free() {
        buffers.forEach(CpuBuffer::free);
        buffers.clear();
    }

    /** Every height of a tile, and widths around those of one, two and four vectors. */
    @ParameterizedTest
    @EnumSource
    void tiles(Types types) {
        List<Case> cases = new ArrayList<>();
        long seed = 1;
        for (int m = 1; m <= 13; m++) {
            for (int n : new int[] {1, 4, 7, 9, 17, 33, 64, 65, 70}) {
                for (int k : new int[] {1, 2, 5, 10, 37}) {
                    cases.add(new Case(types, 0, m, n, k, (int) (seed % 4), seed++));
                }
            }
        }
        Sample.of(cases, 200).forEach(this::check);
    }

    /** Where operands adjacent along K are multiplied as they are, and where K is cut. */
    @ParameterizedTest
    @EnumSource
    void deepProducts(Types types) {
        long seed = 10_000;
        for (int m : new int[] {1, 5, 23}) {
            for (int n : new int[] {1, 3, 10, 40}) {
                for (int k : new int[] {64, 133, 2100}) {
                    for (int trans = 0; trans < 4; trans++) {
                        check(new Case(types, 0, m, n, k, trans, seed++));
                    }
                }
            }
        }
    }

    /** With operands that are copied, more rows than a block has, and several threads. */
    @ParameterizedTest
    @EnumSource
    void largeProducts(Types types) {
        long seed = 20_000;
        for (int trans = 0; trans < 4; trans++) {
            check(new Case(types, 0, 1100, 65, 40, trans, seed++));
        }
        check(new Case(types, 0, 530, 260, 500, 1, seed++));
        check(new Case(types, 0, 300, 130, 500, 2, seed++));
    }

    @ParameterizedTest
    @EnumSource
    void batches(Types types) {
        for (int trans = 0; trans < 4; trans++) {
            check(new Case(types, 1, 5, 9, 11, trans, 30_000 + trans));
            check(new Case(types, 7, 5, 9, 11, trans, 31_000 + trans));
            check(new Case(types, 3, 120, 70, 65, trans, 32_000 + trans));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSameBitsForAnyNumberOfThreads(Types types) {
        int[][] shapes = {
            {300, 301, 299}, {64, 10, 784}, {1, 900, 500}, {900, 1, 500}, {6, 70, 2100}
        };
        long seed = 40_000;
        try (CpuBackend serial = new CpuBackend(1)) {
            for (int[] shape : shapes) {
                for (int trans = 0; trans < 4; trans++) {
                    Case c = new Case(types, 0, shape[0], shape[1], shape[2], trans, seed++);
                    KernelCall.Gemm one = call(c);
                    KernelCall.Gemm other = call(c);
                    serial.run(one);
                    backend.run(other);
                    assertArrayEquals(values(one.c()), values(other.c()), c.toString());
                    free();
                }
            }
        }
    }

    private void check(Case c) {
        KernelCall.Gemm call = call(c);
        assertTrue(GemmKernels.supports(call), c.toString());
        double[] expected = specified(call, false);
        double[] sizes = specified(call, true);
        boolean[] gaps = gaps(call.c());
        backend.run(call);
        double[] actual = values(call.c());
        double u = c.types.operands.computesIn().roundoff();
        double own = c.types.result == c.types.result.computesIn() ? 0 : c.types.result.roundoff();
        for (int i = 0; i < actual.length; i++) {
            if (gaps[i]) {
                assertEquals(GAP, actual[i], c.toString());
            } else {
                // The product's error, the activation's, and that of the one rounding.
                double bound =
                        2 * u * (c.k + 8) * sizes[i]
                                + (8 * u + own) * Math.abs(expected[i])
                                + own * 0x1p-14;
                assertEquals(expected[i], actual[i], bound, c + ", element " + i);
            }
        }
        free();
    }

    private KernelCall.Gemm call(Case c) {
        Random random = new Random(c.seed);
        double[] scales = {0, 1, 1, -0.5};
        Activation[] activations = Activation.values();
        DType type = c.types.operands;
        View a = matrix(type, c.batch, c.m, c.k, (c.trans & 1) != 0, random);
        View b = matrix(type, c.batch, c.k, c.n, (c.trans & 2) != 0, random);
        View to = matrix(c.types.result, c.batch, c.m, c.n, false, random);
        boolean[] gaps = gaps(to);
        CpuBuffer buffer = (CpuBuffer) to.buffer();
        for (int i = 0; i < gaps.length; i++) {
            if (gaps[i]) {
                buffer.set(i, GAP);
            }
        }
        int spacing = 1 + random.nextInt(2);
        View bias = null;
        if (random.nextInt(3) == 0) {
            View all = filled(c.types.result, (long) c.n * spacing, random);
            bias = new View(all.buffer(), Shape.of(c.n), new long[] {spacing}, 0);
        }
        Activation activation =
                activations[
                        Math.max(0, random.nextInt(2 * activations.length) - activations.length)];
        return new KernelCall.Gemm(
                scales[1 + random.nextInt(3)],
                a,
                b,
                scales[random.nextInt(4)],
                to,
                new Epilogue(bias, activation));
    }

    /** With gaps between rows or without; a batch of no matrices means one, of rank 2. */
    private View matrix(DType type, int batch, int rows, int cols, boolean trans, Random random) {
        int outer = trans ? cols : rows;
        int leading = (trans ? rows : cols) + random.nextInt(2) * 3;
        long each = (long) outer * leading;
        View all = filled(type, Math.max(1, batch) * each, random);
        long row = trans ? 1 : leading;
        long col = trans ? leading : 1;
        return batch == 0
                ? new View(all.buffer(), Shape.of(rows, cols), new long[] {row, col}, 0)
                : new View(
                        all.buffer(), Shape.of(batch, rows, cols), new long[] {each, row, col}, 0);
    }

    private View filled(DType type, long count, Random random) {
        CpuBuffer buffer = CpuBuffer.allocate(type, count);
        buffers.add(buffer);
        for (long i = 0; i < count; i++) {
            buffer.set(i, random.nextGaussian());
        }
        return View.contiguous(buffer, Shape.of(count), 0);
    }

    /**
     * What is in all of C's buffer after the call, by the specification, or a bound of its sums.
     */
    private double[] specified(KernelCall.Gemm call, boolean sizes) {
        View c = wide(call.c(), sizes);
        View bias = call.epilogue().bias();
        Activation activation = sizes ? Activation.IDENTITY : call.epilogue().activation();
        new ReferenceBackend()
                .run(
                        new KernelCall.Gemm(
                                sizes ? Math.abs(call.alpha()) : call.alpha(),
                                wide(call.a(), sizes),
                                wide(call.b(), sizes),
                                sizes ? Math.abs(call.beta()) : call.beta(),
                                c,
                                new Epilogue(wideOrNone(bias, sizes), activation)));
        return values(c);
    }

    private @Nullable View wideOrNone(@Nullable View view, boolean sizes) {
        return view == null ? null : wide(view, sizes);
    }

    /** The same view of a copy in F64, of absolute values where sizes are asked for. */
    private View wide(View view, boolean sizes) {
        CpuBuffer from = (CpuBuffer) view.buffer();
        CpuBuffer to = CpuBuffer.allocate(DType.F64, from.size());
        buffers.add(to);
        for (long i = 0; i < from.size(); i++) {
            double value = from.get(i);
            to.set(i, sizes ? Math.abs(value) : value);
        }
        long[] strides = new long[view.rank()];
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] = view.stride(axis);
        }
        return new View(to, view.shape(), strides, view.offset());
    }

    /** Which elements of a view's buffer are none of its own. */
    private static boolean[] gaps(View view) {
        boolean[] gaps = new boolean[(int) view.buffer().size()];
        Arrays.fill(gaps, true);
        boolean isBatch = view.rank() > 2;
        for (long g = 0; g < (isBatch ? view.dim(0) : 1); g++) {
            for (long i = 0; i < view.dim(-2); i++) {
                for (long j = 0; j < view.dim(-1); j++) {
                    long at = i * view.stride(-2) + j * view.stride(-1);
                    gaps[(int) (at + (isBatch ? g * view.stride(0) : 0))] = false;
                }
            }
        }
        return gaps;
    }

    private static double[] values(View view) {
        CpuBuffer buffer = (CpuBuffer) view.buffer();
        double[] values = new double[(int) buffer.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = buffer.get(i);
        }
        return values;
    }
}
