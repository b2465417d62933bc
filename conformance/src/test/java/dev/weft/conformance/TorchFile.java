package dev.weft.conformance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes a case of the kind that has PyTorch's results: a safetensors file of vectors of F64. */
final class TorchFile {
    private final String metadata;
    private final List<String> headers = new ArrayList<>();
    private final ByteBuffer data = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);

    /** With attributes as JSON. */
    TorchFile(String operation, String attributes) {
        metadata =
                "\"__metadata__\":{\"op\":\"%s\",\"attrs\":\"%s\"}"
                        .formatted(operation, attributes.replace("\"", "\\\""));
    }

    TorchFile with(String name, double... values) {
        return with(name, "F64", values);
    }

    TorchFile with(String name, String type, double... values) {
        int from = data.position();
        for (double value : values) {
            data.putDouble(value);
        }
        headers.add(
                "\"%s\":{\"dtype\":\"%s\",\"shape\":[%d],\"data_offsets\":[%d,%d]}"
                        .formatted(name, type, values.length, from, data.position()));
        return this;
    }

    void write(Path file) throws IOException {
        headers.add(metadata);
        byte[] header = ("{" + String.join(",", headers) + "}").getBytes(StandardCharsets.UTF_8);
        ByteBuffer out =
                ByteBuffer.allocate(8 + header.length + data.position())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .put(data.array(), 0, data.position());
        Files.createDirectories(file.getParent());
        Files.write(file, out.array());
    }
}
