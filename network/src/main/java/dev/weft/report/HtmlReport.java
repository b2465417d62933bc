package dev.weft.report;

import dev.weft.io.AtomicFile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A run as one page, {@code report.html}: it needs nothing beside it, and is XML as well as HTML.
 */
public final class HtmlReport {
    private HtmlReport() {}

    /**
     * Writes the page, beside the target and then into place.
     *
     * @throws IOException where that fails; what was there is left
     */
    public static void write(Report report, Path path) throws IOException {
        byte[] page = page(report).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(path, stream -> stream.write(page));
    }

    /** The page's text. */
    public static String page(Report report) throws IOException {
        Page page =
                new Page(report.title() + " – Weft", Page.resource(HtmlReport.class, "run.css"));
        page.add("<header><h1><b>Weft</b> %s</h1>", report.title());
        if (!report.summary().isEmpty()) {
            page.add("<p>%s</p>", report.summary());
        }
        List<Report.Section> sections =
                report.sections().stream().filter(s -> !s.blocks().isEmpty()).toList();
        page.addRaw("<nav>");
        for (int i = 0; i < sections.size(); i++) {
            page.add("<a href=\"#section%s\">%s</a>", "" + (i + 1), sections.get(i).title());
        }
        page.addRaw("</nav></header>");
        for (int i = 0; i < sections.size(); i++) {
            page.add(
                    "<section id=\"section%s\"><h2>%s</h2>", "" + (i + 1), sections.get(i).title());
            Blocks.write(page, sections.get(i).blocks());
            page.addRaw("</section>");
        }
        return page.close();
    }
}
