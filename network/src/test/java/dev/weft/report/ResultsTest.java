package dev.weft.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.metrics.Classification;
import dev.weft.metrics.CrossValidation;
import dev.weft.metrics.Interval;
import dev.weft.metrics.MultiLabel;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class ResultsTest {
    private static List<String> titles(List<Block> blocks) {
        return blocks.stream()
                .map(
                        block ->
                                switch (block) {
                                    case Block.Chart chart -> chart.title();
                                    case Block.Confusion confusion -> confusion.title();
                                    case Block.Reliability reliability -> reliability.title();
                                    default -> block.getClass().getSimpleName();
                                })
                .toList();
    }

    @Test
    void ofTwoClassesTheSecondHasCurves() {
        Classification two = new Classification(2).withCurves();
        two.add(new float[] {0.2f, 0.9f, 0.6f}, new int[] {0, 1, 0}, null);
        List<Block> blocks = Results.of(two, List.of("no", "yes"));
        assertEquals(
                List.of(
                        "Facts",
                        "Confusion matrix",
                        "ROC curve",
                        "Precision and recall",
                        "Calibration",
                        "Table"),
                titles(blocks));
        assertEquals("yes, area 1", ((Block.Chart) blocks.get(2)).lines().getFirst().name());
        Block.Table classes = (Block.Table) blocks.getLast();
        assertEquals(
                List.of(
                        "class",
                        "precision",
                        "recall",
                        "f1",
                        "support",
                        "roc_auc",
                        "average_precision"),
                classes.head());
        assertEquals(
                List.of(
                        List.of("no", "1", "0.5", "0.6667", "2", "–", "–"),
                        List.of("yes", "0.5", "1", "0.6667", "1", "1", "1")),
                classes.rows());
        assertThrows(IllegalArgumentException.class, () -> Results.of(two, List.of("no")));
    }

    @Test
    void withoutScoresThereAreNoCurves() {
        assertEquals(
                List.of("Facts", "Confusion matrix", "Calibration", "Table"),
                titles(Results.of(new Classification(3), List.of("a", "b", "c"))));
        assertEquals(
                List.of("Facts", "Table"),
                titles(Results.of(new MultiLabel(2), List.of("a", "b"))));
        assertEquals(
                List.of("Facts", "ROC curve", "Precision and recall", "Table"),
                titles(Results.of(new MultiLabel(2).withCurves(), List.of("a", "b"))));
    }

    @Test
    void foldsAndIntervals() {
        CrossValidation folds = new CrossValidation();
        folds.add(Map.of("accuracy", 0.8));
        assertEquals(List.of(List.of("accuracy", "0.8", "–", "1")), Results.of(folds).rows());
        folds.add(Map.of("accuracy", 0.9));
        assertEquals(
                List.of(List.of("accuracy", "0.85", "0.07071", "2")), Results.of(folds).rows());
        assertEquals(
                List.of(List.of("r2", "0.5", "0.75")),
                Results.of(Map.of("r2", new Interval(0.5, 0.75))).rows());
    }
}
