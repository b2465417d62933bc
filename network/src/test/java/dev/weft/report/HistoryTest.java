package dev.weft.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;

class HistoryTest {
    private static Block.Chart only(History history) {
        List<Block> charts = history.charts();
        assertEquals(1, charts.size());
        return (Block.Chart) charts.getFirst();
    }

    @Test
    void aCurveOfALongRunKeepsItsEndsAndEvenGaps() {
        for (int count : new int[] {1, 2, 2047, 2048, 2049, 4097, 100_000}) {
            History history = new History("step");
            for (int i = 0; i < count; i++) {
                history.add("Loss", "training", i, 3.0 * i);
            }
            Line.Points points = only(history).lines().getFirst().points();
            assertTrue(points.size() <= 2049, "points: " + points.size());
            assertTrue(points.size() >= Math.min(count, 1024), "points: " + points.size());
            double gap = points.size() > 2 ? points.x(1) : 1;
            for (int i = 0; i < points.size(); i++) {
                boolean last = i == points.size() - 1;
                assertEquals(last ? count - 1 : i * gap, points.x(i));
                assertEquals(3 * points.x(i), points.y(i));
            }
        }
    }

    @Test
    void wideValuesAreDrawnByTheirLogarithms() {
        History history = new History("epoch");
        history.add("Loss", "training", 1, 2);
        history.add("Loss", "validation", 1, Double.NaN);
        history.add("Loss", "training", 2, 0.0201);
        assertFalse(only(history).y().logarithmic());
        history.add("Loss", "validation", 2, 0.0199);
        assertTrue(only(history).y().logarithmic());
        assertEquals("validation 0.0199", only(history).lines().get(1).name());
        assertEquals("epoch", only(history).x().title());
        history.add("Loss", "validation", 3, 0);
        assertFalse(only(history).y().logarithmic());
    }

    @Test
    void chartsComeInTheOrderOfTheirFirstPoints() {
        assertEquals(
                List.of("Loss", "Accuracy", "Learning rate"),
                MadeUpRun.history(3).charts().stream()
                        .map(block -> ((Block.Chart) block).title())
                        .toList());
        assertEquals(List.of(), new History("epoch").charts());
    }
}
