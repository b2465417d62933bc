package dev.weft.onnx.network;

import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.backend.View;
import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.network.TracedBuffer.Write;
import dev.weft.onnx.network.TracedBuffer.Write.Kind;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Which values of a graph views of memory are: what is read becomes nodes that take it apart. */
final class Memory {
    private final Sketch sketch;
    private final Function<View, HostArray> constants;
    private final Map<List<Object>, String> known = new HashMap<>();

    /**
     * Memory.
     *
     * @param sketch takes the nodes
     * @param constants gives the elements of a view of constants
     */
    Memory(Sketch sketch, Function<View, HostArray> constants) {
        this.sketch = sketch;
        this.constants = constants;
    }

    /** The value of the view's shape that the view has now. */
    String read(View view) {
        String once = readOnce(view);
        Shape shape = once(view).shape();
        return shape.equals(view.shape())
                ? once
                : sketch.node("Expand", once, sketch.numbers(view.shape().toArray()));
    }

    /** The same, but with one element along axes along which the view repeats its elements. */
    String readOnce(View repeated) {
        View view = once(repeated);
        TracedBuffer buffer = (TracedBuffer) view.buffer();
        List<Write> seen = buffer.seenBy(view);
        if (seen.isEmpty()) {
            throw new IllegalStateException("nothing has written %s".formatted(view.shape()));
        }
        if (seen.stream().allMatch(Write::isConstant)) {
            return constant(view);
        }
        Write write = seen.getFirst();
        if (write.kind() == Kind.UNKNOWN) {
            throw new OnnxException(
                    "export: ONNX's operators do not give what a kernel writes beside its result");
        }
        if (!write.covers(view)) {
            buffer.write(joined(seen, view));
            return readOnce(view);
        }
        return taken(write, view);
    }

    private static View once(View view) {
        long[] dims = view.shape().toArray();
        long[] strides = view.strides();
        for (int axis = 0; axis < dims.length; axis++) {
            if (strides[axis] == 0 && dims[axis] > 1) {
                dims[axis] = 1;
            }
        }
        return new View(view.buffer(), Shape.of(dims), strides, view.offset());
    }

    private String constant(View view) {
        HostArray array = constants.apply(view);
        return isUniform(array)
                // Such may be of the batch's size.
                ? sketch.node("Expand", first(array), sketch.numbers(view.shape().toArray()))
                : sketch.constant(array);
    }

    /** Whether there are several elements, and all are the same. */
    private static boolean isUniform(HostArray array) {
        long one = array.dtype().bytes();
        long rest = array.content().byteSize() - one;
        return rest > 0
                && array.content().asSlice(0, rest).mismatch(array.content().asSlice(one)) < 0;
    }

    /** The first element, of rank 0. */
    private String first(HostArray array) {
        MemorySegment element = array.content().asSlice(0, array.dtype().bytes());
        return sketch.constant(new HostArray(array.dtype(), Shape.SCALAR, element));
    }

    private String taken(Write write, View view) {
        View whole = write.view();
        if (view.isSame(whole)) {
            return write.value();
        }
        List<Object> key =
                List.of(
                        write.value(),
                        view.shape(),
                        Arrays.stream(view.strides()).boxed().toList(),
                        view.offset() - whole.offset());
        String before = known.get(key);
        if (before == null) {
            before = take(write, view);
            known.put(key, before);
        }
        return before;
    }

    private String take(Write write, View view) {
        Shape array = write.view().shape();
        if (view.isContiguous() && view.size() == array.size()) {
            return sketch.reshape(write.value(), array, view.shape());
        }
        Strides strides = Strides.of(array, view, view.offset() - write.view().offset());
        if (strides == null) {
            throw new OnnxException(
                    "export: a view of %s with strides %s of a tensor of %s is none that ONNX's operators make"
                            .formatted(view.shape(), Arrays.toString(view.strides()), array));
        }
        String value = sliced(sketch.reshape(write.value(), array, strides.shape()), strides);
        int[] order = order(strides);
        Shape counts = Shape.of(strides.counts());
        long[] moved = new long[order.length];
        Arrays.setAll(moved, i -> counts.dim(order[i]));
        return sketch.reshape(sketch.transpose(value, order), Shape.of(moved), view.shape());
    }

