package dev.weft.io;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;
import java.util.Optional;

/**
 * What a terminal is shown: passes text on with each character that could steer the terminal or
 * reorder a line as {@code \}{@code uXXXX}, whether it comes from a file, a path or a device. Those
 * are control characters, Unicode's format characters (such as U+202E, which turns the direction of
 * writing), its separators of lines and paragraphs, and halves of surrogate pairs. Line breaks and
 * tabs pass. The form is JSON's, so that JSON stays what it is.
 */
public final class PrintableWriter extends FilterWriter {
    private Optional<IOException> failure = Optional.empty();

    /** Writes to {@code out}. */
    public PrintableWriter(Writer out) {
        super(out);
    }

    /** The text as a part of one line: line breaks and tabs are escaped as well. */
    public static String line(String text) {
        return escaped(text, false);
    }

    /** Why writing failed the first time, which a {@link java.io.PrintWriter} does not tell. */
    public Optional<IOException> failure() {
        return failure;
    }

    @Override
    public void write(int c) throws IOException {
        write(String.valueOf((char) c));
    }

    @Override
    public void write(char[] text, int from, int count) throws IOException {
        write(new String(text, from, count));
    }

    @Override
    public void write(String text, int from, int count) throws IOException {
        String printable = escaped(text.substring(from, from + count), true);
        try {
            out.write(printable);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private IOException failed(IOException e) {
        failure = Optional.of(failure.orElse(e));
        return e;
    }

    private static String escaped(String text, boolean breaks) {
        StringBuilder printable = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if ((breaks && isBreak(text, i)) || !steers(c)) {
                printable.appendCodePoint(c);
            } else {
                for (char unit : Character.toChars(c)) {
                    printable.append("\\u%04x".formatted((int) unit));
                }
            }
        }
        return printable.toString();
    }

    private static boolean isBreak(String text, int i) {
        char c = text.charAt(i);
        return c == '\n' || c == '\t' || (c == '\r' && text.startsWith("\n", i + 1));
    }

    private static boolean steers(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    true;
            default -> false;
        };
    }
}
