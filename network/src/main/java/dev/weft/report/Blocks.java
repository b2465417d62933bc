package dev.weft.report;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Writes blocks into a page. */
final class Blocks {
    private static final Pattern NUMBER =
            Pattern.compile("[-+−±]?[\\d.,  ]*\\d[\\d.,  ]*(e-?\\d+)?( ?(%|s|ms|MB))?|NaN|–|");

    private static final int SHORT = 16;

    private final Page page;

    private Blocks(Page page) {
        this.page = page;
    }

    /** Writes all of them. */
    static void write(Page page, List<Block> all) {
        Blocks blocks = new Blocks(page);
        boolean beside = false;
        for (Block block : all) {
            // Pictures that follow each other lie beside each other.
            boolean picture =
                    block instanceof Block.Chart
                            || block instanceof Block.Confusion
                            || block instanceof Block.Reliability;
            if (picture != beside) {
                page.addRaw(picture ? "<div class=\"charts\">" : "</div>");
                beside = picture;
            }
            blocks.add(block);
        }
        if (beside) {
            page.addRaw("</div>");
        }
    }

    private void add(Block block) {
        switch (block) {
            case Block.Text text -> page.add("<p>%s</p>", text.text());
            case Block.Facts facts -> addFacts(facts.facts(), style(facts.facts()));
            case Block.Table table -> addTable(table);
            case Block.Listing listing -> page.add("<pre>%s</pre>", listing.text());
            case Block.Chart chart -> addChart(chart);
            case Block.Confusion confusion -> {
                open(confusion.title(), "Shade: the share of the examples of a row's class.");
                addPicture(Pictures.confusion(confusion));
                page.addRaw("</div></figure>");
            }
            case Block.Reliability reliability -> {
                double error = reliability.calibration().expectedError();
                open(
                        reliability.title(),
                        Double.isNaN(error)
                                ? ""
                                : "Expected calibration error %s; on the dashed line probabilities come true."
                                        .formatted(Pictures.percent(error)));
                addPicture(Pictures.reliability(reliability));
                page.addRaw("</div></figure>");
            }
            case Block.Mistakes mistakes -> addMistakes(mistakes);
        }
    }

    /**
     * Adds names and what they are.
     *
     * @param style of the list
     */
    private void addFacts(Map<String, String> facts, String style) {
        page.add("<dl class=\"%s\">", style);
        facts.forEach((name, value) -> page.add("<div><dt>%s</dt><dd>%s</dd></div>", name, value));
        page.addRaw("</dl>");
    }

    /** Short ones are in as many columns as there is room for. */
    private static String style(Map<String, String> facts) {
        boolean small = true;
        for (String value : facts.values()) {
            small &= value.length() <= SHORT;
        }
        return small ? "small" : "wide";
    }

    private void addTable(Block.Table table) {
        List<String> styles =
                IntStream.range(0, table.head().size())
                        .mapToObj(
                                column ->
                                        table.rows().stream()
                                                        .allMatch(
                                                                row ->
                                                                        NUMBER.matcher(
                                                                                        row.get(
                                                                                                column))
                                                                                .matches())
                                                ? ""
                                                : " class=\"text\"")
                        .toList();
        page.addRaw("<div class=\"scroll\"><table><thead><tr>");
        for (int i = 0; i < styles.size(); i++) {
            page.add("<th" + styles.get(i) + ">%s</th>", table.head().get(i));
        }
        page.addRaw("</tr></thead><tbody>");
        for (List<String> row : table.rows()) {
            page.addRaw("<tr>");
            for (int i = 0; i < styles.size(); i++) {
                String cell = i == 0 ? "th" : "td";
                page.add("<" + cell + styles.get(i) + ">%s</" + cell + ">", row.get(i));
            }
            page.addRaw("</tr>");
        }
        page.addRaw("</tbody></table></div>");
    }

    private void open(String title, String caption) {
        page.add("<figure><figcaption>%s", title);
        if (!caption.isEmpty()) {
            page.add("<p>%s</p>", caption);
        }
        page.addRaw("</figcaption>");
    }

    private void addPicture(String svg) {
        page.addRaw("<div class=\"chart\">" + svg);
    }

    private void addChart(Block.Chart chart) {
        open(chart.title(), chart.caption());
        addPicture(Pictures.chart(chart));
        page.addRaw("<ul>");
        for (int i = 0; i < chart.lines().size(); i++) {
            Line line = chart.lines().get(i);
            if (!line.name().isEmpty()) {
                page.add(
                        "<li><span style=\"color:%s\">%s</span> %s</li>",
                        Pictures.color(chart, i), letter(line.style()), line.name());
            }
        }
        page.addRaw("</ul></div></figure>");
    }

    private static String letter(Line.Style style) {
        return switch (style) {
            case SOLID -> "━";
            case DASHED -> "╍";
            case POINTS -> "●";
        };
    }

    private void addMistakes(Block.Mistakes mistakes) {
        page.addRaw("<div class=\"mistakes\">");
        for (Block.Mistake mistake : mistakes.mistakes()) {
            page.addRaw("<figure>");
            Picture picture = mistake.picture();
            if (picture != null) {
                page.add("<img alt=\"%s\" src=\"%s\"/>", mistake.caption(), picture.source());
            }
            page.add("<figcaption>%s</figcaption>", mistake.caption());
            if (!mistake.row().isEmpty()) {
                addFacts(mistake.row(), "row");
            }
            page.addRaw("</figure>");
        }
        page.addRaw("</div>");
    }
}
