package dev.weft.data.text;

import dev.weft.io.FormatException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads files of text. */
public final class TextFile {
    private TextFile() {}

    /**
     * The text of a file in UTF-8, without the mark that some put before it.
     *
     * @throws FormatException where it is no UTF-8, with the byte and the line
     * @throws IOException where it cannot be read
     */
    public static String read(Path path) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
        CharBuffer text = CharBuffer.allocate(bytes.remaining());
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CoderResult result = decoder.decode(bytes, text, true);
        if (result.isError()) {
            int at = bytes.position();
            long line = 1;
            for (int i = 0; i < at; i++) {
                line += bytes.get(i) == '\n' ? 1 : 0;
            }
            throw new FormatException(
                    "%s: is no text in UTF-8: byte %d, in line %d, is 0x%02x"
                            .formatted(path, at + 1, line, bytes.get(at)));
        }
        String read = text.flip().toString();
        return read.startsWith("\uFEFF") ? read.substring(1) : read;
    }
}
