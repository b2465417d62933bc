package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.fail;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.Encoding;
import dev.weft.backend.KernelCall;
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
 * that is larger than the view. What no view covers holds sentinels, so that a stray write is found
 * and a stray read shows in the result.
 */
final class Side implements AutoCloseable {
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
     * @param before the whole buffer before the call
     * @param bound null for an input, which must stay as it is
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Block(
            View view, byte[] before, @Nullable Bound bound, List<Consumer<double[]>> demands) {}

    /** The same seed draws the same inputs on every backend. */
    Side(Backend backend, Philox random) {
        this.backend = backend;
        this.random = random;
    }

    void run(KernelCall call) {
        backend.run(call);
    }

    Philox random() {
        return random;
    }

    /** An input with these elements in row-major order. */
    View input(Values values, Shape shape, Placement placement) {
        return place(values, shape, placement, null);
    }

    /** A dense input of rank 1. */
    View input(Values values) {
        return input(values, Shape.of(values.size()), Placement.DENSE);
    }

    /** An output, full of sentinels before the call. */
    View output(DType dtype, Shape shape, Placement placement, Bound bound) {
        return place(sentinels(dtype, (int) shape.size()), shape, placement, bound);
    }

    /** A dense output. */
    View output(DType dtype, Shape shape, Bound bound) {
        return output(dtype, shape, Placement.DENSE, bound);
    }

    /** An output that the call reads too. */
    View updated(Values values, Shape shape, Placement placement, Bound bound) {
        return place(values, shape, placement, bound);
    }

    /** A dense output of rank 1 that the call reads too. */
    View updated(Values values, Bound bound) {
        return updated(values, Shape.of(values.size()), Placement.DENSE, bound);
    }

    /** Also demands something of an output's elements, in row-major order. */
    void demand(View output, Consumer<double[]> demand) {
        for (Block block : blocks) {
            if (block.view == output) {
                block.demands.add(demand);
            }
        }
    }

    /**
     * Quiet NaNs that no arithmetic makes, in a type of integers an improbable number, and truths
     * in a pattern.
     */
    private static Values sentinels(DType dtype, int size) {
        Values values = Values.zeros(dtype, size);
        Arrays.setAll(
                values.bits(),
                i ->
                        switch (dtype) {
                            case F64, I64 -> 0x7FFB_C5E4_71A5_93D7L;
                            case F32, I32 -> 0x7FC5_E471;
                            case F16 -> 0x7E5B;
                            case BF16 -> 0x7FD7;
                            case U8, I8 -> 0xA5;
                            case BOOL -> Integer.bitCount(i) % 2;
                        });
        return values;
    }

