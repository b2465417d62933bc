package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.backend.DeviceOutOfMemoryException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.FileWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;

/** How the program ends where something goes wrong. */
class FailureTest {
    @TempDir Path folder;

    private static void assertFailure(Throwable e, Exit exit, String part) {
        Failure failure = Failure.of(e);
        assertEquals(exit, failure.exit());
        assertTrue(failure.line().contains(part), failure::line);
        assertEquals(1, failure.line().lines().count(), failure::line);
    }

    @Test
    void memoryThatRunsOutSaysHowToGiveMore() {
        OutOfMemoryError heap = new OutOfMemoryError("Java heap space");
        assertFailure(heap, Exit.BAD_INPUT, "out of memory (Java heap space)");
        assertFailure(heap, Exit.BAD_INPUT, "WEFT_JAVA_OPTS=-Xmx");
        assertFailure(new CompletionException(heap), Exit.BAD_INPUT, "WEFT_JAVA_OPTS=-Xmx");
        assertFailure(
                new OutOfMemoryError("unable to create native thread"),
                Exit.BAD_INPUT,
                "the system refuses another thread");
        assertFailure(
                new DeviceOutOfMemoryException("cuda: out of memory"),
                Exit.BAD_INPUT,
                "cuda: out of memory");
    }

    @Test
    void whatIsMissingInTheInstallationIsSaid() {
        assertFailure(
                new NoClassDefFoundError("org/knowm/xchart/XYChart"),
                Exit.BAD_INPUT,
                "org/knowm/xchart/XYChart: a class or a native library is missing");
    }

    @Test
    void whatNobodyExpectedIsABug() {
        assertFailure(new StackOverflowError(), Exit.BUG, "StackOverflowError; this is a bug");
        assertFailure(new AssertionError("?"), Exit.BUG, "this is a bug");
        assertFailure(new ArithmeticException("/ by zero"), Exit.BUG, "/ by zero");
    }

    @Test
    void aMessageIsOneLineOfReadableLength() {
        assertFailure(new IOException("a\n  b\r\nc"), Exit.BAD_INPUT, "a b c");
        assertFailure(new IOException(), Exit.BAD_INPUT, "java.io.IOException");
        assertFailure(new AccessDeniedException("/x"), Exit.BAD_INPUT, "/x: permission denied");
        Failure wrapped = Failure.of(new UncheckedIOException(new NoSuchFileException("/x")));
        assertEquals("/x: there is no such file or folder", wrapped.line());
        assertTrue(Failure.of(new IOException("x".repeat(1 << 20))).line().length() < 1100);
    }

    /** Where the program has nothing to read, text from the command line is what it repeats. */
    @ParameterizedTest
    @ValueSource(strings = {"\u001b]0;title\u0007", "\u202etxt.exe", "a\u009b2Jb"})
    void textIsPrintedWithoutWhatSteersATerminal(String text) {
        for (Ran ran :
                new Ran[] {
                    Ran.program("train", "--data", folder.resolve(text).toString()),
                    Ran.program("train", "--optimizer", text),
                    Ran.program("train", "--backend", text),
                    Ran.program(text),
                    Ran.program("evaluate", "--stacktrace", "--model", text),
                    Ran.program("predict", "--backend", "reference", "--model", text, "x.png"),
                }) {
            assertEquals(2, ran.code(), ran::toString);
            assertTrue(ran.err().contains("\\u"), ran::err);
            String all = ran.out() + ran.err();
            assertTrue(
                    all.chars().noneMatch(c -> c == 0x1b || c == 7 || c == 0x202e || c == 0x9b),
                    all);
        }
    }

    @Test
    void helpHasNoEscapeCharacters() {
        assertFalse(Ran.program("train", "--help").assertDone().out().contains("\u001b"));
    }

    @Test
    void outputThatIsLostIsAnError() throws IOException {
        Path full = Path.of("/dev/full");
        try (Writer out =
                Files.exists(full)
                        ? new FileWriter(full.toFile(), StandardCharsets.UTF_8)
                        : new Refusing()) {
            StringWriter err = new StringWriter();
            assertEquals(2, Main.run(out, err, "devices"));
            assertTrue(
                    err.toString().startsWith("weft: standard output cannot be written: "),
                    err::toString);
            assertEquals(1, err.toString().lines().count(), err::toString);
        } catch (IOException e) {
            // What closing would write once more.
            assertTrue(Files.exists(full));
        }
    }

    private static final class Refusing extends Writer {
        @Override
        public void write(char[] text, int from, int count) throws IOException {
            throw new IOException("refused");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Test
    void drawnDigitsHaveABound() {
        for (String count : new String[] {"3000000", "2147483647", "0", "-5"}) {
            Ran.program("train", "--backend", "reference", "--test-count", count)
                    .assertRefused("--test-count must be from 1 to 2733137");
        }
    }
}
