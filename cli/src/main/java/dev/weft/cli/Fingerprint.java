package dev.weft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Tells data from other data: files by their content, folders by their files' names and sizes. */
final class Fingerprint {
    private static final int BUFFER_BYTES = 1 << 16;

    private final CRC32C sum = new CRC32C();
    private long size;

    private Fingerprint() {}

    /** The size and a checksum, as text. */
    static String of(Path data) throws IOException {
        Fingerprint of = new Fingerprint();
        if (Files.isDirectory(data)) {
            of.addFolder(data);
        } else {
            of.addFile(data);
        }
        return "%d-%08x".formatted(of.size, of.sum.getValue());
    }

    private void addFolder(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            long bytes = Files.size(file);
            size += bytes;
            sum.update(
                    "%s %d\n"
                            .formatted(folder.relativize(file), bytes)
                            .getBytes(StandardCharsets.UTF_8));
        }
    }

    private void addFile(Path file) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                size += read;
                sum.update(buffer, 0, read);
            }
        }
    }
}