    private View place(Values values, Shape shape, Placement placement, @Nullable Bound bound) {
        DType dtype = values.dtype();
        int before = shape.size() % 2 == 0 ? ALIGNED : UNALIGNED;
        int size = before + (int) placement.extent(shape) + AFTER;
        byte[] content = new byte[size * dtype.bytes()];
        sentinels(dtype, size).write(content, Values.counting(size));
        DeviceBuffer buffer = backend.allocate(dtype, size);
        View view = new View(buffer, shape, placement.strides(shape), before);
        values.write(content, positions(view));
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

    /** What was computed: by the reference backend, not rounded. */
    private double[] elements(View view) {
        double[] all = new double[(int) view.buffer().size()];
        backend.download(whole(view.buffer()), all);
        return Arrays.stream(positions(view)).mapToDouble(position -> all[position]).toArray();
    }

    private byte[] after(Block block) {
        byte[] content = new byte[block.before.length];
        backend.download(whole(block.view.buffer()), MemorySegment.ofArray(content));
        return content;
    }

    /** Fails where an output is beyond its bound, or anything else was written. */
    void compare(Side reference) {
        backend.synchronize();
        for (int b = 0; b < blocks.size(); b++) {
            Block block = blocks.get(b);
            byte[] content = after(block);
            if (block.bound != null) {
                Values actual = Values.read(block.view.dtype(), content, positions(block.view));
                compare(b, block, block.bound, actual, reference);
                block.demands.forEach(demand -> demand.accept(elements(block.view)));
            }
            checkUntouched(b, block, content);
        }
    }

    private static void compare(
            int number, Block block, Bound bound, Values actual, Side reference) {
        Block other = reference.blocks.get(number);
        DType dtype = actual.dtype();
        if (!dtype.isFloating()) {
            Values expected = Values.read(dtype, reference.after(other), positions(other.view));
            int i = Arrays.mismatch(expected.bits(), actual.bits());
            if (i >= 0) {
                wrong(number, block, i, expected.integer(i), "0", actual.integer(i));
            }
            return;
        }
        double[] expected = reference.elements(other.view);
        for (int i = 0; i < expected.length; i++) {
            if (!bound.holds(dtype, i, expected[i], actual.real(i))) {
                double difference = bound.difference(dtype, i, expected[i]);
                wrong(number, block, i, expected[i], "" + difference, actual.real(i));
            }
        }
    }

    private static void wrong(
            int number, Block block, int i, Object expected, String within, Object actual) {
        fail(
                "view %d (%s), element %d of %d: expected %s within %s, got %s"
                        .formatted(
                                number,
                                block.view,
                                i,
                                block.view.size(),
                                expected,
                                within,
                                actual));
    }

    private static void checkUntouched(int number, Block block, byte[] content) {
        DType dtype = block.view.dtype();
        if (block.bound != null) {
            int[] positions = positions(block.view);
            Values.read(dtype, block.before, positions).write(content, positions);
        }
        int at = Arrays.mismatch(block.before, content);
        if (at >= 0) {
            fail(
                    "view %d (%s) of %d elements: a stray write of %02x at byte %d of the buffer"
                            .formatted(number, block.view, block.view.size(), content[at], at));
        }
    }

    /**
     * Fails unless a refusal was right: hardware may lack F64, and then all of it. It says so, and
     * nothing was written.
     */
    void requireLacking(UnsupportedOperationException refusal) {
        boolean lacks =
                blocks.stream()
                        .map(Block::view)
                        .filter(view -> view.dtype() == DType.F64)
                        .anyMatch(view -> !backend.supports(new KernelCall.Fill(0, view)));
        String message = String.valueOf(refusal.getMessage());
        if (!lacks || !message.contains("F64")) {
            throw refusal;
        }
        for (int b = 0; b < blocks.size(); b++) {
            Block block = blocks.get(b);
            if (!Arrays.equals(block.before, after(block))) {
                fail(
                        "view %d (%s) was written by a call that was refused"
                                .formatted(b, block.view));
            }
        }
    }

    /**
     * Fails where the other call, of the same kernel with the same inputs, gave other bits. Which
     * NaN a result is stays open, as in Java: what the interpreter and the compiler make of a
     * remainder, say, differs in its sign.
     */
    void sameBits(Side other) {
        for (int b = 0; b < blocks.size(); b++) {
            DType dtype = blocks.get(b).view().dtype();
            byte[] one = after(blocks.get(b));
            byte[] two = other.after(other.blocks.get(b));
            int from = 0;
            int mismatch = Arrays.mismatch(one, two);
            while (mismatch >= 0) {
                int at = from + mismatch;
                int element = at / dtype.bytes();
                if (!isNan(dtype, one, element) || !isNan(dtype, two, element)) {
                    fail(
                            "view %d: a second call gave other bits at byte %d of the buffer"
                                    .formatted(b, at));
                }
                from = Math.min(one.length, (element + 1) * dtype.bytes());
                mismatch = Arrays.mismatch(one, from, one.length, two, from, two.length);
            }
        }
    }

    private static boolean isNan(DType dtype, byte[] bytes, int element) {
        return dtype.isFloating()
                && Double.isNaN(Encoding.get(dtype, MemorySegment.ofArray(bytes), element));
    }

    @Override
    public void close() {
        blocks.forEach(block -> backend.release(block.view.buffer()));
        blocks.clear();
    }
}
