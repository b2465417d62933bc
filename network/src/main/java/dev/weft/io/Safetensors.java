package dev.weft.io;

import dev.weft.HostArray;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensors in a file of the safetensors format: eight bytes with the header's length
 * (little-endian), a JSON header with each tensor's type, shape and place, then the tensors' bytes
 * without gaps. Format: github.com/huggingface/safetensors, README, "Format".
 *
 * @param metadata the header's {@code __metadata__}: any strings
 * @param tensors by name, in the file's order
 */
public record Safetensors(Map<String, String> metadata, Map<String, HostArray> tensors) {
    static final String METADATA = "__metadata__";

    /** Up to here a file's tensors are read at once, beyond it they are mapped. */
    private static final long READ_AT_ONCE = 1 << 26;

    private static final int CHUNK = 1 << 16;

    /**
     * Checks the names.
     *
     * @throws IllegalArgumentException where a tensor has the name that the format keeps for itself
     */
    public Safetensors {
        if (tensors.containsKey(METADATA)) {
            throw new IllegalArgumentException(
                    "safetensors: no tensor may be called " + METADATA + ": choose another name");
        }
    }

    /**
     * Reads a file. The header is looked at first. Of large files on a disk nothing more is read
     * here: their tensors are mapped, and read when they are used, whatever the heap's size; such a
     * file may be replaced meanwhile, but must not be written to. An interrupt does not stop it.
     *
     * <p>A file whose name ends in {@code .index.json} says in which safetensors files beside it
     * the tensors of one checkpoint are, and is read with these. Tensors keep their types: what
     * gives them to a network, such as {@code StateDict.load}, converts them.
     *
     * @throws FormatException where a file of a checkpoint is missing, has other tensors than the
     *     index says, or is named with a folder; and where it is no regular file, not safetensors,
     *     truncated, or its header is wrong: types that Weft lacks, shapes and offsets that
     *     disagree, tensors that overlap or leave gaps
     * @throws IOException where it cannot be read
     */
    public static Safetensors read(Path path) throws IOException {
        return path.toString().endsWith(ShardIndex.SUFFIX)
                ? ShardIndex.read(path)
                : read(path, READ_AT_ONCE);
    }

    /** Reads tensors of so many bytes in all at once, and maps those of more. */
    static Safetensors read(Path path, long atOnce) throws IOException {
        // To open a pipe would wait for somebody to write to it.
        BasicFileAttributes kind = Files.readAttributes(path, BasicFileAttributes.class);
        if (!kind.isRegularFile()) {
            throw new FormatException(
                    "%s: is %s, not a file: a model is read from a regular file"
                            .formatted(path, kind.isDirectory() ? "a folder" : "a pipe or device"));
        }
        if (!path.getFileSystem().equals(FileSystems.getDefault())) {
            try (InputStream in = Files.newInputStream(path)) {
                SafetensorsHeader header = SafetensorsHeader.read(path, in);
                // Such a stream does not say how long it is: a bound before memory is asked for.
                header.checkLength(kind.size() - header.start());
                MemorySegment data = content(header, in);
                header.checkLength(header.dataBytes() + (in.read() < 0 ? 0 : 1));
                return of(header, data);
            }
        }
        return Uninterrupted.run(
                () -> {
                    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                        InputStream in = Channels.newInputStream(channel);
                        SafetensorsHeader header = SafetensorsHeader.read(path, in);
                        header.checkLength(channel.size() - header.start());
                        long bytes = header.dataBytes();
                        return of(
                                header,
                                bytes <= atOnce
                                        ? content(header, in)
                                        : channel.map(
                                                MapMode.READ_ONLY,
                                                header.start(),
                                                bytes,
                                                Arena.ofAuto()));
                    }
                });
    }

    private static MemorySegment content(SafetensorsHeader header, InputStream in)
            throws IOException {
        MemorySegment data = Arena.ofAuto().allocate(header.dataBytes(), Long.BYTES);
        byte[] chunk = new byte[CHUNK];
        long at = 0;
        while (at < data.byteSize()) {
            int count = in.read(chunk, 0, (int) Math.min(CHUNK, data.byteSize() - at));
            if (count < 0) {
                header.checkLength(at);
            }
            MemorySegment.copy(chunk, 0, data, ValueLayout.JAVA_BYTE, at, count);
            at += count;
        }
        return data;
    }

    private static Safetensors of(SafetensorsHeader header, MemorySegment data) {
        Map<String, HostArray> tensors = new LinkedHashMap<>();
        for (SafetensorsHeader.Place place : header.places()) {
            MemorySegment content = data.asSlice(place.begin(), place.end() - place.begin());
            tensors.put(place.name(), new HostArray(place.dtype(), place.shape(), content));
        }
        return new Safetensors(header.metadata(), tensors);
    }

    /**
     * Writes a file as {@link AtomicFile} does.
     *
     * @throws IOException where it cannot be written, or the names and metadata take more than the
     *     format's limit of 100 MB; the target is as it was
     */
    public void write(Path path) throws IOException {
        byte[] header = SafetensorsHeader.bytes(path, metadata, tensors);
        AtomicFile.write(
                path,
                out -> {
                    ByteBuffer prefix =
                            ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    out.write(prefix.putLong(header.length).array());
                    out.write(header);
                    for (HostArray entry : tensors.values()) {
                        entry.writeTo(out);
                    }
                });
    }
}
