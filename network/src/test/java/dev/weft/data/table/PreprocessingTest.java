package dev.weft.data.table;

import static dev.weft.data.table.Tables.feature;
import static dev.weft.data.table.Tables.targets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.data.Examples;
import dev.weft.data.Source;
import dev.weft.io.FormatException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

class PreprocessingTest {
    private static final double NONE = Double.NaN;

    @TempDir Path folder;

    /** Six rows of a number, a category and two classes. */
    private static Table.Builder small() {
        return Table.builder()
                .numbers("x", 1, 2, NONE, 4, 5, 13)
                .categories("c", "a", "b", "a", null, "b", "a")
                .categories("y", "no", "yes", "no", "yes", "no", "yes");
    }

    private static PreprocessingBuilder learning(String target) {
        return Preprocessing.builder().target(target);
    }

    private static String refusal(Executable fit) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, fit).getMessage());
    }

    private Table csv(String text) throws IOException {
        Path file = folder.resolve("rows.csv");
        Files.writeString(file, text);
        return CsvSource.open(file).read();
    }

    private static String message(Exception e) {
        return String.valueOf(e.getMessage());
    }

    @Test
    void choosesByTheTypeOfEachColumn() throws IOException {
        FittedTable fitted = learning("y").fit(small().build());
        Preprocessing made = fitted.preprocessing();
        assertEquals(List.of("x", "x missing", "c=a", "c=b", "c missing"), made.features());
        assertEquals(5, made.inputs());
        assertEquals(List.of("no", "yes"), ((Target.Classes) made.target()).names());
        Examples examples = fitted.examples();
        // Mean 5, deviation √18 of 1, 2, 4, 5 and 13; the median 4 for the missing one.
        double deviation = Math.sqrt(90 / 5.0);
        assertArrayEquals(
                new double[] {-4, -3, -1, -1, 0, 8},
                Arrays.stream(feature(made, examples, "x")).map(v -> v * deviation).toArray(),
                1e-5);
        assertArrayEquals(new double[] {0, 0, 1, 0, 0, 0}, feature(made, examples, "x missing"));
        assertArrayEquals(new double[] {1, 0, 1, 0, 0, 1}, feature(made, examples, "c=a"));
        assertArrayEquals(new double[] {0, 0, 0, 1, 0, 0}, feature(made, examples, "c missing"));
        assertArrayEquals(new double[] {0, 1, 0, 1, 0, 1}, targets(examples));
    }

    @Test
    void isTheSameAfterItWasAFile() throws IOException {
        Table rows =
                small().column(
                                "d",
                                ColumnType.DATE,
                                Column.dates(
                                        IntStream.range(0, 6)
                                                .mapToObj(
                                                        i ->
                                                                LocalDateTime.of(
                                                                        2000 + i, i + 1, 3, 0, 0))
                                                .toList()))
                        .column(
                                "t",
                                ColumnType.TEXT,
                                Column.texts(List.of("a b", "b", "c", "d", "e", "f")))
                        .categories("h", "p", "q", "r", "p", "q", "r")
                        .categories("m", "p", "q", "r", null, "q", "r")
                        .categories("o", "10", "9", "8", "10", "9", "8")
                        .numbers("q", 1, 2, 3, 4, 5, 1e5)
                        .build();
        Preprocessing made =
                learning("y")
                        .categories("h", CategoryEncoding.HASHING)
                        .categories("m", CategoryEncoding.TARGET)
                        .categories("o", CategoryEncoding.ORDINAL)
                        .numbers("q", NumberEncoding.QUANTILE)
                        .outliers("x", Outliers.clipIqr(1.5))
                        .fill("c", "other")
                        .fit(rows)
                        .preprocessing();
        Preprocessing read = Preprocessing.fromJson(made.toJson());
        assertEquals(made, read);
        assertEquals(made.features(), read.features());
        assertArrayEquals(
                made.inputs(rows).inputs().getFirst().floats(),
                read.inputs(rows).inputs().getFirst().floats());
        Preprocessing regression = learning("x").fit(small().build()).preprocessing();
        assertEquals(regression, Preprocessing.fromJson(regression.toJson()));
    }

    @Test
    void refusesDamagedJson() throws IOException {
        String json = learning("y").fit(small().build()).preprocessing().toJson();
        for (String damaged :
                List.of(
                        "",
                        "{",
                        "[]",
                        "{}",
                        json.replace("one_hot", "two_hot"),
                        json.replace("\"version\":1", "\"version\":2"),
                        json.replace("\"fill\"", "\"full\""),
                        json.replace("NUMBER", "NUMBERS"),
                        json.replace("\"scale\":", "\"scale\":\"x\",\"more\":"))) {
            FormatException e =
                    assertThrows(
                            FormatException.class, () -> Preprocessing.fromJson(damaged), damaged);
            assertTrue(message(e).startsWith("the preprocessing is damaged: "), message(e));
        }
    }

    @Test
    void takesColumnsInAnyOrderAndLeavesFurtherOnesAlone() throws IOException {
        Preprocessing made = learning("y").fit(small().build()).preprocessing();
        Table rows = csv("more,c,x\n7,b,2\n8,z,\n");
        assertEquals(List.of("more"), made.unused(rows.schema()));
        Examples examples = made.inputs(rows);
        assertEquals(2, examples.size());
        assertTrue(examples.targets().isEmpty());
        assertArrayEquals(new double[] {1, 0}, feature(made, examples, "c=b"));
        // Unseen: all 0, and not missing.
        assertArrayEquals(new double[] {0, 0}, feature(made, examples, "c missing"));
        assertArrayEquals(new double[] {0, 1}, feature(made, examples, "x missing"));
    }

    @Test
    void readsRowsToPredictAsTheTrainingRowsWere() throws IOException {
        Preprocessing made =
                learning("y").fit(csv("zip,x,y\n1,2,a\n2,3,b\n3,NA,a\n1,9,b\n")).preprocessing();
        // Alone, this column would be one of categories.
        Path file = folder.resolve("new.csv");
        Files.writeString(file, "x,zip\n,01\n");
        assertArrayEquals(
                new double[] {1}, feature(made, made.inputs(CsvSource.open(file)), "x missing"));
        Files.writeString(file, "x,zip\n1,1\nlow,1\n");
        FormatException e =
                assertThrows(FormatException.class, () -> made.inputs(CsvSource.open(file)));
        assertEquals(
                file
                        + ", line 3: column 'x' holds numbers, and here is 'low'; say that this"
                        + " stands for a missing one, or of what type the column is",
                message(e));
    }

    @Test
    void namesTheColumnsThatRowsLack() throws IOException {
        Preprocessing made = learning("y").fit(small().build()).preprocessing();
        assertEquals(
                "table lacks 1 of the columns that the model was trained with: 'c'; it has 'x',"
                        + " 'z'",
                refusal(
                        () ->
                                made.inputs(
                                        Table.builder().numbers("x", 1).numbers("z", 2).build())));
        assertEquals(
                "table lacks 1 of the columns that the model was trained with: 'y'; it has 'x',"
                        + " 'c'",
                refusal(
                        () ->
                                made.examples(
                                        Table.builder()
                                                .numbers("x", 1)
                                                .categories("c", "a")
                                                .build())));
    }

    @Test
    void leavesOutRowsWithoutTargetAndSaysHowMany() throws IOException {
        Table rows = csv("x,y\n1,a\n2,\n3,b\n4,?\n5,a\n1000,\n");
        FittedTable fitted = learning("y").fit(rows);
        assertEquals(3, fitted.report().withoutTarget());
        assertEquals(6, fitted.report().rows());
        Examples examples = fitted.examples();
        assertArrayEquals(new double[] {0, 1, 0}, targets(examples));
        // Mean 3, deviation √(8/3): the 1000 has no part in it.
        assertEquals(
                -2 / Math.sqrt(8 / 3.0), feature(fitted.preprocessing(), examples, "x")[0], 1e-6);
        assertEquals(3, fitted.preprocessing().examples(rows).size());
        assertEquals(6, fitted.preprocessing().inputs(rows).size());
    }

    @Test
    void leavesOutColumnsThatTellNothing() throws IOException {
        int rows = 60;
        Table table =
                Table.builder()
                        .numbers(
                                "id", IntStream.range(0, rows).mapToDouble(i -> i + 1000).toArray())
                        .numbers("one", IntStream.range(0, rows).mapToDouble(_ -> 5).toArray())
                        .numbers("none", IntStream.range(0, rows).mapToDouble(_ -> NONE).toArray())
                        .categories(
                                "name",
                                IntStream.range(0, rows)
                                        .mapToObj(i -> "n" + i)
                                        .toArray(String[]::new))
                        .numbers("x", IntStream.range(0, rows).mapToDouble(i -> i % 7).toArray())
                        .categories(
                                "y",
                                IntStream.range(0, rows)
                                        .mapToObj(i -> i % 2 == 0 ? "a" : "b")
                                        .toArray(String[]::new))
                        .build();
        FittedTable fitted = learning("y").fit(table);
        assertEquals(List.of("x"), fitted.preprocessing().features());
        assertEquals(
                List.of(
                        "left out: only numbers the rows",
                        "left out: the same in all rows",
                        "left out: all cells are missing",
                        "left out: a name of its own for each row"),
                fitted.report().columns().subList(0, 4).stream()
                        .map(CleaningReport.Line::done)
                        .toList());
        assertTrue(
                learning("y")
                        .type("id", ColumnType.NUMBER)
                        .fit(table)
                        .preprocessing()
                        .features()
                        .contains("id"));
        assertEquals(
                "table has no column to learn 'y' from: 'id' left out: only numbers the rows; 'one'"
                        + " left out: the same in all rows; 'none' left out: all cells are missing;"
                        + " 'name' left out: a name of its own for each row",
                refusal(() -> learning("y").ignore("x").fit(table)));
    }

    @Test
    void saysWhatItFound() throws IOException {
        CleaningReport report =
                learning("y").outliers("x", Outliers.clipIqr(1.5)).fit(small().build()).report();
        assertEquals(
                """
                6 rows; 0 without a target and 0 others left out
                x  number    1 to 13, mean 5.00000, 1 beyond 1.5 interquartile ranges; 1 missing; standardised; clipped beyond -2.50000 and 9.50000; 4.00000 for missing, which one more feature says
                c  category  2 different; 1 missing; one-hot, with one for missing
                y  category  2 different; 0 missing; the target, one of 2 classes\
                """
                        .replace("\n", System.lineSeparator()),
                report.toString());
        assertEquals(6L, report.toMap().get("rows"));
        assertEquals(3, report.columns().size());
        assertTrue(report.toMap().containsKey("columns"));
    }

    @Test
    void learnsNumbersStandardisedAndScalesThemBack() throws IOException {
        FittedTable fitted =
                learning("x")
                        .fit(
                                Table.builder()
                                        .numbers("x", 1.5, 2, NONE, 4)
                                        .numbers("z", 1, 2, 3, 5)
                                        .build());
        Target.Regression target =
                assertInstanceOf(Target.Regression.class, fitted.preprocessing().target());
        assertEquals(2.5, target.mean(), 1e-12);
        double[] learnt = targets(fitted.examples());
        assertEquals(3, learnt.length);
        assertEquals(0, Arrays.stream(learnt).sum(), 1e-6);
        assertEquals(4, target.restore(learnt[2]), 1e-6);
        assertEquals(1, target.outputs());
        assertEquals(2, fitted.examples().targets().getFirst().shape().rank());
    }

    @Test
    void tellsClassesFromNumbers() throws IOException {
        double[] few = IntStream.range(0, 60).mapToDouble(i -> i % 5).toArray();
        double[] many = IntStream.range(0, 60).mapToDouble(i -> i % 30).toArray();
        double[] halves = IntStream.range(0, 60).mapToDouble(i -> i % 5 * 0.5).toArray();
        Table rows =
                Table.builder()
                        .numbers("few", few)
                        .numbers("many", many)
                        .numbers("halves", halves)
                        .build();
        Target.Classes classes =
                assertInstanceOf(
                        Target.Classes.class, learning("few").fit(rows).preprocessing().target());
        assertEquals(List.of("0", "1", "2", "3", "4"), classes.names());
        assertInstanceOf(
                Target.Regression.class, learning("many").fit(rows).preprocessing().target());
        assertInstanceOf(
                Target.Regression.class, learning("halves").fit(rows).preprocessing().target());
        assertInstanceOf(
                Target.Regression.class,
                learning("few").task(TargetKind.REGRESSION).fit(rows).preprocessing().target());
        assertEquals(
                30,
                learning("many")
                        .task(TargetKind.CLASSES)
                        .fit(rows)
                        .preprocessing()
                        .target()
                        .outputs());
        // Two whole numbers are classes, however few the rows.
        assertInstanceOf(
                Target.Classes.class,
                learning("y")
                        .fit(Table.builder().numbers("y", 0, 1).numbers("x", 3, 4).build())
                        .preprocessing()
                        .target());
    }

    @Test
    void learnsSeveralLabels() throws IOException {
        Table rows =
                Table.builder()
                        .numbers("x", 1, 2, 3, 4)
                        .categories("y", "red|round", "round", "red | big", null)
                        .build();
        FittedTable fitted = learning("y").multiLabel('|').fit(rows);
        Target.MultiLabel target = (Target.MultiLabel) fitted.preprocessing().target();
        assertEquals(List.of("big", "red", "round"), target.labels());
        assertArrayEquals(new double[] {0, 1, 1, 0, 0, 1, 1, 1, 0}, targets(fitted.examples()));
        assertEquals(
                fitted.preprocessing(), Preprocessing.fromJson(fitted.preprocessing().toJson()));
    }

    @Test
    void refusesTargetsThatCannotBeLearnt() {
        Table rows =
                Table.builder()
                        .numbers("none", NONE, NONE, NONE)
                        .categories("one", "a", "a", null)
                        .numbers("five", 5, 5, 5)
                        .categories("absent", null, null, null)
                        .numbers("x", 1, 2, 3)
                        .build();
        assertEquals(
                "table has no column 'z' to learn; it has 'none', 'one', 'five', 'absent', 'x'",
                refusal(() -> learning("z").fit(rows)));
        assertEquals(
                "the target 'none' is missing in all 3 training rows",
                refusal(() -> learning("none").fit(rows)));
        assertEquals(
                "the target 'absent' is missing in all 3 training rows",
                refusal(() -> learning("absent").fit(rows)));
        assertEquals(
                "the target 'one' is 'a' in all training rows: there is nothing to learn",
                refusal(() -> learning("one").fit(rows)));
        assertEquals(
                "the target 'five' is '5' in all training rows: there is nothing to learn",
                refusal(() -> learning("five").fit(rows)));
        assertEquals(
                "there is no column 'q'; there are 'none', 'one', 'five', 'absent', 'x'",
                refusal(() -> learning("x").ignore("q").fit(rows)));
        assertEquals(
                "'x' is to be learnt and to be ignored",
                refusal(() -> learning("x").ignore("x").fit(rows)));
        assertEquals(
                "table has no rows to train on",
                refusal(() -> learning("x").fit(Table.builder().numbers("x").build())));
        String[] names = IntStream.range(0, 50).mapToObj(i -> "n" + i).toArray(String[]::new);
        assertEquals(
                "the target 'y' has 50 different texts or more in 50 rows: these are no classes;"
                        + " choose another column",
                refusal(() -> learning("y").fit(Table.builder().categories("y", names).build())));
        assertEquals(
                "the target 'd' holds dates; a network learns categories or numbers",
                refusal(
                        () ->
                                learning("d")
                                        .fit(
                                                Table.builder()
                                                        .column(
                                                                "d",
                                                                ColumnType.DATE,
                                                                Column.dates(
                                                                        List.of(
                                                                                LocalDateTime.MIN
                                                                                        .withYear(
                                                                                                2000))))
                                                        .build())));
    }

    @Test
    void refusesClassesThatWereNotTrained() throws IOException {
        Preprocessing made =
                learning("y")
                        .classes(List.of("yes", "no", "maybe"))
                        .fit(small().build())
                        .preprocessing();
        assertEquals(3, made.target().outputs());
        Preprocessing narrow = learning("y").fit(small().build()).preprocessing();
        Table rows = csv("x,c,y\n1,a,yes\n2,b,maybe\n");
        assertEquals(2, made.examples(rows).size());
        FormatException e = assertThrows(FormatException.class, () -> narrow.examples(rows));
        assertTrue(
                message(e)
                        .endsWith(
                                "rows.csv, line 3: the target 'y' is 'maybe', which is none of the"
                                        + " training rows' classes: 'no', 'yes'"),
                message(e));
    }

    @Test
    void streamsTheSameExamples() throws IOException {
        StringBuilder text = new StringBuilder("x,c,y\n");
        for (int i = 0; i < 9000; i++) {
            text.append(i % 100)
                    .append(",c")
                    .append(i % 300)
                    .append(',')
                    .append(i % 11 == 0 ? "" : "k" + i % 3)
                    .append('\n');
        }
        Path file = folder.resolve("long.csv");
        Files.writeString(file, text);
        CsvSource source = CsvSource.open(file);
        FittedTable streamed = learning("y").fit(source);
        FittedTable whole = learning("y").fit(source.read());
        assertEquals(whole.preprocessing(), streamed.preprocessing());
        assertEquals(whole.report(), streamed.report());
        float[] expected = whole.examples().inputs().getFirst().floats();
        List<Examples> parts = new ArrayList<>();
        try (Source.Pass pass = streamed.source().open()) {
            for (Examples some = pass.next(1000); some != null; some = pass.next(1000)) {
                assertTrue(some.size() >= 1 && some.size() <= 1000);
                parts.add(some);
            }
        }
        int size = parts.stream().mapToInt(Examples::size).sum();
        assertEquals(whole.examples().size(), size);
        assertEquals(size, streamed.source().size().orElseThrow());
        int at = 0;
        for (Examples part : parts) {
            float[] floats = part.inputs().getFirst().floats();
            assertArrayEquals(Arrays.copyOfRange(expected, at, at + floats.length), floats);
            at += floats.length;
        }
        assertEquals(expected.length, at);
        assertTrue(streamed.preprocessing().source(source).size().isEmpty());
    }

    @Test
    void neverLooksAtRowsThatAreNotForTraining() throws IOException {
        Table all = csv("x,c,y\n1,a,0\n2,b,1\n3,a,0\n4,b,1\n");
        Table more = csv("x,c,y\n1,a,0\n2,b,1\n3,a,0\n4,b,1\n99999,z,1\n-7,z,0\n");
        int[] train = {0, 1, 2, 3};
        assertEquals(
                learning("y").fit(all).preprocessing().toJson(),
                learning("y").fit(more.select(train)).preprocessing().toJson());
    }

    @Test
    void refusesNumbersThatF32DoesNotHold() throws IOException {
        Preprocessing made = learning("y").fit(small().build()).preprocessing();
        FormatException e =
                assertThrows(FormatException.class, () -> made.inputs(csv("x,c\n1,a\n1e300,a\n")));
        assertTrue(
                message(e)
                        .endsWith(
                                "line 3: the feature 'x' is Infinity there: that number is too far"
                                        + " from those of the training rows"),
                message(e));
        assertTrue(
                refusal(() -> learning("y").fit(csv("x,y\n1e308,a\n-1e308,b\n5,a\n")))
                        .startsWith(
                                "column 'x' has numbers as large as 1.0E308, and no deviation"));
    }

    /** As names they would be learnt by heart; a few are categories, and codes have no comma. */
    @Test
    void refusesNumbersWithADecimalComma() throws IOException {
        StringBuilder rows = new StringBuilder("x;code;size;y\n");
        for (int i = 0; i < 40; i++) {
            rows.append("%d,5;0%d;%d,5;%s\n".formatted(i, 100 + i, i % 3, i % 2 == 0 ? "a" : "b"));
        }
        Table table = csv(rows.toString());
        assertTrue(
                refusal(() -> learning("y").fit(table))
                        .startsWith("column 'x' holds numbers with commas, such as '0,5': say"));
        assertEquals(
                List.of("size=0,5", "size=1,5", "size=2,5"),
                learning("y").ignore("x").fit(table).preprocessing().features());
    }

    @Test
    void convertsColumnsOfATableThatAreSaidToBeOther() throws IOException {
        Table rows =
                Table.builder().numbers("x", 3, 4, 3).categories("y", "1.5", "2.5", "9").build();
        FittedTable fitted =
                learning("y").type("x", ColumnType.CATEGORY).task(TargetKind.REGRESSION).fit(rows);
        assertEquals(List.of("x=3", "x=4"), fitted.preprocessing().features());
        assertInstanceOf(Target.Regression.class, fitted.preprocessing().target());
        Table wrong = Table.builder().numbers("x", 3, 4).categories("y", "1.5", "much").build();
        FormatException e =
                assertThrows(
                        FormatException.class,
                        () -> learning("y").task(TargetKind.REGRESSION).fit(wrong));
        assertTrue(message(e).startsWith("table, line 2: column 'y' holds numbers"), message(e));
        assertEquals(Collections.emptyList(), fitted.preprocessing().unused(rows.schema()));
    }
}
