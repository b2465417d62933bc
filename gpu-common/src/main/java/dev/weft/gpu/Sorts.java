package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.View;

/** Lines of one type in order: runs, which are merged over and over. */
final class Sorts {
    /** RUN in sort.cl. */
    private static final int RUN = 16;

    private final Launcher launcher;
    private final DType dtype;
    private final Copies copies;
    private final Copies indexCopies;
    private final Kernel runs;
    private final Kernel merge;
    private final Scratch[] values = new Scratch[2];
    private final Scratch[] indices = new Scratch[2];

    Sorts(Launcher launcher, ByType<Copies> copies, DType dtype) {
        this.launcher = launcher;
        this.dtype = dtype;
        this.copies = copies.of(dtype);
        indexCopies = copies.of(DType.I32);
        runs = launcher.items(KernelFile.SORT, dtype, "sort_runs");
        merge = launcher.items(KernelFile.SORT, dtype, "sort_merge");
        for (int i = 0; i < 2; i++) {
            values[i] = launcher.scratch("sort");
            indices[i] = launcher.scratch("sort");
        }
    }

    void sort(boolean descending, View x, View y, View places) {
        if (y.size() == 0) {
            return;
        }
        Ordered ordered = order(descending, x);
        copies.copy(first(ordered.values(), y), y);
        indexCopies.copy(first(ordered.places(), places), places);
    }

    /** As many of each line as a view takes. */
    private static View first(View lines, View taken) {
        return lines.slice(lines.rank() - 1, 0, taken.dim(-1), 1);
    }

    /**
     * Lines in order, in memory that the next call overwrites.
     *
     * @param values their elements
     * @param places where each was in its line
     */
    record Ordered(View values, View places) {}

    /** The lines of x, which has elements. */
    Ordered order(boolean descending, View x) {
        Shape shape = x.shape();
        long size = shape.size();
        long columns = x.dim(-1);
        long[] elements = new long[2];
        long[] numbers = new long[2];
        for (int i = 0; i < (columns > RUN ? 2 : 1); i++) {
            elements[i] = values[i].reserve(size * dtype.bytes());
            numbers[i] = indices[i].reserve(size * Integer.BYTES);
        }
        int direction = descending ? 1 : 0;
        copies.copy(x, View.contiguous(new GpuBuffer(elements[0], dtype, size), shape, 0));
        long each = Math.ceilDiv(columns, (long) RUN);
        inPieces(
                runs,
                size / columns * each,
                a ->
                        a.i32(columns)
                                .i32(each)
                                .i32(direction)
                                .memory(elements[0])
                                .memory(numbers[0]));
        int from = 0;
        for (long width = RUN; width < columns; width *= 2) {
            int source = from;
            int target = 1 - from;
            long run = width;
            inPieces(
                    merge,
                    size,
                    a -> {
                        a.i32(columns).i32(run).i32(direction);
                        a.memory(elements[source]).memory(numbers[source]);
                        a.memory(elements[target]).memory(numbers[target]);
                    });
            from = target;
        }
        return new Ordered(
                View.contiguous(new GpuBuffer(elements[from], dtype, size), shape, 0),
                View.contiguous(new GpuBuffer(numbers[from], DType.I32, size), shape, 0));
    }

    private void inPieces(Kernel kernel, long items, Elementwise.Scalars arguments) {
        for (long first = 0; first < items; first += launcher.most()) {
            long some = Math.min(launcher.most(), items - first);
            arguments.addTo(launcher.begin().i32(some).i64(first));
            launcher.items(kernel, some);
        }
    }

    void close() {
        for (int i = 0; i < 2; i++) {
            launcher.close(values[i]);
            launcher.close(indices[i]);
        }
    }
}
