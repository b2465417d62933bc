package dev.weft.benchmarks.report;

import dev.weft.backend.DeviceInfo;
import dev.weft.benchmarks.machine.Limits;
import dev.weft.benchmarks.machine.Machine;
import dev.weft.benchmarks.report.Charts.Drawing;
import dev.weft.benchmarks.report.Charts.Section;
import dev.weft.io.AtomicFile;
import dev.weft.report.Page;

import java.awt.AWTError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run as one page, {@code report.html}: it needs nothing beside it, and is XML as well as HTML.
 */
public final class HtmlReport {
    private final Run run;
    private final Painter painter;
    private final Page page;

    /** Draws a chart as SVG. */
    @FunctionalInterface
    interface Painter {
        String paint(Drawing drawing, String id) throws IOException;
    }

    private HtmlReport(Run run, Painter painter) throws IOException {
        this.run = run;
        this.painter = painter;
        Machine machine = run.machine();
        page =
                new Page(
                        "Weft benchmarks, %s, %s".formatted(machine.cpu(), machine.date()),
                        Page.resource(HtmlReport.class, "benchmarks.css"));
    }

    /** Writes the page; without charts where the machine has no fonts to draw with. */
    public static void write(Run run, Path path) throws IOException {
        byte[] page = page(run).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(path, stream -> stream.write(page));
    }

    static String page(Run run) throws IOException {
        return page(run, (drawing, id) -> Svg.of(drawing.chart().get(), id, drawing.title()));
    }

    static String page(Run run, Painter painter) throws IOException {
        return new HtmlReport(run, painter).page();
    }

    private String page() throws IOException {
        addHeading(run.machine());
        addSummary();
        addCharts();
        addTables();
        addFooter();
        return page.close();
    }

    // ---- what it ran on

    private void addHeading(Machine machine) {
        add("<header><h1><b>Weft</b> benchmarks</h1>");
        addRaw(
                "<nav><a href=\"#summary\">Summary</a><a href=\"#charts\">Charts</a>"
                        + "<a href=\"#figures\">All figures</a></nav><dl>");
        addFact("Processor", machine.cpu() + ", " + machine.processors() + " for Java");
        if (!machine.caches().isEmpty()) {
            addFact("Caches", joined(machine.caches()));
        }
        if (!machine.clocks().isEmpty()) {
            addFact("Clocks", joined(machine.clocks()));
        }
        for (Limits limits : run.limits()) {
            addFact(
                    "Limits, " + Family.threads(limits.threads()),
                    "FMA peak %s GFLOP/s, memory bandwidth %s GB/s, both measured at the start"
                            .formatted(
                                    Amounts.digits(limits.gflops()), Amounts.digits(limits.gbs())));
        }
        addFact("System", machine.os());
        addFact("Java", machine.jdk());
        if (!machine.flags().isEmpty()) {
            addFact("Flags", machine.flags());
        }
        addFact("Revision", machine.revision());
        addFact("Date", machine.date().toString());
        for (DeviceInfo device : run.devices()) {
            addFact(
                    "weft " + device.selector(),
                    device.description() + "; " + joined(device.properties()));
        }
        for (String peer : run.peers()) {
            String[] parts = peer.split(": ", 2);
            addFact(parts[0], parts.length == 2 ? parts[1] : "");
        }
        add("</dl></header>");
    }

    private void addFact(String name, String value) {
        add("<dt>%s</dt><dd>%s</dd>", name, value);
    }

