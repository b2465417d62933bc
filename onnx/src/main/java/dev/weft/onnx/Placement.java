package dev.weft.onnx;

import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.backend.Encoding;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.operator.Value;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Where a node runs: on the host where all that it reads is there, and little. */
final class Placement {
    /** More elements are work for a device's kernels. */
    static final long MOST_ELEMENTS = 4096;

    /** What these ask of an operand is its shape, which is always known. */
    private static final Set<String> OF_SHAPES = Set.of("Shape", "Size");

    /** Their last operand says how many elements there will be. */
    private static final Set<String> GROWING = Set.of("ConstantOfShape", "Expand", "Tile");

    /** From few elements these make any number of them. */
    private static final Set<String> UNBOUNDED =
            Set.of("Range", "Pad", "Resize", "Upsample", "OneHot", "RandomNormal", "RandomUniform");

    private final Device device;
    private final Device host;

    Placement(Device device, Device host) {
        this.device = device;
        this.host = host;
    }

    /** The device on which the node's results are to be. */
    Device of(Node node, List<@Nullable Value> inputs) {
        if (OF_SHAPES.contains(node.operator())) {
            return host;
        }
        if (!node.subgraphs().isEmpty() || UNBOUNDED.contains(node.operator())) {
            return node.operator().equals("Range") && isSmallRange(inputs) ? host : device;
        }
        long elements = 0;
        for (Value value : inputs) {
            if (value != null) {
                if (!value.isOn(host)) {
                    return device;
                }
                elements += value.shape().size();
            }
        }
        if (elements > MOST_ELEMENTS) {
            return device;
        }
        return GROWING.contains(node.operator()) && product(inputs.getLast()) > MOST_ELEMENTS
                ? device
                : host;
    }

    private boolean isSmallRange(List<@Nullable Value> inputs) {
        for (Value value : inputs) {
            if (value == null || !value.isOn(host) || value.shape().size() != 1) {
                return false;
            }
        }
        return inputs.size() == 3
                && Math.abs(real(inputs, 1) - real(inputs, 0))
                        <= MOST_ELEMENTS * Math.abs(real(inputs, 2));
    }

    private static double real(List<@Nullable Value> inputs, int i) {
        return Objects.requireNonNull(inputs.get(i)).host().get(0);
    }

    private static double product(@Nullable Value extents) {
        double product = 1;
        if (extents != null && !extents.dtype().isFloating()) {
            HostArray array = extents.host();
            Shape shape = array.shape();
            for (long i = 0; i < shape.size(); i++) {
                product *= Encoding.getLong(array.dtype(), array.content(), i);
            }
        }
        return product;
    }
}
