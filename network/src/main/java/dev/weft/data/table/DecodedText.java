package dev.weft.data.table;

import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A text file, plain or gzip. What is no text in its encoding is refused by its line and byte.
 * After the text comes a line with {@link #END} alone, by which a reader of records sees a quote
 * that was left open: it takes that line into its cell.
 */
final class DecodedText extends Reader {
    /** No character at all, by Unicode: in no text. */
    static final char END = '\uFFFF';

    private static final int BUFFER = 1 << 16;
    private static final byte[] GZIP = {0x1F, (byte) 0x8B};
    private static final byte[] ZIP = {'P', 'K', 3, 4};

    /** Codes below this are controls; of those a text has only tabs, line and page ends. */
    private static final int FIRST_PRINTABLE = 32;

    private static final int ALLOWED_CONTROLS =
            1 << '\t' | 1 << '\n' | 1 << '\r' | 1 << '\f' | 1 << 0x0B | 1 << 0x1A;

    private final Path path;
    private final InputStream in;
    private final CharsetDecoder decoder;
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).limit(0);

    /** Bytes of the text before those in the buffer. */
    private long before;

    private long line = 1;
    private boolean afterReturn;
    private boolean drained;
    private boolean flushed;
    private int endsLeft = 2;

    private DecodedText(Path path, InputStream in, Charset charset) {
        this.path = path;
        this.in = in;
        this.decoder =
                charset.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    /**
     * Opens a file.
     *
     * @param charset the encoding; null for what a byte order mark says, or UTF-8
     * @throws FormatException where it is no text
     */
    static DecodedText open(Path path, @Nullable Charset charset) throws IOException {
        if (Files.isDirectory(path)) {
            throw new FormatException(path + ": is a folder, not a table");
        }
        InputStream in = new BufferedInputStream(Files.newInputStream(path), BUFFER);
        try {
            byte[] first = peek(in);
            if (startsWith(first, ZIP)) {
                throw new FormatException(
                        path + ": is a ZIP file or a spreadsheet; save the table in it as CSV");
            }
            if (startsWith(first, GZIP)) {
                in = new BufferedInputStream(new GZIPInputStream(in, BUFFER), BUFFER);
                first = peek(in);
            }
            Charset marked = byMark(first);
            Charset chosen =
                    charset != null ? charset : marked != null ? marked : StandardCharsets.UTF_8;
            DecodedText text = new DecodedText(path, in, chosen);
            if (marked != null && chosen.equals(marked)) {
                int mark = marked.equals(StandardCharsets.UTF_8) ? 3 : 2;
                in.skipNBytes(mark);
                text.before = mark;
            }
            return text;
        } catch (IOException e) {
            in.close();
            throw e instanceof EOFException || e instanceof ZipException ? damaged(path, e) : e;
        }
    }

    private static byte[] peek(InputStream in) throws IOException {
        in.mark(4);
        byte[] first = in.readNBytes(4);
        in.reset();
        return first;
    }

    private static boolean startsWith(byte[] bytes, byte[] mark) {
        return bytes.length >= mark.length
                && ByteBuffer.wrap(bytes, 0, mark.length).equals(ByteBuffer.wrap(mark));
    }

    private static @Nullable Charset byMark(byte[] first) {
        if (startsWith(first, new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF})) {
            return StandardCharsets.UTF_8;
        }
        if (startsWith(first, new byte[] {(byte) 0xFF, (byte) 0xFE})) {
            return StandardCharsets.UTF_16LE;
        }
        return startsWith(first, new byte[] {(byte) 0xFE, (byte) 0xFF})
                ? StandardCharsets.UTF_16BE
                : null;
    }

    private static FormatException damaged(Path path, IOException e) {
        return new FormatException("%s: is a truncated or damaged gzip file".formatted(path), e);
    }

    @Override
    public int read(char[] target, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        CharBuffer chars = CharBuffer.wrap(target, from, length);
        while (chars.position() == from) {
            if (flushed) {
                return end(target, from);
            }
            if (!bytes.hasRemaining() && !drained) {
                fill();
            }
            CoderResult result = decoder.decode(bytes, chars, drained);
            if (result.isError()) {
                scan(target, from, chars.position());
                throw wrong(
                        "is not %s here; say in which encoding it is written"
                                .formatted(decoder.charset()));
            }
            if (result.isUnderflow() && drained) {
                flushed = decoder.flush(chars).isUnderflow();
            } else if (result.isUnderflow() && bytes.hasRemaining()) {
                fill();
            }
        }
        scan(target, from, chars.position());
        return chars.position() - from;
    }

    private int end(char[] target, int from) {
        if (endsLeft == 0) {
            return -1;
        }
        target[from] = endsLeft == 2 ? '\n' : END;
        endsLeft--;
        return 1;
    }

    private void fill() throws IOException {
        before += bytes.position();
        bytes.compact();
        try {
            int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
            drained = read < 0;
            bytes.position(bytes.position() + Math.max(0, read));
        } catch (EOFException | ZipException e) {
            throw damaged(path, e);
        }
        bytes.flip();
    }

    /** Counts lines, and looks for what no text has. */
    private void scan(char[] chars, int from, int to) throws FormatException {
        boolean last = afterReturn;
        long lines = line;
        for (int i = from; i < to; i++) {
            char c = chars[i];
            if (c < FIRST_PRINTABLE) {
                if ((ALLOWED_CONTROLS >>> c & 1) == 0) {
                    line = lines;
                    throw new FormatException(
                            "%s, line %d: is not a text: it holds a character of code %d; a table is CSV or TSV%s"
                                    .formatted(
                                            path,
                                            lines,
                                            (int) c,
                                            c == 0 ? ", in UTF-8 where no encoding is said" : ""));
                }
                lines += c == '\r' || (c == '\n' && !last) ? 1 : 0;
                last = c == '\r';
            } else {
                last = false;
                if (c == END) {
                    line = lines;
                    throw wrong("is not a text: it holds U+FFFF");
                }
            }
        }
        line = lines;
        afterReturn = last;
    }

    private FormatException wrong(String what) {
        return new FormatException(
                "%s, line %d, byte %d: %s"
                        .formatted(path, line, before + bytes.position() + 1, what));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
