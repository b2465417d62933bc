package dev.weft.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Makes IDX files for tests, right and wrong ones. */
final class IdxFiles {
    static final int IMAGES = 2051;
    static final int LABELS = 2049;

    private IdxFiles() {}

    /** A file whose header is these numbers, and whose body is the bytes 0, 1, 2, …. */
    static byte[] bytes(int bodyBytes, int... header) {
        ByteBuffer file = ByteBuffer.allocate(Integer.BYTES * header.length + bodyBytes);
        for (int number : header) {
            file.putInt(number);
        }
        for (int i = 0; i < bodyBytes; i++) {
            file.put((byte) i);
        }
        return file.array();
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    /** Writes a pair of images (rows×columns) and labels, such as "train" and "-", "". */
    static void pair(Path folder, String set, String dash, String ending, int count, int... size)
            throws IOException {
        int rows = size.length == 0 ? 3 : size[0];
        int columns = size.length == 0 ? 2 : size[1];
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) (i % 10);
        }
        byte[] imageFile = bytes(count * rows * columns, IMAGES, count, rows, columns);
        byte[] labelFile =
                ByteBuffer.allocate(8 + count).putInt(LABELS).putInt(count).put(labels).array();
        boolean gzip = ending.equals(".gz");
        Files.write(
                folder.resolve(set + "-images" + dash + "idx3-ubyte" + ending),
                gzip ? gzip(imageFile) : imageFile);
        Files.write(
                folder.resolve(set + "-labels" + dash + "idx1-ubyte" + ending),
                gzip ? gzip(labelFile) : labelFile);
    }
}
