package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;

/** What a run of the program gave. */
record Ran(int code, String out, String err) {
    static Ran program(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(out, err, args);
        return new Ran(code, out.toString(), err.toString());
    }

    /** Everything was done, and there was nothing to say on standard error. */
    Ran assertDone() {
        assertEquals(0, code, this::toString);
        assertEquals("", err);
        return this;
    }

    /** One line on standard error says so, and the exit code is that of bad input. */
    Ran assertRefused(String message) {
        assertEquals(2, code, this::toString);
        assertEquals(1, err.lines().count(), err);
        assertTrue(err.contains(message), err);
        assertFalse(err.contains("\tat "), err);
        return this;
    }
}
