package dev.weft.onnx.graph;

import dev.weft.DType;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An input or output as a model declares it.
 *
 * @param kind what it is: "tensor", "sequence", "map", "optional", "sparse tensor", or "nothing"
 * @param type TensorProto.DataType of a tensor's elements, 0 where it is not given
 * @param dims a tensor's extents, or null where not even their number is given
 */
public record ValueInfo(String name, String kind, int type, @Nullable List<Dimension> dims) {
    /** What takes a tensor's place. */
    public static ValueInfo of(OnnxTensor tensor) {
        List<Dimension> dims =
                Arrays.stream(tensor.shape().toArray())
                        .mapToObj(extent -> new Dimension(extent, ""))
                        .toList();
        return new ValueInfo(tensor.name(), "tensor", tensor.type(), dims);
    }

    /** Weft's type of the elements, or null where it has none or the model does not say. */
    public @Nullable DType dtype() {
        return ElementType.dtype(type);
    }

    /** Such as {@code float32 [batch, 384]}. */
    public String describe() {
        if (!kind.equals("tensor")) {
            return kind;
        }
        String extents =
                dims == null
                        ? "of any shape"
                        : dims.stream()
                                .map(Dimension::toString)
                                .collect(Collectors.joining(", ", "[", "]"));
        return (type == 0 ? "of any type" : ElementType.name(type)) + " " + extents;
    }
}
