package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pieces of work of sizes that an int does not hold, or does not hold rounded up. */
class PiecesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 16384",
        "1, 1",
        "16384, 16384",
        "16385, 16384",
        "2147483640, 8192",
        "2147483647, 2048",
        "2147483653, 1048576",
        "1099511627777, 16384",
        "9223372036854775807, 4611686018427387904",
    })
    void everyElementIsInOnePiece(long size, long each) {
        Pieces pieces = new Pieces(size, each);
        int count = pieces.count();
        assertEquals(size == 0 ? 0 : size, count == 0 ? 0 : pieces.end(count - 1));
        for (int index : new int[] {0, count / 2, count - 1}) {
            if (count > 0) {
                long length = pieces.end(index) - pieces.start(index);
                assertTrue(length > 0 && length <= each, index + ": " + length);
                long before = index == 0 ? 0 : pieces.end(index - 1);
                assertEquals(before, pieces.start(index));
            }
        }
    }

    @Test
    void moreThanACallHasAreRefused() {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> new Pieces(1L << 40, 256).count());
        assertEquals(
                "1099511627776 elements are 4294967296 pieces of work, more than one call has"
                        + " (2147483647): slice the operands",
                e.getMessage());
    }
}
