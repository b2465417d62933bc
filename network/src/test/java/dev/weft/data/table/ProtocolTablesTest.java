package dev.weft.data.table;

import static dev.weft.data.table.Tables.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.data.Examples;
import dev.weft.data.Splits;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Real tables, preprocessed by default. */
class ProtocolTablesTest {
    private static Table table(String name) throws IOException {
        Path file =
                Path.of(System.getProperty("weft.shared", "../../shared"), "data", "tabular", name);
        assumeTrue(Files.isRegularFile(file), () -> "without " + file);
        return CsvSource.open(file).read();
    }

    private static void assertStandardised(Preprocessing made, Examples examples, String feature) {
        double[] values = feature(made, examples, feature);
        double mean = Arrays.stream(values).average().orElseThrow();
        double square = Arrays.stream(values).map(v -> v * v).average().orElseThrow();
        assertEquals(0, mean, 0.02, feature);
        assertEquals(1, square, 0.03, feature);
    }

    @Test
    void penguins() throws IOException {
        Table table = table("penguins.csv");
        assertEquals(344, table.rows());
        FittedTable fitted = Preprocessing.builder().target("species").fit(table);
        Preprocessing made = fitted.preprocessing();
        assertEquals(
                List.of("Adelie", "Chinstrap", "Gentoo"), ((Target.Classes) made.target()).names());
        assertEquals(
                List.of(
                        "island=Biscoe",
                        "island=Dream",
                        "island=Torgersen",
                        "beak_length_mm",
                        "beak_length_mm missing",
                        "beak_depth_mm",
                        "beak_depth_mm missing",
                        "flipper_length_mm",
                        "flipper_length_mm missing",
                        "body_mass_g",
                        "body_mass_g missing"),
                made.features().subList(0, 11));
        Examples examples = fitted.examples();
        assertEquals(344, examples.size());
        assertStandardised(made, examples, "body_mass_g");
        assertEquals(2, Arrays.stream(feature(made, examples, "body_mass_g missing")).sum());
        for (Splits.Fold fold : Splits.stratifiedFolds(table.texts("species"), 5, 1)) {
            Preprocessing part =
                    Preprocessing.builder()
                            .target("species")
                            .fit(table.select(fold.train()))
                            .preprocessing();
            assertEquals(fold.test().length, part.examples(table.select(fold.test())).size());
        }
    }

    @Test
    void cars() throws IOException {
        Table table = table("auto-mpg.csv");
        FittedTable fitted = Preprocessing.builder().target("mpg").ignore("name").fit(table);
        Preprocessing made = fitted.preprocessing();
        assertInstanceOf(Target.Regression.class, made.target());
        // All dates are a year's first day: the year alone tells something.
        assertEquals(
                List.of(
                        "cylinders",
                        "displacement",
                        "horsepower",
                        "horsepower missing",
                        "weight_lbs",
                        "acceleration",
                        "year year",
                        "origin=Europe",
                        "origin=Japan",
                        "origin=USA"),
                made.features());
        assertEquals(406, fitted.report().rows());
        assertEquals(8, fitted.report().withoutTarget());
        Examples examples = fitted.examples();
        assertEquals(398, examples.size());
        assertStandardised(made, examples, "year year");
        assertStandardised(made, examples, "horsepower");
    }

    @Test
    void weather() throws IOException {
        Table table = table("seattle-weather.csv");
        List<int[]> parts = Splits.byTime(table.times("date"), 0.8, 0.2);
        FittedTable fitted =
                Preprocessing.builder().target("weather").fit(table.select(parts.getFirst()));
        Preprocessing made = fitted.preprocessing();
        assertEquals(
                List.of(
                        "date season sin",
                        "date season cos",
                        "precipitation",
                        "temp_max",
                        "temp_min",
                        "wind"),
                made.features());
        assertEquals(5, made.target().outputs());
        assertEquals(1168, fitted.examples().size(), 1);
        Examples test = made.examples(table.select(parts.getLast()));
        assertEquals(293, test.size(), 1);
        // Rain is skew: its logarithm is standardised.
        double[] rain = feature(made, fitted.examples(), "precipitation");
        assertTrue(Arrays.stream(rain).max().orElseThrow() < 3.5);
    }
}
