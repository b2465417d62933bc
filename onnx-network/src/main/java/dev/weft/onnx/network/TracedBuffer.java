package dev.weft.onnx.network;

import dev.weft.DType;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Memory that holds no elements but knows what was written where; constants it does hold. */
final class TracedBuffer implements DeviceBuffer {
    private final DType dtype;
    private final long size;
    private final List<Write> writes = new ArrayList<>();
    private @Nullable DeviceBuffer elements;

    /**
     * What lies in a view.
     *
     * @param kind whether it has a name in the graph
     * @param value its name, of the view's shape; empty where it has none
     */
    record Write(View view, Kind kind, String value) {
        /** What a write has left. */
        enum Kind {
            /** Elements that do not depend on the network's inputs or parameters. */
            CONSTANT,
            /** A value of the graph. */
            VALUE,
            /** What no ONNX operator gives, such as the places of a maximum. */
            UNKNOWN
        }

        boolean isConstant() {
            return kind == Kind.CONSTANT;
        }

        boolean covers(View other) {
            return view.isContiguous()
                    ? other.offset() >= view.offset() && last(other) <= last(view)
                    : view.isSame(other);
        }
    }

    TracedBuffer(DType dtype, long size) {
        this.dtype = dtype;
        this.size = size;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public long size() {
        return size;
    }

    /** The elements of constants, or null where there are none yet. */
    @Nullable DeviceBuffer elements() {
        return elements;
    }

    void elements(DeviceBuffer memory) {
        elements = memory;
    }

    void write(Write write) {
        writes.removeIf(old -> write.covers(old.view()));
        writes.add(write);
    }

    /** The place of a view's last element. */
    private static long last(View view) {
        long last = view.offset();
        for (int axis = 0; axis < view.rank(); axis++) {
            last += (view.dim(axis) - 1) * view.stride(axis);
        }
        return last;
    }

    /** The writes that a read of a view may see, the latest first, up to one that covers it. */
    List<Write> seenBy(View view) {
        List<Write> seen = new ArrayList<>();
        for (Write write : writes.reversed()) {
            if (write.view().overlaps(view)) {
                seen.add(write);
                if (write.covers(view)) {
                    break;
                }
            }
        }
        return seen;
    }

    /** Whether nothing that a read of a view may see is a value of the graph. */
    boolean isConstant(View view) {
        return seenBy(view).stream().allMatch(Write::isConstant);
    }
}
