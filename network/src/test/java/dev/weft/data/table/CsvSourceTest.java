package dev.weft.data.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.io.FormatException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

class CsvSourceTest {
    @TempDir Path folder;

    private Path file(byte[] content) throws IOException {
        Path file = folder.resolve("t.csv");
        Files.write(file, content);
        return file;
    }

    private Path file(String content) throws IOException {
        return file(content.getBytes(StandardCharsets.UTF_8));
    }

    private Table read(String content) throws IOException {
        return CsvSource.open(file(content)).read();
    }

    private static double[] numbers(Table table, String column) {
        return ((Column.Numbers) table.column(column)).values();
    }

    private String refusal(String content, CsvFormat format) throws IOException {
        Path file = file(content);
        return message(
                        assertThrows(
                                FormatException.class, () -> CsvSource.open(file, format).read()))
                .replace(file.toString(), "FILE");
    }

    private String refusal(String content) throws IOException {
        return refusal(content, CsvFormat.defaults());
    }

    private static String many(String header, String row, int count) {
        return header + "\n" + (row + "\n").repeat(count);
    }

    private static String message(Exception e) {
        return String.valueOf(e.getMessage());
    }

    @Test
    void readsNumbersCategoriesDatesAndTexts() throws IOException {
        StringBuilder text = new StringBuilder("n,kind,day,words,zip\n");
        for (int i = 0; i < 30; i++) {
            text.append(
                    "%d.5,%s,2012-01-%02d,word %d more,0%04d%n"
                            .formatted(i, i % 2 == 0 ? "a" : "b", i + 1, i, i));
        }
        Table table = read(text.toString());
        assertEquals(
                "n (number), kind (category), day (date), words (text), zip (category)",
                table.schema().toString());
        assertEquals(30, table.rows());
        assertEquals(7.5, numbers(table, "n")[7]);
        assertEquals("b", table.column("kind").text(7));
        assertEquals("2012-01-08", table.column("day").text(7));
        assertEquals("word 7 more", table.column("words").text(7));
        assertEquals("00007", table.column("zip").text(7));
        assertEquals(9, table.line(7));
    }

    @Test
    void takesCellsInQuotesWithSeparatorsLineEndsAndQuotes() throws IOException {
        Table table = read("a,b\r\n\"x, \"\"y\"\"\",1\r\n\"two\nlines\", 2\r\n\" z \",3\r\n");
        assertEquals("x, \"y\"", table.column("a").text(0));
        assertEquals("two\nlines", table.column("a").text(1));
        assertEquals(" z ", table.column("a").text(2));
        assertArrayEquals(new double[] {1, 2, 3}, numbers(table, "b"));
        assertEquals(3, table.line(1));
        assertEquals(5, table.line(2));
    }

    @ParameterizedTest
    @ValueSource(chars = {',', ';', '\t', '|'})
    void findsTheSeparator(char separator) throws IOException {
        String text =
                "a,x;b;c\n1;2;'q'\n\"3,|;\t\";4;5\n".replace("a,x", "ax").replace(';', separator);
        assertEquals(separator, CsvSource.open(file(text)).separator());
        assertEquals(List.of("ax", "b", "c"), read(text).schema().names());
    }

    @Test
    void takesTheSeparatorThatIsSaid() throws IOException {
        Path file = file("a;b,c\n1;2,3\n");
        Table table = CsvSource.open(file, CsvFormat.defaults().separator(';')).read();
        assertEquals(List.of("a", "b,c"), table.schema().names());
    }

    @Test
    void readsDecimalCommas() throws IOException {
        Path file = file("a;b\n1,5;-2,25e1\n3;4\n");
        Table table = CsvSource.open(file, CsvFormat.defaults().withDecimalComma()).read();
        assertArrayEquals(new double[] {1.5, 3}, numbers(table, "a"));
        assertArrayEquals(new double[] {-22.5, 4}, numbers(table, "b"));
    }

    @Test
    void namesColumnsWithoutHeader() throws IOException {
        Table table =
                CsvSource.open(file("1,x\n2,y\n"), CsvFormat.defaults().withoutHeader()).read();
        assertEquals("column1 (number), column2 (category)", table.schema().toString());
        assertEquals(2, table.rows());
        assertEquals(List.of("a", "column2"), read("a,\n1,2\n").schema().names());
    }

