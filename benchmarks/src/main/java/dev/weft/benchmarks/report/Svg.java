package dev.weft.benchmarks.report;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;

import dev.weft.report.Html;

import org.knowm.xchart.XYChart;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A chart as an element of a page. Its letters are outlines: it needs no fonts where it is read.
 */
final class Svg {
    private static final Pattern CLIP = Pattern.compile("clip\\d+");
    private static final Pattern TINY = Pattern.compile("-?\\d+\\.\\d+E-\\d+");
    private static final Pattern DECIMALS = Pattern.compile("(\\d\\.\\d)\\d+");

    private Svg() {}

    /**
     * Paints a chart.
     *
     * @param id unique in the page
     * @param title what it shows, for those who cannot see it
     */
    static String of(XYChart chart, String id, String title) throws IOException {
        VectorGraphics2D graphics = new VectorGraphics2D();
        chart.paint(graphics, chart.getWidth(), chart.getHeight());
        Document document =
                Processors.get("svg")
                        .getDocument(
                                graphics.getCommands(),
                                new PageSize(0, 0, chart.getWidth(), chart.getHeight()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        document.writeTo(bytes);
        String text = bytes.toString(StandardCharsets.UTF_8);
        // From behind the file's own root element to its end.
        String content = text.substring(text.indexOf('>', text.indexOf("<svg")) + 1);
        return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s"><title>%s</title>%s
        """
                .formatted(
                        chart.getWidth(),
                        chart.getHeight(),
                        Html.escape(title),
                        Html.escape(title),
                        shorten(rename(content, id)));
    }

    /** What is referred to is called after the chart: a number, in the order of the text. */
    private static String rename(String content, String id) {
        Map<String, String> names = new LinkedHashMap<>();
        return CLIP.matcher(content)
                .replaceAll(
                        found ->
                                Matcher.quoteReplacement(
                                        names.computeIfAbsent(
                                                found.group(), n -> id + "-" + names.size())));
    }

    /** Tenths of a pixel are enough. */
    private static String shorten(String content) {
        String rounded = TINY.matcher(content).replaceAll("0");
        return DECIMALS.matcher(rounded).replaceAll("$1").replaceAll(">\\s+<", "><").strip();
    }
}
