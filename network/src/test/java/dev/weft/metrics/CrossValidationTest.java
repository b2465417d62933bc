package dev.weft.metrics;

import static dev.weft.metrics.Named.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class CrossValidationTest {
    @Test
    void meansAndDeviations() {
        CrossValidation folds = new CrossValidation();
        assertTrue(folds.spreads().isEmpty());
        folds.add(Map.of("accuracy", 0.8));
        assertEquals(0.8, named("accuracy", folds.spreads()).mean());
        assertTrue(Double.isNaN(named("accuracy", folds.spreads()).deviation()));
        folds.add(Map.of("accuracy", 0.9));
        folds.add(Map.of("accuracy", 1.0));
        Spread accuracy = named("accuracy", folds.spreads());
        assertEquals(0.9, accuracy.mean(), 1e-12);
        assertEquals(0.1, accuracy.deviation(), 1e-12);
        assertEquals(3, accuracy.folds());
    }

    @Test
    void foldsInWhichAFigureIsNotDefinedAreLeftOut() {
        CrossValidation folds = new CrossValidation();
        for (double area : new double[] {0.5, Double.NaN, 0.7}) {
            folds.add(Map.of("roc_auc", area));
        }
        assertEquals(2, named("roc_auc", folds.spreads()).folds());
        assertEquals(0.6, named("roc_auc", folds.spreads()).mean(), 1e-12);
        folds.add(Map.of("kappa", Double.NaN));
        assertEquals(List.of("roc_auc", "kappa"), List.copyOf(folds.spreads().keySet()));
        assertTrue(Double.isNaN(named("kappa", folds.spreads()).mean()));
    }
}
