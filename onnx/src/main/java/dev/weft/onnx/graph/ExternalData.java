package dev.weft.onnx.graph;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The files beside a model that hold its tensors' elements. A model from elsewhere names them, so
 * only files in the model's own folder are opened, and no symbolic links followed below it.
 */
final class ExternalData {
    /** For what stands in no folder: any reference is an error. */
    static final ExternalData NONE = new ExternalData(null);

    private final @Nullable Path folder;
    private final Map<String, MemorySegment> opened = new HashMap<>();

    ExternalData(@Nullable Path folder) {
        this.folder = folder;
    }

    /**
     * A part of a file.
     *
     * @param tensor for messages
     * @param entries location, offset and length, as TensorProto.external_data has them
     * @param expected the number of bytes that the tensor takes
     */
    MemorySegment part(String tensor, Map<String, String> entries, long expected) {
        String location = entries.getOrDefault("location", "");
        String what = "tensor '%s', whose data are in '%s'".formatted(tensor, location);
        MemorySegment content = opened.computeIfAbsent(location, name -> open(what, name));
        long offset = number(what, "offset", entries, 0);
        long length = number(what, "length", entries, expected);
        if (length != expected || offset > content.byteSize() - length) {
            throw new OnnxException(
                    "%s: takes %d bytes, and it has %d from %d on in a file of %d"
                            .formatted(what, expected, length, offset, content.byteSize()));
        }
        return content.asSlice(offset, length);
    }

    private static long number(
            String what, String key, Map<String, String> entries, long otherwise) {
        String text = entries.get(key);
        try {
            long number = text == null ? otherwise : Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new OnnxException("%s: %s '%s' is no number".formatted(what, key, text), e);
        }
        throw new OnnxException("%s: %s %s is below 0".formatted(what, key, text));
    }

    private MemorySegment open(String what, String location) {
        if (folder == null) {
            throw new OnnxException(what + ": the model was not read from a file beside them");
        }
        try {
            Path file = folder.resolve(location);
            if (location.isEmpty() || !isInside(location, file)) {
                throw new OnnxException(
                        "%s: must be a file in the model's folder, without '..' or symbolic links"
                                .formatted(what));
            }
            if (!Files.isRegularFile(file)) {
                throw new OnnxException("%s: there is no such file in %s".formatted(what, folder));
            }
            return FileContent.of(file);
        } catch (InvalidPathException e) {
            throw new OnnxException(what + ": is no path", e);
        } catch (IOException e) {
            throw new UncheckedIOException(what + ": cannot be read", e);
        }
    }

    private static boolean isInside(String location, Path file) {
        Path relative = file.getFileSystem().getPath(location);
        if (relative.isAbsolute() || !relative.equals(relative.normalize())) {
            return false;
        }
        Path each = file;
        for (int i = 0; i < relative.getNameCount() && each != null; i++) {
            if (each.getFileName().toString().equals("..") || Files.isSymbolicLink(each)) {
                return false;
            }
            each = each.getParent();
        }
        return true;
    }
}
