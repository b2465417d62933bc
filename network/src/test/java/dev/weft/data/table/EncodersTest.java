package dev.weft.data.table;

import static dev.weft.data.table.Tables.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.data.Examples;
import dev.weft.random.Philox;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Each way of encoding and of cleaning, against numbers worked out by hand. */
class EncodersTest {
    private static final double NONE = Double.NaN;

    private static Table numbers(double... values) {
        double[] target = IntStream.range(0, values.length).mapToDouble(i -> i % 2).toArray();
        return Table.builder().numbers("x", values).numbers("y", target).build();
    }

    private static PreprocessingBuilder options() {
        return Preprocessing.builder().target("y");
    }

    private static double[] encoded(PreprocessingBuilder options, Table rows) throws IOException {
        FittedTable fitted = options.fit(rows);
        return feature(fitted.preprocessing(), fitted.examples(), "x");
    }

    private static double[] encoded(NumberEncoding encoding, double... values) throws IOException {
        return encoded(options().numbers(encoding), numbers(values));
    }

    @Test
    void scalesNumbers() throws IOException {
        double[] values = {1, 2, 3, 4, 10};
        double deviation = Math.sqrt((9 + 4 + 1 + 0 + 36) / 5.0);
        assertArrayEquals(
                Arrays.stream(values).map(v -> (v - 4) / deviation).toArray(),
                encoded(NumberEncoding.STANDARD, values),
                1e-6);
        assertArrayEquals(
                Arrays.stream(values).map(v -> (v - 1) / 9).toArray(),
                encoded(NumberEncoding.MIN_MAX, values),
                1e-6);
        assertArrayEquals(
                Arrays.stream(values).map(v -> (v - 3) / 2).toArray(),
                encoded(NumberEncoding.ROBUST, values),
                1e-6);
        assertArrayEquals(values, encoded(NumberEncoding.AS_IS, values), 1e-6);
        assertArrayEquals(
                new double[] {-1, -0.5, 0, 0.5, 1}, encoded(NumberEncoding.QUANTILE, values), 1e-6);
    }

    @Test
    void takesLogarithmsOfWhatIsSkew() throws IOException {
        double[] skew = {0, 0, 0, 0, 0, 0, 0, 0, Math.E - 1, Math.exp(6) - 1};
        double mean = 0.7;
        double deviation = Math.sqrt(3.7 - 0.49);
        double[] expected =
                IntStream.range(0, 10)
                        .mapToDouble(i -> ((i < 8 ? 0 : i == 8 ? 1 : 6) - mean) / deviation)
                        .toArray();
        assertArrayEquals(expected, encoded(NumberEncoding.LOG, skew), 1e-6);
        assertArrayEquals(expected, encoded(NumberEncoding.AUTO, skew), 1e-6);
        double[] below = skew.clone();
        below[0] = -1;
        assertNotEquals(
                encoded(NumberEncoding.LOG, below)[9], encoded(NumberEncoding.AUTO, below)[9]);
        assertArrayEquals(
                new double[] {-1, 1}, encoded(NumberEncoding.LOG, -(Math.E - 1), Math.E - 1), 1e-6);
    }

    @Test
    void ranksTiesInTheMiddleAndHoldsTheEnds() throws IOException {
        Table rows = numbers(5, 5, 5, 5, 5, 5, 7, 8, 9, 10, 11);
        Preprocessing made = options().numbers(NumberEncoding.QUANTILE).fit(rows).preprocessing();
        Examples examples = made.inputs(numbers(5, 4, 11, 12, 7.5));
        double[] values = feature(made, examples, "x");
        assertEquals(-0.5, values[0], 0.01);
        assertEquals(-1, values[1]);
        assertEquals(1, values[2]);
        assertEquals(1, values[3]);
        assertEquals(0.3, values[4], 0.01);
    }

    @Test
    void fillsMissingNumbers() throws IOException {
        double[] values = {1, 1, 4, 10, NONE};
        PreprocessingBuilder raw = options().numbers(NumberEncoding.AS_IS);
        assertEquals(4, encoded(raw.missing(Missing.MEAN), numbers(values))[4]);
        assertEquals(2.5, encoded(raw.missing(Missing.MEDIAN), numbers(values))[4]);
        assertEquals(1, encoded(raw.missing(Missing.MOST_FREQUENT), numbers(values))[4]);
        assertEquals(0, encoded(raw.missing(Missing.CONSTANT), numbers(values))[4]);
        assertEquals(-7, encoded(raw.fill("x", -7), numbers(values))[4]);
        FittedTable dropped = raw.missing("x", Missing.DROP).fit(numbers(values));
        assertEquals(4, dropped.examples().size());
        assertEquals(1, dropped.report().dropped());
        assertEquals(List.of("x"), dropped.preprocessing().features());
        // A row to predict is kept, and has the median.
        Examples all = dropped.preprocessing().inputs(numbers(values));
        assertEquals(2.5, feature(dropped.preprocessing(), all, "x")[4]);
        assertEquals(
                List.of("x"),
                options().indicators(false).fit(numbers(values)).preprocessing().features());
    }

