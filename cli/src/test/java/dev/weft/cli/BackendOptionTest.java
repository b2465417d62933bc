package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;

import org.junit.jupiter.api.Test;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** The program chooses a device as a program that embeds Weft does. */
class BackendOptionTest {
    @Test
    void autoIsWhatCoreChoosesAndSaysSo() {
        StringWriter text = new StringWriter();
        List<String> notes = new ArrayList<>();
        try (Device chosen = new BackendOption().open(new PrintWriter(text, true));
                Device best = Devices.best(notes::add)) {
            assertEquals(best.info(), chosen.info());
            assertTrue(
                    text.toString().startsWith("device: " + best.info().selector()),
                    text::toString);
            for (String note : notes) {
                assertTrue(text.toString().contains("passed over " + note), text::toString);
            }
        }
    }
}
