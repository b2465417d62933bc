package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProgressBarViewTest {
    private static final String MESSAGE = "epoch 350/2000  loss 0.1234  accuracy 95.12%";

    private static String line(int width) {
        return ProgressBarView.line(MESSAGE, 2_100_000, 12_000_000, 40, width);
    }

    @Test
    void theLossIsShownInEveryTerminal() {
        assertEquals(MESSAGE + "   18%  3:09 left  52,500 samples/s", line(80).stripTrailing());
        assertEquals(MESSAGE + "   18%", line(54).stripTrailing());
        assertEquals(MESSAGE.substring(0, 30), line(30));
        for (int width = 0; width < 200; width++) {
            // All of it is written, over what was there.
            assertEquals(width, line(width).length());
        }
    }

    @Test
    void aBarFillsWhatIsLeft() {
        String line = line(120);
        assertEquals(120, line.length());
        assertTrue(line.matches(".*  \\[=+ +]"), line);
        assertTrue(ProgressBarView.line("", 0, 100, 0, 80).startsWith("training    0%  [ "));
        assertTrue(ProgressBarView.line(MESSAGE, 1, 1, 4000, 120).contains("100%  0:00 left"));
        assertTrue(ProgressBarView.line(MESSAGE, 1, 2, 4000, 120).contains("1:06:40 left"));
    }
}