    @Test
    void clipsAndDropsWhatIsFarOut() throws IOException {
        // Quartiles 2 and 6, so that 1.5 ranges reach from -4 to 12.
        double[] values = {0, 1, 2, 3, 4, 5, 6, 7, 1000};
        PreprocessingBuilder raw = options().numbers(NumberEncoding.AS_IS);
        assertEquals(12, encoded(raw.outliers(Outliers.clipIqr(1.5)), numbers(values))[8]);
        double[] byQuantile = encoded(raw.outliers(Outliers.clipQuantile(0.125)), numbers(values));
        assertEquals(1, byQuantile[0]);
        assertEquals(7, byQuantile[8]);
        FittedTable dropped = options().outliers("x", Outliers.dropIqr(1.5)).fit(numbers(values));
        assertEquals(8, dropped.examples().size());
        assertEquals(1, dropped.report().dropped());
        double[] others = feature(dropped.preprocessing(), dropped.examples(), "x");
        assertEquals(0, Arrays.stream(others).sum(), 1e-5);
        assertEquals(8, Arrays.stream(others).map(v -> v * v).sum(), 1e-5);
        assertEquals(9, dropped.preprocessing().inputs(numbers(values)).size());
        // Clipped numbers count as what they become: mean 40 / 9.
        double[] clipped =
                encoded(
                        options().numbers(NumberEncoding.STANDARD).outliers(Outliers.clipIqr(1.5)),
                        numbers(values));
        assertEquals(0, Arrays.stream(clipped).sum(), 1e-5);
        assertThrows(IllegalArgumentException.class, () -> Outliers.clipQuantile(0.5));
        assertThrows(IllegalArgumentException.class, () -> Outliers.clipIqr(-1));
        assertThrows(IllegalArgumentException.class, () -> Outliers.clipIqr(NONE));
    }

