package dev.weft.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {
    @Test
    void examplesAreCountedByClassAndPrediction() {
        ConfusionMatrix matrix = new ConfusionMatrix(3);
        assertEquals(3, matrix.classes());
        assertEquals(0, matrix.total());
        assertTrue(Double.isNaN(matrix.accuracy()));
        int[][] pairs = {{0, 0}, {0, 1}, {1, 1}, {2, 0}, {0, 1}, {2, 2}, {1, 1}, {2, 1}};
        for (int[] pair : pairs) {
            matrix.add(pair[0], pair[1]);
        }
        long[][] expected = {{1, 2, 0}, {0, 2, 0}, {1, 1, 1}};
        for (int label = 0; label < 3; label++) {
            for (int predicted = 0; predicted < 3; predicted++) {
                assertEquals(expected[label][predicted], matrix.count(label, predicted));
            }
        }
        assertEquals(8, matrix.total());
        assertEquals(0.5, matrix.accuracy());
    }

    @Test
    void whatIsNoClassIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new ConfusionMatrix(0));
        ConfusionMatrix one = new ConfusionMatrix(1);
        one.add(0, 0);
        assertEquals(1, one.accuracy());
        for (int bad : new int[] {-1, 1}) {
            assertThrows(IndexOutOfBoundsException.class, () -> one.add(bad, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> one.add(0, bad));
            assertThrows(IndexOutOfBoundsException.class, () -> one.count(bad, 0));
        }
        assertEquals(1, one.total());
    }
}
