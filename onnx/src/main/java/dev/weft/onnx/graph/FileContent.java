package dev.weft.onnx.graph;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file's bytes: mapped where the file system can, so that nothing is read before it is used. */
final class FileContent {
    private static final int CHUNK = 1 << 16;

    private FileContent() {}

    static MemorySegment of(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new OnnxException(
                    "%s: is a folder, a pipe or a device, not a file".formatted(file));
        }
        if (!file.getFileSystem().equals(FileSystems.getDefault())) {
            return read(file);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
    }

    /** Outside of the heap, which would have to be twice as large for it. */
    private static MemorySegment read(Path file) throws IOException {
        MemorySegment content = Arena.ofAuto().allocate(Files.size(file));
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            long at = 0;
            for (int count = in.read(chunk); count > 0; count = in.read(chunk)) {
                MemorySegment.copy(chunk, 0, content, ValueLayout.JAVA_BYTE, at, count);
                at += count;
            }
            if (at != content.byteSize()) {
                throw new OnnxException(
                        "%s: is truncated: has %d bytes of %d"
                                .formatted(file, at, content.byteSize()));
            }
        }
        return content;
    }
}