    @Test
    void knowsMissingCells() throws IOException {
        Table table = read("a,b\n1,x\n,\nNA,?\n--,NaN\nnull,y\n\"\",\"\"\n-3,-\n");
        assertArrayEquals(
                new double[] {1, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, -3},
                numbers(table, "a"));
        assertEquals(List.of("x", "", "", "", "y", "", ""), List.copyOf(table.texts("b")));
        assertTrue(table.column("b").isMissing(1));
        CsvFormat own = CsvFormat.defaults().missing(Set.of("-999", "none"));
        Table other = CsvSource.open(file("a,b\n-999.0,none\n2,NA\n"), own).read();
        assertArrayEquals(new double[] {Double.NaN, 2}, numbers(other, "a"));
        assertEquals(List.of("", "NA"), List.copyOf(other.texts("b")));
    }

    @Test
    void readsGzipAndSkipsEmptyLines() throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(zipped)) {
            out.write("a,b\n\n1,2\n\n\n3,4".getBytes(StandardCharsets.UTF_8));
        }
        Table table = CsvSource.open(file(zipped.toByteArray())).read();
        assertArrayEquals(new double[] {1, 3}, numbers(table, "a"));
        assertEquals(6, table.line(1));
        byte[] half = Arrays.copyOf(zipped.toByteArray(), zipped.size() - 6);
        FormatException e =
                assertThrows(FormatException.class, () -> CsvSource.open(file(half)).read());
        assertTrue(message(e).endsWith("is a truncated or damaged gzip file"), message(e));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
    void followsByteOrderMarks(String encoding) throws IOException {
        Table table =
                CsvSource.open(file("\uFEFFnäme,b\nÄ€😀,2\n".getBytes(Charset.forName(encoding))))
                        .read();
        assertEquals(List.of("näme", "b"), table.schema().names());
        assertEquals("Ä€😀", table.column("näme").text(0));
    }

    @Test
    void readsOtherEncodingsWhereSaid() throws IOException {
        Path latin = file("a\nMünchen\n".getBytes(StandardCharsets.ISO_8859_1));
        CsvFormat format = CsvFormat.defaults().charset(StandardCharsets.ISO_8859_1);
        assertEquals("München", CsvSource.open(latin, format).read().column("a").text(0));
        FormatException e = assertThrows(FormatException.class, () -> CsvSource.open(latin));
        assertEquals(
                latin + ", line 2, byte 4: is not UTF-8 here; say in which encoding it is written",
                message(e));
    }

    @Test
    void saysWhereBytesAreNoTextFarIntoAFile() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < 30_000; i++) {
            bytes.write((i == 0 ? "a,ü\r\n" : "1,2\r\n").getBytes(StandardCharsets.UTF_8));
        }
        int good = bytes.size();
        bytes.write(new byte[] {'3', ',', (byte) 0xC3, '\n'});
        Path file = file(bytes.toByteArray());
        CsvFormat typed =
                CsvFormat.defaults().type("a", ColumnType.NUMBER).type("ü", ColumnType.NUMBER);
        FormatException e =
                assertThrows(FormatException.class, () -> CsvSource.open(file, typed).read());
        assertTrue(
                message(e).contains(", line 30001, byte %d: is not UTF-8".formatted(good + 3)),
                message(e));
    }

    @Test
    void refusesWhatIsNoTable() throws IOException {
        assertEquals("FILE: is empty; a table has a line of names and rows", refusal(""));
        assertTrue(
                refusal("a,b\n1,\0\n")
                        .contains("FILE, line 2: is not a text: it holds a character of code 0"));
        assertTrue(refusal("PK\3\4abc").contains("is a ZIP file or a spreadsheet"));
        assertTrue(refusal("a\n\uFFFF\n").contains("line 2, byte"));
        FormatException e = assertThrows(FormatException.class, () -> CsvSource.open(folder));
        assertTrue(message(e).endsWith("is a folder, not a table"));
    }

    @Test
    void refusesRaggedLinesAndOpenQuotes() throws IOException {
        assertEquals(
                "FILE, line 4: has 1 cells, and there are 2 columns", refusal("a,b\n1,2\n\n3\n"));
        assertEquals(
                "FILE, line 3: has 3 cells, and there are 2 columns", refusal("a,b\n1,2\n3,4,5\n"));
        String open = "a,b\n1,2\n\"x,3\n4,5\n";
        assertEquals("FILE, line 3: a quote is opened in this row and never closed", refusal(open));
        assertEquals(
                "FILE, line 2: a quote is opened in this row and never closed",
                refusal("a,b\n1,\"x\"\"\n"));
        assertEquals(
                "FILE, line 1: a quote is opened in this row and never closed", refusal("\"a"));
        assertEquals(
                "FILE, line 2: Unexpected character after closing quote: 'y' (0x79)",
                refusal("a,b\n\"x\"y,2\n"));
    }

    @Test
    void refusesTwoColumnsOfOneName() throws IOException {
        assertEquals(
                "FILE: columns 1 and 3 are both called 'a'; give them names that differ",
                refusal("a,b,a\n1,2,3\n"));
    }

    @Test
    void refusesNumbersThatNoDoubleHolds() throws IOException {
        assertEquals(
                "FILE, line 3: column 'a' has -1e999 here, which is beyond the largest number,"
                        + " 1.8e308",
                refusal("a\n1\n-1e999\n"));
    }

    @Test
    void refusesCellsOfAnotherTypeByTheirLine() throws IOException {
        StringBuilder text = new StringBuilder("a,b\n");
        for (int i = 0; i < 40; i++) {
            text.append(i == 33 ? "n/k" : "" + i).append(",2012-02-01\n");
        }
        assertEquals(
                "FILE, line 35: column 'a' holds numbers, and here is 'n/k'; say that this stands"
                        + " for a missing one, or of what type the column is",
                refusal(text.toString()));
        CsvFormat missing = CsvFormat.defaults().missing(Set.of("n/k"));
        assertEquals(40, CsvSource.open(file(text.toString()), missing).read().rows());
        CsvFormat category = CsvFormat.defaults().type("a", ColumnType.CATEGORY);
        assertEquals(
                "n/k", CsvSource.open(file(text.toString()), category).read().column("a").text(33));
        String late = many("a,b", "1,2", CsvSource.SAMPLE) + "1,x\n";
        assertTrue(refusal(late).startsWith("FILE, line 10002: column 'b' holds numbers, and"));
        assertTrue(
                refusal(
                                "a\n2012-01-31\n2012-02-30\n",
                                CsvFormat.defaults().type("a", ColumnType.DATE))
                        .startsWith("FILE, line 3: column 'a' holds dates (YEAR_MONTH_DAY), and"));
    }

    @Test
    void namesTheColumnsThatThereAre() throws IOException {
        Path file = file("a,b\n1,2\n");
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                CsvSource.open(
                                        file, CsvFormat.defaults().type("c", ColumnType.DATE)));
        assertEquals("there is no column 'c'; there are 'a', 'b'", message(e));
    }

    @Test
    void findsTheOrderOfDates() throws IOException {
        assertEquals(DateOrder.DAY_MONTH_YEAR, order("01.02.2012", "31.01.2012"));
        assertEquals(DateOrder.MONTH_DAY_YEAR, order("01/02/2012", "12/31/2012"));
        assertEquals(DateOrder.DAY_MONTH_YEAR, order("01/02/2012", "03/04/2012"));
        assertEquals(DateOrder.YEAR_MONTH_DAY, order("2012/01/31", "2012/02/01"));
    }

    private DateOrder order(String... dates) throws IOException {
        return CsvSource.open(file("d,n\n" + String.join(",1\n", dates) + ",1\n"))
                .schema()
                .field("d")
                .order();
    }

    @Test
    void givesChunksOfBoundedSizeAndTheRowsThatAreChosen() throws IOException {
        StringBuilder text = new StringBuilder("i,s\n");
        for (int i = 0; i < 10_000; i++) {
            text.append(i).append(",s").append(i % 5000).append('\n');
        }
        CsvSource source = CsvSource.open(file(text.toString()));
        int rows = 0;
        try (TableSource.Chunks pass = source.open(source.schema())) {
            for (Table chunk = pass.next(); chunk != null; chunk = pass.next()) {
                assertTrue(chunk.rows() <= 4096);
                for (int i = 0; i < chunk.rows(); i++, rows++) {
                    assertEquals(rows, numbers(chunk, "i")[i]);
                    assertEquals("s" + rows % 5000, chunk.column("s").text(i));
                }
            }
        }
        assertEquals(10_000, rows);
        Table some = source.where(row -> row % 1000 == 7).read();
        assertEquals(10, some.rows());
        assertEquals(9007, numbers(some, "i")[9]);
        assertEquals("s4007", some.column("s").text(9));
        assertEquals(9009, some.line(9));
    }

    @Test
    void readsLineEndsOfEveryKind() throws IOException {
        assertArrayEquals(new double[] {1, 2}, numbers(read("a,b\r1,2\r2,3\r"), "a"));
        assertArrayEquals(new double[] {1, 2}, numbers(read("a,b\r\n1,2\r\n2,3"), "a"));
    }
}
