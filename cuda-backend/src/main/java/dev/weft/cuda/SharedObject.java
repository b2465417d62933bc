package dev.weft.cuda;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A library's file before it is loaded: the loader maps what the file's header promises, and a file
 * that was cut off, as by a download that stopped, ends the process with SIGBUS.
 */
final class SharedObject {
    private static final int ELF = 0x464C457F;
    private static final int CLASS_64_LITTLE_ENDIAN = 0x0102;

    /** Where the header of a 64-bit ELF file has what (System V ABI, figures 4-3 and 5-1). */
    private static final int HEADER = 64;

    private static final int CLASS = 4;
    private static final int SEGMENTS_AT = 32;
    private static final int SEGMENTS = 56;
    private static final int SEGMENT = 56;
    private static final int OFFSET = 8;
    private static final int FILE_SIZE = 32;

    private SharedObject() {}

    /** Whether it is an ELF file that ends before one of its segments does. */
    static boolean isCutOff(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer header = read(channel, 0, HEADER);
            if (header.remaining() < CLASS + Short.BYTES
                    || header.getInt(0) != ELF
                    || header.getShort(CLASS) != CLASS_64_LITTLE_ENDIAN) {
                // No library, or another system's: the loader says so.
                return false;
            }
            if (header.remaining() < HEADER) {
                return true;
            }
            int segments = header.getShort(SEGMENTS) & 0xFFFF;
            long start = header.getLong(SEGMENTS_AT);
            if (start < 0) {
                return true;
            }
            ByteBuffer table = read(channel, start, segments * SEGMENT);
            if (table.remaining() < segments * SEGMENT) {
                return true;
            }
            for (int i = 0; i < segments; i++) {
                long end =
                        table.getLong(i * SEGMENT + OFFSET)
                                + table.getLong(i * SEGMENT + FILE_SIZE);
                if (end < 0 || end > channel.size()) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            // The loader will not read it either, and says so.
            return false;
        }
    }

    /** As much of it as there is. */
    private static ByteBuffer read(FileChannel channel, long at, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long position = at;
        int count = channel.read(buffer, position);
        while (count > 0 && buffer.hasRemaining()) {
            position += count;
            count = channel.read(buffer, position);
        }
        return buffer.flip();
    }
}
