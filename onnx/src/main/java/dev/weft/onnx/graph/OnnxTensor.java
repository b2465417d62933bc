package dev.weft.onnx.graph;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A tensor of a file.
 *
 * @param type TensorProto.DataType, onnx/onnx v1.22.0
 * @param array the elements, or null where Weft has no such type
 */
public record OnnxTensor(String name, int type, Shape shape, @Nullable HostArray array) {
    /** A tensor that was computed. */
    public static OnnxTensor of(String name, HostArray array) {
        return new OnnxTensor(name, ElementType.of(array.dtype()), array.shape(), array);
    }

    /**
     * The tensor in a file of its own (.pb), as ONNX's test data are.
     *
     * @throws OnnxException where the file holds none
     * @throws IOException where it cannot be read
     */
    public static OnnxTensor read(Path file) throws IOException {
        return TensorReader.read(
                new Message(file.toString(), FileContent.of(file)), ExternalData.NONE);
    }

    /**
     * The elements.
     *
     * @throws UnsupportedOnnxException where Weft has no such type
     */
    public HostArray elements() {
        if (array == null) {
            throw new UnsupportedOnnxException(
                    "tensor '%s' is of %s, which Weft has not".formatted(name, typeName()));
        }
        return array;
    }

    /** The elements' type, or null where Weft has none. */
    public @Nullable DType dtype() {
        return array == null ? null : array.dtype();
    }

    /** ONNX's name of the elements' type. */
    public String typeName() {
        return ElementType.name(type);
    }
}