    private String sliced(String value, Strides taken) {
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < taken.counts().length; axis++) {
            if (taken.counts()[axis] != taken.shape().dim(axis)) {
                axes.add(axis);
            }
        }
        if (axes.isEmpty()) {
            return value;
        }
        long[] ends =
                of(
                        axes,
                        axis ->
                                taken.starts()[axis]
                                        + (taken.counts()[axis] - 1) * taken.steps()[axis]
                                        + 1);
        return sketch.node(
                "Slice",
                value,
                sketch.numbers(of(axes, axis -> taken.starts()[axis])),
                sketch.numbers(ends),
                sketch.numbers(of(axes, axis -> (long) axis)),
                sketch.numbers(of(axes, axis -> taken.steps()[axis])));
    }

    private static long[] of(List<Integer> axes, Function<Integer, Long> number) {
        return axes.stream().map(number).mapToLong(Long::longValue).toArray();
    }

    /** The view's axes in their order; those with one element stay between them. */
    private static int[] order(Strides taken) {
        List<Integer> order = new ArrayList<>();
        int next = 0;
        for (int axis = 0; axis < taken.counts().length; axis++) {
            order.add(taken.order().contains(axis) ? taken.order().get(next++) : axis);
        }
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Says that a view holds a value of its shape. */
    void give(View view, String value) {
        TracedBuffer buffer = (TracedBuffer) view.buffer();
        if (view.isContiguous()) {
            buffer.write(new Write(view, Kind.VALUE, value));
            return;
        }
        int[] order = order(view);
        long[] dims = new long[order.length];
        long[] strides = new long[order.length];
        Arrays.setAll(dims, i -> view.dim(order[i]));
        Arrays.setAll(strides, i -> view.stride(order[i]));
        buffer.write(
                new Write(
                        new View(buffer, Shape.of(dims), strides, view.offset()),
                        Kind.VALUE,
                        sketch.transpose(value, order)));
    }

    /** Axes from the longest stride to the shortest; those with one element stay. */
    private static int[] order(View view) {
        List<Integer> moving = Strides.moving(view);
        List<Integer> sorted = new ArrayList<>(moving);
        sorted.sort(Comparator.comparing(view::stride, Comparator.reverseOrder()));
        int[] order = new int[view.rank()];
        int next = 0;
        for (int axis = 0; axis < order.length; axis++) {
            order[axis] = moving.contains(axis) ? sorted.get(next++) : axis;
        }
        return order;
    }

    /** What the planes of a view are, which has so many axes behind them: examples and channels. */
    Shape planes(View view, int axes) {
        for (Write write : ((TracedBuffer) view.buffer()).seenBy(view)) {
            Shape shape = write.view().shape();
            if (shape.rank() == axes + 2
                    && shape.size() == view.size()
                    && shape.dim(0) * shape.dim(1) == view.dim(0)) {
                return Shape.of(shape.dim(0), shape.dim(1));
            }
        }
        return Shape.of(view.dim(0), 1);
    }

    /** Says that a view holds what has no name. */
    static void forget(View view) {
        ((TracedBuffer) view.buffer()).write(new Write(view, Kind.UNKNOWN, ""));
    }

    /** What the fewest of the latest writes have made together that covers a view. */
    private Write joined(List<Write> seen, View wanted) {
        for (int count = 2; count <= seen.size(); count++) {
            List<Write> latest = seen.subList(0, count);
            Write made =
                    latest.getLast().covers(wanted) ? padded(latest) : concatenated(latest, wanted);
            if (made != null) {
                return made;
            }
        }
        throw new OnnxException(
                "export: a tensor of %s %s was written in parts that do not lie one behind the other along one axis"
                        .formatted(wanted.dtype(), wanted.shape()));
    }

    private String value(Write write) {
        return write.isConstant() ? constant(write.view()) : write.value();
    }

    private @Nullable Write concatenated(List<Write> seen, View wanted) {
        List<Write> parts = new ArrayList<>(seen);
        parts.sort(Comparator.comparingLong(part -> part.view().offset()));
        View first = parts.getFirst().view();
        int axis = -1;
        for (int each = 0; each < first.rank(); each++) {
            long apart = parts.get(1).view().offset() - first.offset();
            if (apart == first.dim(each) * first.stride(each)) {
                axis = each;
                break;
            }
        }
        if (axis < 0) {
            return null;
        }
        long extent = 0;
        for (Write part : parts) {
            View view = part.view();
            boolean fits =
                    view.rank() == first.rank()
                            && Arrays.equals(view.strides(), first.strides())
                            && view.shape().with(axis, 1).equals(first.shape().with(axis, 1))
                            && view.offset() == first.offset() + extent * first.stride(axis);
            if (!fits) {
                return null;
            }
            extent += view.dim(axis);
        }
        View whole =
                new View(
                        first.buffer(),
                        first.shape().with(axis, extent),
                        first.strides(),
                        first.offset());
        Write made = new Write(whole, Kind.VALUE, "");
        if (!made.covers(wanted)) {
            return null;
        }
        String[] values = parts.stream().map(this::value).toArray(String[]::new);
        return new Write(
                whole,
                Kind.VALUE,
                sketch.node("Concat", Map.of("axis", new Attribute.Int(axis)), values));
    }

    /** A value inside one that is the same everywhere. */
    private @Nullable Write padded(List<Write> seen) {
        Write base = seen.getLast();
        View whole = base.view();
        View part = seen.getFirst().view();
        Strides inside =
                seen.size() == 2 && base.isConstant() && whole.isContiguous()
                        ? Strides.of(whole.shape(), part, part.offset() - whole.offset())
                        : null;
        if (inside == null || !inside.shape().equals(whole.shape())) {
            return null;
        }
        int rank = whole.rank();
        long[] pads = new long[2 * rank];
        for (int axis = 0; axis < rank; axis++) {
            if (inside.steps()[axis] != 1) {
                return null;
            }
            pads[axis] = inside.starts()[axis];
            pads[rank + axis] = whole.dim(axis) - inside.starts()[axis] - inside.counts()[axis];
        }
        HostArray around = constants.apply(whole);
        if (!isUniform(around)) {
            return null;
        }
        String value =
                sketch.node(
                        "Pad",
                        sketch.reshape(
                                seen.getFirst().value(), part.shape(), Shape.of(inside.counts())),
                        sketch.numbers(pads),
                        first(around));
        return new Write(whole, Kind.VALUE, value);
    }
}
