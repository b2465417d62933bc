package dev.weft.onnx.graph;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a model's file says, checked: names are given once and before they are read, initializers
 * have the size that their type and extents take, and the domains of operators are imported.
 *
 * @param graph its nodes, with functions in the place of their calls
 * @param opsets the version of each domain's operators
 * @param metadata what the file says of itself: producer, versions, and any strings
 */
public record ModelFile(Graph graph, Map<String, Long> opsets, Map<String, String> metadata) {
    /** The domain of the operators that Weft puts in the place of several of ONNX's. */
    public static final String OWN = "dev.weft";

    /** The most bytes that a protobuf message may have. */
    private static final long MOST_BYTES = Integer.MAX_VALUE;

    /** Leaves room for nodes and names. */
    private static final long MOST_ELEMENT_BYTES = MOST_BYTES - (64 << 20);

    /**
     * Reads a file, which is mapped, and must stay as it is. Data in other files must lie in its
     * folder, without symbolic links.
     *
     * @throws OnnxException where it is damaged or no ONNX model
     * @throws IOException where it cannot be read
     */
    public static ModelFile read(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        return new ModelReader(new ExternalData(folder))
                .read(new Message(file.toString(), FileContent.of(file)));
    }

    /**
     * Reads a model from memory, which must stay as it is.
     *
     * @param name for messages
     * @throws OnnxException where it is damaged or no ONNX model, or has data in other files
     */
    public static ModelFile read(String name, MemorySegment content) {
        return new ModelReader(ExternalData.NONE).read(new Message(name, content));
    }

    /** Whether the tensors are so large that a file of their own has to hold their elements. */
    public boolean needsData() {
        return graph.initializers().values().stream()
                        .mapToLong(tensor -> tensor.elements().content().byteSize())
                        .sum()
                > MOST_ELEMENT_BYTES;
    }

    /**
     * Writes the model as one file.
     *
     * @throws IllegalArgumentException where that may have no more than 2 GiB: {@link #needsData}
     * @throws IOException where it cannot be written
     */
    public void writeTo(OutputStream out) throws IOException {
        write(new ModelWriter(null, null).model(this), out);
    }

    /**
     * Writes the model, and the elements of its tensors to a file beside it.
     *
     * @param location that file's name
     * @throws IOException where either cannot be written
     */
    public void writeTo(OutputStream out, String location, OutputStream data) throws IOException {
        write(new ModelWriter(location, data).model(this), out);
    }

    private static void write(Fields fields, OutputStream out) throws IOException {
        if (fields.size() > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "the model takes %d bytes, and a file of ONNX has at most %d"
                            .formatted(fields.size(), MOST_BYTES));
        }
        fields.writeTo(out);
    }
}
