package dev.weft.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.benchmarks.machine.Limits;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import javax.xml.parsers.DocumentBuilderFactory;

class HtmlReportTest {
    /** Products on one thread and on two, and the same as crossovers; updates; steps; rooflines. */
    private static final int CHARTS = 2 + 2 + 1 + 1 + 2;

    private static Document parse(String page) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(page)));
    }

    private static int count(Document page, String element) {
        return page.getElementsByTagNameNS("*", element).getLength();
    }

    @Test
    void everyChartIsThere() throws Exception {
        Document page = parse(HtmlReport.page(MadeUp.everything()));
        assertEquals(CHARTS, count(page, "svg"));
        NodeList charts = page.getElementsByTagNameNS("*", "svg");
        for (int i = 0; i < charts.getLength(); i++) {
            Element chart = (Element) charts.item(i);
            assertFalse(chart.getAttribute("aria-label").isEmpty());
            assertTrue(chart.getElementsByTagNameNS("*", "path").getLength() > 0);
        }
    }

    @Test
    void idsAreUnique() throws Exception {
        NodeList all = parse(HtmlReport.page(MadeUp.everything())).getElementsByTagName("*");
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < all.getLength(); i++) {
            String id = ((Element) all.item(i)).getAttribute("id");
            assertTrue(id.isEmpty() || ids.add(id), id);
        }
    }

    @Test
    void thePageNeedsNothingBesideIt() throws IOException {
        String page = HtmlReport.page(MadeUp.everything());
        for (String needed : List.of("<script", "<link", "<img", "src=", "url(http", "@import")) {
            assertFalse(page.contains(needed), needed);
        }
        assertTrue(page.contains("prefers-color-scheme: dark"));
    }

    @Test
    void whatIsNoNumberIsNotShown() throws IOException {
        String page = HtmlReport.page(MadeUp.everything());
        assertFalse(page.contains("NaN"));
        assertFalse(page.contains("Infinity"));
    }

    @Test
    void whatComesFromOutsideIsText() throws Exception {
        String page = HtmlReport.page(MadeUp.everything());
        assertTrue(page.contains("A &lt;b&gt;CPU&lt;/b&gt; &amp; &quot;more&quot;"));
        assertFalse(page.contains("<i>blas"));
        assertTrue(parse(page).getDocumentElement().getTextContent().contains("open<i>blas"));
    }

    @Test
    void ratiosToTheBestPeerAreSummedUp() throws Exception {
        String text =
                ((Element)
                                parse(HtmlReport.page(MadeUp.everything()))
                                        .getElementsByTagName("section")
                                        .item(0))
                        .getTextContent()
                        .replaceAll("\\s+", " ");
        assertTrue(text.contains("gemm NN, squaresgemmweft cpu13 1.10"), text);
        // 1.1 times 128/256, 256/256 and 512/256.
        assertTrue(text.contains("gemm NN, squaresgemmweft opencl:013 1.10"), text);
        assertTrue(text.contains("0.55gemm 128x128x128 NN"), text);
        assertTrue(text.contains("2.20gemm 512x512x512 NN"), text);
    }

    @Test
    void disturbedFiguresAreMarked() throws IOException {
        String page = HtmlReport.page(MadeUp.everything());
        assertEquals(2, page.split("class=\"noisy\"", -1).length);
        assertTrue(page.contains("± 20 %"));
    }

    @Test
    void theCrossoverIsSaid() throws IOException {
        assertTrue(
                HtmlReport.page(MadeUp.everything())
                        .contains("weft opencl:0 is faster than the CPU from n = 512 on."));
    }

    @Test
    void withoutFontsThereAreTablesAndASentence() throws Exception {
        String text =
                HtmlReport.page(
                        MadeUp.everything(),
                        (drawing, id) -> {
                            throw new InternalError("no <fonts>");
                        });
        Document page = parse(text);
        assertEquals(0, count(page, "svg"));
        assertEquals(CHARTS, text.split("cannot draw text", -1).length - 1);
        assertTrue(count(page, "table") > 0);
    }

    @Test
    void aRunOfNothingIsAPageToo() throws Exception {
        assertEquals(0, count(parse(HtmlReport.page(MadeUp.run(List.of()))), "svg"));
    }

    /** XChart looks for the labels of some axes without end; it must not be asked for those. */
    @Test
    @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
    void chartsOfOddRunsAreDrawn() throws Exception {
        double[][] sizes = {{1}, {1, 1.5}, {1000, 1001, 1002}, {0.1, 0.2, 1e12}, {1, 2, 3}};
        double[][] micros = {{5, 5, 5}, {1e-3, 1, 1e12}, {5, 5 + 1e-9, 5 + 2e-9}};
        double[] work = {1, 1e6, 1e15, 1e-290};
        for (double[] size : sizes) {
            for (double[] micro : micros) {
                for (double flops : work) {
                    for (double bytes : work) {
                        String page = HtmlReport.page(odd(size, micro, flops, bytes));
                        assertTrue(count(parse(page), "svg") > 0, page);
                        assertFalse(page.contains("No chart"), page);
                        assertFalse(page.contains("NaN"), page);
                    }
                }
            }
        }
    }

    @Test
    void workWithoutBytesHasNoRoofline() {
        assertEquals(1, Roofline.of(odd(new double[] {1}, new double[] {5}, 1, 1)).size());
        assertEquals(List.of(), Roofline.of(odd(new double[] {1}, new double[] {5}, 1, 0)));
        assertEquals(List.of(), Roofline.of(odd(new double[] {1}, new double[] {5}, 0, 0)));
    }

    private static Run odd(double[] sizes, double[] micros, double flops, double bytes) {
        List<Figure> figures = new ArrayList<>();
        for (String suite : List.of("gemm", "kernels", "training")) {
            for (int i = 0; i < sizes.length; i++) {
                for (String library : List.of("weft cpu", "weft opencl:0", "mkl")) {
                    String what = suite + " " + i;
                    double ratio = library.equals("mkl") ? 1e6 : 1;
                    figures.add(
                            new Figure(
                                    suite, suite, what, sizes[i], library, 1, micros[i], 0, flops,
                                    bytes, ratio));
                }
            }
        }
        Run run = MadeUp.run(figures);
        return new Run(
                run.machine(),
                List.of(new Limits(1, 1e-60, 1e9)),
                run.devices(),
                run.peers(),
                run.figures());
    }
}
