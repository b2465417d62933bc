package dev.weft.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.metrics.Calibration;
import dev.weft.metrics.ConfusionMatrix;
import dev.weft.metrics.Ranking;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import javax.xml.parsers.DocumentBuilderFactory;

class HtmlReportTest {
    private static Document parse(String page) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(page)));
    }

    private static String page(Block... blocks) throws IOException {
        return HtmlReport.page(new Report("a run", "", List.of(Report.Section.of("All", blocks))));
    }

    private static List<Element> elements(Document page, String name) {
        NodeList all = page.getElementsByTagNameNS("*", name);
        return IntStream.range(0, all.getLength()).mapToObj(i -> (Element) all.item(i)).toList();
    }

    @Test
    void everythingIsThere() throws Exception {
        Document page = parse(HtmlReport.page(MadeUpRun.report()));
        // Loss, accuracy, rate; confusion, two curves, calibration; two of regression.
        assertEquals(9, elements(page, "svg").size());
        for (Element picture : elements(page, "svg")) {
            assertFalse(picture.getAttribute("aria-label").isEmpty());
        }
        assertEquals(7, elements(page, "section").size());
        assertEquals(6, elements(page, "img").size());
        Set<String> ids = new HashSet<>();
        for (Element element : elements(page, "*")) {
            String id = element.getAttribute("id");
            assertTrue(id.isEmpty() || ids.add(id), id);
        }
        for (Element link : elements(page, "a")) {
            assertTrue(ids.contains(link.getAttribute("href").substring(1)));
        }
        String text = page.getDocumentElement().getTextContent();
        for (String part :
                List.of(
                        "Test accuracy 0.9735",
                        "an indicator of what is missing",
                        "linear1         64x128      100,480",
                        "validation 0.07",
                        "sha256 of the parameters",
                        "Torgersen")) {
            assertTrue(text.contains(part), part);
        }
        assertFalse(text.contains("Nothing"));
    }

    @Test
    void thePageNeedsNothingBesideIt() throws Exception {
        String page = HtmlReport.page(MadeUpRun.report());
        for (String needed : List.of("<script", "<link", "url(", "@import", "@font-face")) {
            assertFalse(page.contains(needed), needed);
        }
        for (Element image : elements(parse(page), "img")) {
            assertTrue(image.getAttribute("src").startsWith("data:image/png;base64,"));
        }
        assertTrue(page.contains("prefers-color-scheme: dark"));
        assertTrue(page.contains("width=device-width"));
    }

    @Test
    void whatComesFromOutsideIsText() throws Exception {
        String bad = "<script>\"'&\u0000</script>";
        Map<String, String> facts = Map.of(bad, bad);
        ConfusionMatrix matrix = new ConfusionMatrix(2);
        matrix.add(0, 1);
        String page =
                HtmlReport.page(
                        new Report(
                                bad,
                                bad,
                                List.of(
                                        Report.Section.of(
                                                bad,
                                                new Block.Text(bad),
                                                new Block.Facts(facts),
                                                new Block.Table(
                                                        List.of(bad, bad),
                                                        List.of(List.of(bad, bad))),
                                                new Block.Listing(bad),
                                                new Block.Chart(
                                                        bad,
                                                        bad,
                                                        Axis.of(bad),
                                                        Axis.of(bad),
                                                        List.of(
                                                                Line.solid(
                                                                        bad,
                                                                        new double[] {1},
                                                                        new double[] {2}))),
                                                new Block.Confusion(bad, matrix, List.of(bad, bad)),
                                                new Block.Reliability(bad, new Calibration(3)),
                                                new Block.Mistakes(
                                                        List.of(
                                                                new Block.Mistake(
                                                                        bad,
                                                                        Picture.png(new byte[3]),
                                                                        facts)))))));
        assertTrue(elements(parse(page), "script").isEmpty());
        assertFalse(page.contains("<script"));
    }

    @Test
    void picturesAreKeptByteForByte() throws Exception {
        byte[] png = MadeUpRun.picture("7");
        String source =
                elements(
                                parse(
                                        page(
                                                new Block.Mistakes(
                                                        List.of(
                                                                new Block.Mistake(
                                                                        "7",
                                                                        Picture.png(png),
                                                                        Map.of()))))),
                                "img")
                        .getFirst()
                        .getAttribute("src");
        assertArrayEquals(
                png, Base64.getDecoder().decode(source.substring(source.indexOf(',') + 1)));
    }

    @Test
    void oddValuesAreDrawnOrLeftOut() throws Exception {
        double[][] values = {
            {},
            {Double.NaN},
            {0},
            {5, 5, 5},
            {1e300, -1e300},
            {1e-300, 2e-300},
            {1, Double.POSITIVE_INFINITY, 2},
            {1e9, 1e9 + 1e-6},
            {-3, 0, 1e-8, 1e8}
        };
        for (double[] all : values) {
            for (Axis axis : List.of(Axis.of("y"), Axis.logarithmic("y"), Axis.of("y", 0, 1))) {
                for (Line line : List.of(Line.solid("a", all, all), Line.points("a", all, all))) {
                    String page =
                            page(new Block.Chart("odd", "", Axis.of("x"), axis, List.of(line)));
                    assertEquals(1, elements(parse(page), "svg").size());
                    assertFalse(page.contains("NaN"), Arrays.toString(all));
                    assertFalse(page.contains("Infinity"), Arrays.toString(all));
                    assertTrue(page.length() < 20_000, "ticks without end");
                }
            }
        }
    }

    @Test
    void curvesAreDrawnWhereTheirValuesLie() {
        String picture =
                Pictures.chart(
                        new Block.Chart(
                                "a line",
                                "",
                                Axis.of("x", 0, 1),
                                Axis.of("", 0, 1),
                                List.of(
                                        Line.solid(
                                                "",
                                                new double[] {0, 0.5, Double.NaN, 1},
                                                new double[] {0, 1, 0, 0.5}))));
        // Numbers of at most three letters at the left; from the top of 8 to the bottom of 230.
        assertTrue(picture.contains("d=\"M34.2 230h0L220.1 8M406 119h0\""), picture);
    }

    /** A rate that stays the same lies in the middle, and its axis says how much it is. */
    @Test
    void valuesThatAreTheSameAreInTheMiddle() throws Exception {
        for (double value : new double[] {0.001, -2e-7, 3e12, 0}) {
            Line line = Line.solid("", new double[] {1, 2}, new double[] {value, value});
            String picture =
                    Pictures.chart(
                            new Block.Chart("", "", Axis.of("x"), Axis.of(""), List.of(line)));
            assertTrue(picture.contains(" 119h0L"), picture);
            assertTrue(picture.contains(">" + Scale.label(value) + "</text>"), picture);
        }
    }

    @Test
    void smallDifferencesAreSeen() {
        Line line = Line.solid("", new double[] {1, 2}, new double[] {1e-7, 2e-7});
        String picture =
                Pictures.chart(new Block.Chart("", "", Axis.of("x"), Axis.of(""), List.of(line)));
        assertTrue(
                picture.contains(">1.5e-7</text>") || picture.contains(">1.4e-7</text>"), picture);
        assertFalse(picture.contains(" 119h0L"), picture);
    }

    @Test
    void shortFactsAreBesideEachOther() throws Exception {
        Block.Facts small = new Block.Facts(Map.of("accuracy", "0.97", "loss", "0.02"));
        Block.Facts wide =
                new Block.Facts(Map.of("seed", "1", "system", "one that has a long name"));
        List<Element> lists = elements(parse(page(small, wide)), "dl");
        assertEquals("small", lists.get(0).getAttribute("class"));
        assertEquals("wide", lists.get(1).getAttribute("class"));
    }

    @Test
    void confusionOfManyClassesHasNoNumbers() throws Exception {
        ConfusionMatrix large = new ConfusionMatrix(120);
        large.add(3, 5);
        List<String> names = Collections.nCopies(120, "a name that is long");
        Document page = parse(page(new Block.Confusion("large", large, names)));
        // The cell, and what is behind all of them.
        assertEquals(2, elements(page, "rect").size());
        assertEquals(2, elements(page, "text").size());
        ConfusionMatrix small = new ConfusionMatrix(2);
        small.add(0, 0);
        small.add(1, 0);
        page = parse(page(new Block.Confusion("small", small, List.of("no", "yes"))));
        assertTrue(
                page.getDocumentElement().getTextContent().contains("yes predicted as no: 1 of 1"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Block.Confusion("small", small, List.of("no")));
    }

    @Test
    void columnsOfNumbersAreAlignedAsSuch() throws Exception {
        Document page =
                parse(
                        page(
                                new Block.Table(
                                        List.of("name", "value", "share"),
                                        List.of(
                                                List.of("a", "1,234.5", "−3.2 %"),
                                                List.of("b", "1e-7", "")))));
        List<Element> heads = elements(page, "th");
        assertEquals("text", heads.get(0).getAttribute("class"));
        assertEquals("", heads.get(1).getAttribute("class"));
        assertEquals("", heads.get(2).getAttribute("class"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Block.Table(List.of("a"), List.of(List.of("1", "2"))));
    }

    @Test
    void ofManyClassesTheWorstCurvesAreShown() {
        Map<String, Ranking> rankings = new LinkedHashMap<>();
        for (int c = 0; c < 10; c++) {
            Ranking ranking = new Ranking();
            for (int i = 0; i < 1000; i++) {
                ranking.add(i, i >= 500 || i < c * 40, 1);
            }
            rankings.put("class " + c, ranking);
        }
        rankings.put("none", new Ranking());
        Block.Chart roc = Diagrams.roc(rankings);
        assertEquals(9, roc.lines().size());
        assertTrue(roc.lines().getFirst().name().startsWith("class 2, area 0."));
        assertEquals("by chance", roc.lines().getLast().name());
        assertTrue(roc.caption().contains("8 of 11"));
        Line.Points points = roc.lines().getFirst().points();
        assertEquals(400, points.size());
        assertEquals(0, points.x(0));
        assertEquals(1, points.x(399));
        assertEquals(8, Diagrams.precisionRecall(rankings).lines().size());
        assertEquals(
                "Undefined: all examples are of one class.",
                Diagrams.roc(Map.of("none", new Ranking())).caption());
    }

    @Test
    void scattersAreThinned() {
        double[] actual = new double[5001];
        double[] predicted = new double[5001];
        Arrays.setAll(actual, i -> i);
        Arrays.setAll(predicted, i -> i + 10);
        Block.Chart chart = Diagrams.predictions("mpg", predicted, actual);
        assertEquals("2000 of 5001 examples.", chart.caption());
        assertEquals(2000, chart.lines().getFirst().points().size());
        assertEquals(0, chart.lines().get(1).points().x(0));
        assertEquals(5010, chart.lines().get(1).points().x(1));
        Line.Points off = Diagrams.residuals("mpg", predicted, actual).lines().getFirst().points();
        assertEquals(5010, off.x(1999));
        assertEquals(-10, off.y(1999));
        assertThrows(
                IllegalArgumentException.class,
                () -> Diagrams.predictions("mpg", new double[1], actual));
        assertThrows(
                IllegalArgumentException.class,
                () -> Diagrams.residuals("mpg", new double[1], actual));
    }

    @Test
    void itIsWrittenToAFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("report.html");
        HtmlReport.write(MadeUpRun.report(), file);
        assertEquals(HtmlReport.page(MadeUpRun.report()), Files.readString(file));
    }
}