    @Test
    void refusesToDropEveryRow() {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                options()
                                        .missing(Missing.DROP)
                                        .fit(
                                                Table.builder()
                                                        .numbers("x", 1, NONE)
                                                        .numbers("z", NONE, 1)
                                                        .numbers("y", 0, 1)
                                                        .build()));
        assertEquals(
                "table has no row left: each has a missing cell or a number far out, for which rows"
                        + " are to be left out",
                e.getMessage());
    }

    private static Table categories(@Nullable String... values) {
        double[] target = IntStream.range(0, values.length).mapToDouble(i -> i % 2).toArray();
        return Table.builder().categories("x", values).numbers("y", target).build();
    }

    @Test
    void fillsMissingCategories() throws IOException {
        Table rows = categories("a", "b", "b", null);
        Preprocessing most = options().missing(Missing.MOST_FREQUENT).fit(rows).preprocessing();
        assertEquals(List.of("x=a", "x=b"), most.features());
        assertArrayEquals(new double[] {0, 1, 1, 1}, feature(most, most.inputs(rows), "x=b"));
        Preprocessing other = options().fill("x", "none").fit(rows).preprocessing();
        assertArrayEquals(new double[] {0, 0, 0, 1}, feature(other, other.inputs(rows), "x=none"));
        assertEquals(3, options().missing("x", Missing.DROP).fit(rows).examples().size());
    }

    @Test
    void putsCategoriesInOrder() throws IOException {
        Table rows = categories("10", "9", "100", "9");
        PreprocessingBuilder ordinal =
                options().categories("x", CategoryEncoding.ORDINAL).type("x", ColumnType.CATEGORY);
        assertArrayEquals(new double[] {0, -1, 1, -1}, encoded(ordinal, rows));
        PreprocessingBuilder said = options().order("x", "low", "mid", "high");
        Preprocessing made = said.fit(categories("low", "high", "low", "high")).preprocessing();
        assertArrayEquals(
                new double[] {0, 1, 0, 0},
                feature(made, made.inputs(categories("mid", "high", null, "huge")), "x"));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> said.fit(categories("low", "huge")));
        assertEquals("column 'x' has categories that its order lacks: 'huge'", e.getMessage());
    }

    @Test
    void hashesCategoriesAlikeEverywhere() throws IOException {
        assertEquals(25, HashingEncoder.bucket("a", 64));
        assertEquals(0, HashingEncoder.bucket("", 64));
        Preprocessing made =
                options()
                        .categories(CategoryEncoding.HASHING)
                        .buckets(8)
                        .fit(categories("a", "b", null, "a"))
                        .preprocessing();
        assertEquals(8, made.inputs());
        float[] inputs = made.inputs(categories("a", null, "unseen")).inputs().getFirst().floats();
        float[] sums = new float[3];
        for (int i = 0; i < inputs.length; i++) {
            sums[i / 8] += inputs[i];
        }
        assertArrayEquals(new float[] {1, 0, 1}, sums);
        assertEquals(1, inputs[HashingEncoder.bucket("a", 8)]);
    }

    @Test
    void choosesByTheNumberOfCategories() throws IOException {
        String[] many = IntStream.range(0, 200).mapToObj(i -> "k" + i % 70).toArray(String[]::new);
        assertEquals(1, options().fit(categories(many)).preprocessing().inputs());
        assertEquals(70, options().maxOneHot(70).fit(categories(many)).preprocessing().inputs());
        String[] classes =
                IntStream.range(0, 200).mapToObj(i -> "c" + i % 11).toArray(String[]::new);
        Table rows = Table.builder().categories("x", many).categories("y", classes).build();
        assertEquals(64, options().fit(rows).preprocessing().inputs());
    }

    @Test
    void encodesCategoriesByTheirMeanTarget() throws IOException {
        Table rows =
                Table.builder()
                        .categories("x", "a", "a", "a", "b", "b", null)
                        .categories("y", "no", "no", "yes", "yes", "yes", "no")
                        .build();
        Preprocessing made =
                options()
                        .categories(CategoryEncoding.TARGET)
                        .smoothing(1)
                        .folds(2)
                        .fit(rows)
                        .preprocessing();
        // Of all 1/2; of a (1 + 1/2) / 4 - 1/2 = -1/8, of b (2 + 1/2) / 3 - 1/2 = 1/3, of none
        // (0 + 1/2) / 2 - 1/2 = -1/4; unseen 0.
        double[] values = feature(made, made.inputs(categories("a", "b", null, "c")), "x target 0");
        assertEquals(-3.0 / 8, values[0] / values[1], 1e-6);
        assertEquals(-3.0 / 4, values[2] / values[1], 1e-6);
        assertEquals(0, values[3]);
    }

    /**
     * A leak, planted: each category has two rows, and the target is a coin. Encoded by its own
     * target, a row would tell it; encoded by other folds' rows, it must not.
     */
    @Test
    void leavesEachTrainingRowsTargetOutOfItsOwnFeature() throws IOException {
        int rows = 4000;
        Philox random = new Philox(3);
        String[] names = new String[rows];
        double[] coin = new double[rows];
        for (int i = 0; i < rows; i++) {
            names[i] = "c" + i / 2;
            coin[i] = random.nextInt(2);
        }
        Table table = Table.builder().categories("x", names).numbers("y", coin).build();
        FittedTable fitted = options().fit(table);
        double[] leaking =
                feature(
                        fitted.preprocessing(),
                        fitted.preprocessing().examples(table),
                        "x target 0");
        double[] clean = feature(fitted.preprocessing(), fitted.examples(), "x target 0");
        assertTrue(correlation(leaking, coin) > 0.6, "the leak: " + correlation(leaking, coin));
        assertEquals(0, correlation(clean, coin), 0.06);
        // A change of one row's target must not change its own feature.
        double[] other = coin.clone();
        other[17] = 1 - other[17];
        FittedTable changed =
                options().fit(Table.builder().categories("x", names).numbers("y", other).build());
        double[] after = feature(changed.preprocessing(), changed.examples(), "x target 0");
        assertEquals(clean[17], after[17], 1e-3);
    }

    private static double correlation(double[] a, double[] b) {
        double meanA = Arrays.stream(a).average().orElseThrow();
        double meanB = Arrays.stream(b).average().orElseThrow();
        double both = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            both += (a[i] - meanA) * (b[i] - meanB);
            squaresA += (a[i] - meanA) * (a[i] - meanA);
            squaresB += (b[i] - meanB) * (b[i] - meanB);
        }
        return both / Math.sqrt(squaresA * squaresB);
    }

    private static Table dates(@Nullable LocalDateTime... values) {
        double[] target = IntStream.range(0, values.length).mapToDouble(i -> i % 2).toArray();
        return Table.builder()
                .column("x", ColumnType.DATE, Column.dates(Arrays.asList(values)))
                .numbers("y", target)
                .build();
    }

    @Test
    void makesPartsAndCyclesOfDates() throws IOException {
        Table years =
                dates(LocalDateTime.of(2001, 1, 1, 0, 0), null, LocalDateTime.of(2003, 1, 1, 0, 0));
        Preprocessing byYear = options().fit(years).preprocessing();
        assertEquals(List.of("x year", "x missing"), byYear.features());
        assertArrayEquals(
                new double[] {-1, 0, 1}, feature(byYear, byYear.inputs(years), "x year"), 1e-6);
        assertArrayEquals(
                new double[] {0, 1, 0}, feature(byYear, byYear.inputs(years), "x missing"));
        Table days = dates(LocalDateTime.of(2000, 1, 1, 0, 0), LocalDateTime.of(2001, 4, 3, 0, 0));
        Preprocessing bySeason = options().fit(days).preprocessing();
        assertEquals(List.of("x season sin", "x season cos"), bySeason.features());
        // 3 April is day 92 from 0 of 366.
        assertArrayEquals(
                new double[] {0, Math.sin(2 * Math.PI * 92 / 366)},
                feature(bySeason, bySeason.inputs(days), "x season sin"),
                1e-6);
        Table decade =
                dates(LocalDateTime.of(2000, 1, 1, 0, 0), LocalDateTime.of(2010, 4, 3, 0, 0));
        assertEquals(
                List.of("x year", "x season sin", "x season cos"),
                options().fit(decade).preprocessing().features());
        Table hours =
                dates(LocalDateTime.of(2000, 1, 3, 6, 0), LocalDateTime.of(2000, 1, 5, 18, 30));
        Preprocessing byHour = options().fit(hours).preprocessing();
        assertEquals(
                List.of(
                        "x season sin",
                        "x season cos",
                        "x weekday sin",
                        "x weekday cos",
                        "x time of day sin",
                        "x time of day cos"),
                byHour.features());
        assertArrayEquals(
                new double[] {1, Math.sin(2 * Math.PI * 18.5 / 24)},
                feature(byHour, byHour.inputs(hours), "x time of day sin"),
                1e-6);
        assertArrayEquals(
                new double[] {0, Math.sin(2 * Math.PI * 2 / 7)},
                feature(byHour, byHour.inputs(hours), "x weekday sin"),
                1e-6);
        assertEquals(
                List.of("x weekday sin", "x weekday cos"),
                options().dateParts(DatePart.WEEKDAY).fit(days).preprocessing().features());
    }

    @Test
    void countsWords() throws IOException {
        Table rows =
                Table.builder()
                        .column(
                                "x",
                                ColumnType.TEXT,
                                Column.texts(
                                        Arrays.asList(
                                                "The cat, the CAT!", "Straße 9", null, "the")))
                        .numbers("y", 0, 1, 0, 1)
                        .build();
        Preprocessing made = options().buckets(1024).fit(rows).preprocessing();
        float[] inputs = made.inputs(rows).inputs().getFirst().floats();
        int the = HashingEncoder.bucket("the", 1024);
        int cat = HashingEncoder.bucket("cat", 1024);
        assertEquals(Math.sqrt(0.5), inputs[the], 1e-6);
        assertEquals(Math.sqrt(0.5), inputs[cat], 1e-6);
        assertEquals(Math.sqrt(0.5), inputs[1024 + HashingEncoder.bucket("straße", 1024)], 1e-6);
        for (int i = 2048; i < 3072; i++) {
            assertEquals(0, inputs[i]);
        }
        assertEquals(1, inputs[3072 + the], 1e-6);
    }

    @Test
    void samplesEvenly() {
        Reservoir sample = new Reservoir(1);
        int count = 1_000_000;
        for (int i = 0; i < count; i++) {
            sample.add(i);
        }
        double[] sorted = sample.sorted();
        assertEquals(Reservoir.SIZE, sorted.length);
        assertEquals(Reservoir.SIZE, Reservoir.distinct(sorted));
        for (double fraction : new double[] {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99}) {
            assertEquals(fraction * count, Reservoir.quantile(sorted, fraction), 0.01 * count);
        }
    }
}
