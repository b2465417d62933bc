package dev.weft.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;

class PrintableWriterTest {
    private static String written(String text) {
        StringWriter to = new StringWriter();
        try (PrintWriter out = new PrintWriter(new PrintableWriter(to))) {
            out.print(text);
        }
        return to.toString();
    }

    @Test
    void whatSteersATerminalIsEscaped() {
        assertEquals("\\u001b[2J\\u0007", written("\u001b[2J\u0007"));
        assertEquals("\\u009b31m\\u007f", written("\u009b31m\u007f"));
        assertEquals("a\\u000db", written("a\rb"));
        assertEquals("\\u202egpj\\u2069\\ufeff", written("\u202egpj\u2069\ufeff"));
        assertEquals("\\u2028\\u2029", written("\u2028\u2029"));
        // A tag, beyond the first plane, and half of a pair.
        assertEquals("\\udb40\\udc41\\ud83d", written("\udb40\udc41\ud83d"));
    }

    @Test
    void textPasses() {
        String text = "p\u00fcnktlich \u2264 3 \u00b5s\t\ud83d\ude00 \u6570\u5b57\nnext\r\nlast";
        assertEquals(text, written(text));
        assertEquals("a\\u000ab\\u0009c", PrintableWriter.line("a\nb\tc"));
    }

    @Test
    void theFirstFailureIsKept() {
        PrintableWriter printable = new PrintableWriter(new Full());
        PrintWriter out = new PrintWriter(printable, true);
        assertTrue(printable.failure().isEmpty());
        out.println("first");
        out.println("second");
        assertTrue(out.checkError());
        assertEquals("full at first", printable.failure().orElseThrow().getMessage());
    }

    /** A disk without room. */
    private static final class Full extends Writer {
        @Override
        public void write(char[] text, int from, int count) throws IOException {
            throw new IOException("full at " + new String(text, from, count));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
