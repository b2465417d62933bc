package dev.weft.onnx.graph;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file's bytes: mapped where the file system can, so that nothing is read before it is used. */
final class FileContent {
    private FileContent() {}

    static MemorySegment of(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new OnnxException(
                    "%s: is a folder, a pipe or a device, not a file".formatted(file));
        }
        if (!file.getFileSystem().equals(FileSystems.getDefault())) {
            return MemorySegment.ofArray(Files.readAllBytes(file));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
    }
}
