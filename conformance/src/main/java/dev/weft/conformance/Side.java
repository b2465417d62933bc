package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.fail;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.View;
import dev.weft.random.Philox;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * One backend's side of a {@link KernelCase}: the views of one call, each in a buffer of its own
 * that is larger than the view. What no view covers holds sentinels: NaNs with a payload, so that a
 * stray write is found and a stray read shows in the result.
 */
final class Side implements AutoCloseable {
    /** A quiet NaN that no arithmetic makes; as an I32 an improbable number. */
    private static final int SENTINEL = 0x7FC5E471;

    /** Elements before a view: some kernels read several at once where they begin at 64 bytes. */
    private static final int ALIGNED = 64;

    private static final int UNALIGNED = 67;
    private static final int AFTER = 71;

    private final Backend backend;
    private final Philox random;
    private final List<Block> blocks = new ArrayList<>();

    /**
     * A buffer with its view.
     *
     * @param before the whole buffer's bits before the call
     * @param bound null for an input, which must stay as it is
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Block(
            View view, int[] before, @Nullable Bound bound, List<Consumer<double[]>> demands) {}

    /** The same seed draws the same inputs on every backend. */
    Side(Backend backend, Philox random) {
        this.backend = backend;
        this.random = random;
    }

    Backend kernels() {
        return backend;
    }

    Philox random() {
        return random;
    }

    /** An input with these elements in row-major order. */
    View input(float[] values, Shape shape, Placement placement) {
        return place(bits(values), DType.F32, shape, placement, null);
    }

    /** A dense input of rank 1. */
    View input(float[] values) {
        return input(values, Shape.of(values.length), Placement.DENSE);
    }

    /** An I32 input. */
    View input(int[] values, Shape shape, Placement placement) {
        return place(values, DType.I32, shape, placement, null);
    }

    /** An I32 input of rank 1: indices. */
    View input(int[] values) {
        return input(values, Shape.of(values.length), Placement.DENSE);
    }

    /** An output, full of sentinels before the call. */
    View output(DType dtype, Shape shape, Placement placement, Bound bound) {
        int[] values = new int[(int) shape.size()];
        Arrays.fill(values, SENTINEL);
        return place(values, dtype, shape, placement, bound);
    }

    /** A dense F32 output. */
    View output(Shape shape, Bound bound) {
        return output(DType.F32, shape, Placement.DENSE, bound);
    }

    /** An output that the call reads too. */
    View updated(float[] values, Shape shape, Placement placement, Bound bound) {
        return place(bits(values), DType.F32, shape, placement, bound);
    }

    /** An I32 output that the call reads too. */
    View updated(int[] values, Bound bound) {
        return place(values, DType.I32, Shape.of(values.length), Placement.DENSE, bound);
    }

    /** Also demands something of an output's elements, in row-major order. */
    void demand(View output, Consumer<double[]> demand) {
        for (Block block : blocks) {
            if (block.view == output) {
                block.demands.add(demand);
            }
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    private View place(
            int[] values, DType dtype, Shape shape, Placement placement, @Nullable Bound bound) {
        int before = shape.size() % 2 == 0 ? ALIGNED : UNALIGNED;
        int[] content = new int[before + (int) placement.extent(shape) + AFTER];
        Arrays.fill(content, SENTINEL);
        DeviceBuffer buffer = backend.allocate(dtype, content.length);
        View view = new View(buffer, shape, placement.strides(shape), before);
        int[] positions = positions(view);
        for (int i = 0; i < positions.length; i++) {
            content[positions[i]] = values[i];
        }
        blocks.add(new Block(view, content, bound, new ArrayList<>()));
        backend.upload(MemorySegment.ofArray(content), whole(buffer));
        return view;
    }

    private static View whole(DeviceBuffer buffer) {
        // A backend may give more than it was asked for, but not less.
        return View.contiguous(buffer, Shape.of(buffer.size()), 0);
    }

    /** Where the elements lie in the buffer, in row-major order. */
    static int[] positions(View view) {
        int[] positions = new int[(int) view.size()];
        long[] index = new long[view.rank()];
        for (int i = 0; i < positions.length; i++) {
            long position = view.offset();
            for (int axis = 0; axis < index.length; axis++) {
                position += index[axis] * view.stride(axis);
            }
            positions[i] = (int) position;
            for (int axis = index.length - 1;
                    axis >= 0 && ++index[axis] == view.dim(axis);
                    axis--) {
                index[axis] = 0;
            }
        }
        return positions;
    }

    private double[] elements(View view) {
        double[] all = new double[(int) view.buffer().size()];
        backend.download(whole(view.buffer()), all);
        int[] positions = positions(view);
        double[] elements = new double[positions.length];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = all[positions[i]];
        }
        return elements;
    }

    private int[] after(Block block) {
        int[] content = new int[block.before.length];
        backend.download(whole(block.view.buffer()), MemorySegment.ofArray(content));
        return content;
    }

    /** Fails where an output is beyond its bound, or anything else was written. */
    void compare(Side reference) {
        backend.synchronize();
        for (int b = 0; b < blocks.size(); b++) {
            Block block = blocks.get(b);
            checkUntouched(b, block);
            if (block.bound == null) {
                continue;
            }
            double[] actual = elements(block.view);
            double[] expected = reference.elements(reference.blocks.get(b).view);
            for (int i = 0; i < actual.length; i++) {
                if (!block.bound.holds(i, expected[i], actual[i])) {
                    fail(
                            "view %d (%s), element %d of %d: expected %s within %s, got %s"
                                    .formatted(
                                            b,
                                            block.view,
                                            i,
                                            actual.length,
                                            expected[i],
                                            block.bound.at(i, expected[i]),
                                            actual[i]));
                }
            }
            block.demands.forEach(demand -> demand.accept(actual));
        }
    }

    private void checkUntouched(int number, Block block) {
        int[] content = after(block);
        if (block.bound != null) {
            for (int position : positions(block.view)) {
                content[position] = block.before[position];
            }
        }
        for (int i = 0; i < content.length; i++) {
            if (content[i] != block.before[i]) {
                fail(
                        "view %d (%s) of %d elements: a stray write of %08x at buffer element %d"
                                .formatted(number, block.view, block.view.size(), content[i], i));
            }
        }
    }

    /** Fails where the other call, of the same kernel with the same inputs, gave other bits. */
    void sameBits(Side other) {
        for (int b = 0; b < blocks.size(); b++) {
            int mismatch = Arrays.mismatch(after(blocks.get(b)), other.after(other.blocks.get(b)));
            if (mismatch >= 0) {
                fail(
                        "view %d: a second call gave other bits at buffer element %d"
                                .formatted(b, mismatch));
            }
        }
    }

    @Override
    public void close() {
        blocks.forEach(block -> backend.release(block.view.buffer()));
        blocks.clear();
    }
}