    private static String joined(Map<String, String> facts) {
        return String.join(
                ", ", facts.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
    }

    // ---- ratios to the best peers

    private void addSummary() {
        add("<section id=\"summary\"><h2>Summary</h2>");
        List<Family> families = run.families().stream().filter(Family::hasPeers).toList();
        if (families.isEmpty()) {
            add("<p>There is no summary: no other library was measured beside Weft.</p></section>");
            return;
        }
        add("<p>The fastest other library’s time over Weft’s: above 1, Weft is faster.</p>");
        addRaw(
                "<div class=\"scroll summary\"><table><thead><tr><th>family</th><th"
                        + " class=\"text\">suite</th><th"
                        + " class=\"text\">device</th><th>threads</th><th>pieces</th><th>geometric"
                        + " mean</th><th>worst</th><th>best</th></tr></thead><tbody>");
        for (Family family : families) {
            for (String device : family.devices()) {
                Ratios ratios = family.toBestPeer(device);
                if (!ratios.isEmpty()) {
                    addSummary(family, device, ratios);
                }
            }
        }
        add("</tbody></table></div></section>");
    }

    private void addSummary(Family family, String device, Ratios ratios) {
        add(
                "<tr><th>%s</th><td class=\"text\">%s</td><td class=\"text\">%s</td>"
                        + "<td>%s</td><td>%s</td>",
                family.name(),
                family.suite(),
                device,
                String.valueOf(family.threads()),
                String.valueOf(ratios.all().size()));
        double mean = ratios.geometricMean();
        add("<td class=\"" + goodOrBad(mean) + "\"><b>%s</b></td>", Amounts.digits(mean));
        for (Ratios.Named ratio : List.of(ratios.worst(), ratios.best())) {
            add(
                    "<td class=\"" + goodOrBad(ratio.value()) + "\">%s<small>%s</small></td>",
                    Amounts.digits(ratio.value()),
                    ratio.what());
        }
        add("</tr>");
    }

    private static String goodOrBad(double ratio) {
        return ratio >= 1 ? "good" : "bad";
    }

    // ---- charts

    private void addCharts() throws IOException {
        List<Drawing> drawings = Charts.of(run);
        add("<div id=\"charts\">");
        int count = 0;
        for (Section section : Section.values()) {
            List<Drawing> part = drawings.stream().filter(d -> d.section() == section).toList();
            if (part.isEmpty()) {
                continue;
            }
            boolean wide = section == Section.ROOFLINE;
            add("<section><h2>%s</h2>", section.title());
            add("<div class=\"charts" + (wide ? " wide" : "") + "\">");
            for (Drawing drawing : part) {
                count++;
                add("<figure><figcaption>%s", drawing.title());
                if (!drawing.caption().isEmpty()) {
                    add("<p>%s</p>", drawing.caption());
                }
                add("</figcaption>");
                addChart(drawing, "chart" + count);
                add("</figure>");
            }
            add("</div>");
            if (wide) {
                Roofline.of(run).forEach(this::addPoints);
            }
            add("</section>");
        }
        add("</div>");
    }

    private void addChart(Drawing drawing, String id) throws IOException {
        String svg;
        try {
            svg = painter.paint(drawing, id);
        } catch (LinkageError | AWTError | InternalError | RuntimeException e) {
            // On a machine without fontconfig AWT fails in any of these ways.
            add(
                    "<p class=\"faint\">No chart: the machine that wrote this page cannot draw text"
                            + " (%s); install fontconfig there.</p>",
                    e.toString());
            return;
        }
        addRaw("<div class=\"chart\">" + svg + "<ul>");
        for (Palette.Key key : drawing.legend()) {
            add(
                    "<li><span style=\"color:%s\">%s</span> %s</li>",
                    key.color(), key.letter(), key.name());
        }
        add("</ul></div>");
    }

    private void addPoints(Roofline roofline) {
        add("<details><summary>The points: %s</summary>", roofline.title());
        addRaw(
                "<div class=\"scroll\"><table><thead><tr><th>what</th><th>operations/byte</th>"
                        + "<th>GFLOP/s</th><th>of the roof</th></tr></thead><tbody>");
        for (Figure point : roofline.points()) {
            double intensity = Roofline.intensity(point);
            double gflops = Roofline.gflops(point);
            add(
                    "<tr><th>%s</th><td>%s</td><td>%s</td><td>%s</td></tr>",
                    point.what(),
                    Amounts.digits(intensity),
                    Amounts.digits(gflops),
                    Amounts.percent(gflops / roofline.roof(intensity)));
        }
        add("</tbody></table></div></details>");
    }

    // ---- tables

    private void addTables() {
        add("<section id=\"figures\"><h2>All figures</h2>");
        add(
                "<p>In each cell: the time, the work for each second and its share of the"
                    + " processor’s measured limit, and the library’s time over the first device’s."
                    + " The fastest other library is marked ★, the fastest of all has a background,"
                    + " and where the middle half of the rounds differs by more than %s, ± says by"
                    + " how much. Of sums the error is how far the result is off at most, in"
                    + " roundoffs of the type times what its summands come to without their signs."
                    + " Where types are compared, the megabytes of all operands stand in each"
                    + " cell.</p>",
                Amounts.percent(Amounts.NOISY));
        run.families().forEach(this::addTable);
        add("</section>");
    }

    private void addTable(Family family) {
        List<String> libraries = family.libraries();
        add("<details open=\"open\"><summary>%s</summary>", family.title());
        add("<div class=\"scroll\"><table><thead><tr><th>what</th>");
        for (String library : libraries) {
            add("<th" + (Family.isWeft(library) ? " class=\"weft\"" : "") + ">%s</th>", library);
        }
        add("</tr></thead><tbody>");
        for (Family.Row row : family.rows()) {
            add("<tr><th>%s</th>", row.what());
            for (String library : libraries) {
                Optional<Figure> figure = row.by(library);
                if (figure.isPresent()) {
                    addCell(row, figure.get());
                } else {
                    add("<td></td>");
                }
            }
            add("</tr>");
        }
        add("</tbody></table></div></details>");
    }

    private void addCell(Family.Row row, Figure figure) {
        boolean fastest = row.figures().stream().allMatch(f -> f.ratio() >= figure.ratio());
        boolean contested = row.figures().size() > 1;
        boolean bestPeer = row.bestPeer().filter(figure::equals).isPresent();
        add(
                "<td" + (fastest && contested ? " class=\"best\"" : "") + ">%s",
                time(figure, bestPeer));
        Optional<Figure.Unit> unit = figure.unit();
        if (unit.isPresent()) {
            double ofLimit = run.ofLimit(figure);
            add(
                    "<small>%s %s%s</small>",
                    Amounts.digits(figure.rate()),
                    unit.get().symbol(),
                    Double.isNaN(ofLimit) ? "" : ", " + Amounts.percent(ofLimit));
        }
        if (contested && Double.isFinite(figure.ratio())) {
            add("<small>× %s</small>", Amounts.digits(figure.ratio()));
        }
        if (Double.isFinite(figure.error())) {
            add("<small>error %s</small>", Amounts.digits(figure.error()));
        }
        if (row.isOfSeveralTypes()) {
            add("<small>%s MB</small>", Amounts.digits(figure.bytes() * 1e-6));
        }
        if (figure.spread() > Amounts.NOISY) {
            add("<small class=\"noisy\">± %s</small>", Amounts.percent(figure.spread() / 2));
        }
        add("</td>");
    }

    private static String time(Figure figure, boolean bestPeer) {
        return (bestPeer ? "★ " : "") + Amounts.time(figure.micros());
    }

    private void addFooter() {
        add(
                "<footer><p>Libraries take turns within a run, and a time is the median of their"
                    + " rounds; a ratio is the median of the rounds’ ratios. Results are checked"
                    + " before anything is timed.</p></footer>");
    }

    // ---- text

    private void add(String html, String... values) {
        page.add(html, values);
    }

    private void addRaw(String html) {
        page.addRaw(html);
    }
}
