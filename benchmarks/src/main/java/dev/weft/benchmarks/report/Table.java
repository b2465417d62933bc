package dev.weft.benchmarks.report;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A run on a terminal: a table for each family, with what was done down the side and who did it
 * along the top, and the geometric mean of the times beside the first device's below. Up to four
 * libraries fit 120 columns.
 */
public final class Table {
    private static final int COLUMNS = 120;
    private static final int TIME = 9;
    private static final int RATE = 9;
    private static final String MEAN = "geometric mean";
    private static final String DISTURBED = "~";

    private final Run run;
    private final PrintWriter out;
    private boolean disturbed;

    private Table(Run run, PrintWriter out) {
        this.run = run;
        this.out = out;
    }

    /** Prints all of them. */
    public static void print(Run run, PrintWriter out) {
        Table table = new Table(run, out);
        run.families().forEach(table::print);
        if (table.disturbed) {
            out.printf(
                    "%n%s: the middle half of the rounds differed by more than %s%n",
                    DISTURBED, Amounts.percent(Amounts.NOISY));
        }
    }

    /**
     * What stands in each cell.
     *
     * @param title of what it is, in the line above a table
     */
    private record Part(String title, int width, Function<Figure, String> text) {}

    private List<Part> parts(Family family) {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("time", TIME, this::time));
        family.rows()
                .getFirst()
                .figures()
                .getFirst()
                .unit()
                .map(unit -> new Part(unit.symbol(), RATE, f -> Amounts.digits(f.rate())))
                .ifPresent(parts::add);
        if (family.rows().stream().anyMatch(Family.Row::isOfSeveralTypes)) {
            parts.add(new Part("MB", RATE, f -> Amounts.digits(f.bytes() * 1e-6)));
        }
        if (family.rows().stream().flatMap(r -> r.figures().stream()).anyMatch(Table::isJudged)) {
            parts.add(
                    new Part(
                            "error in roundoffs",
                            RATE,
                            f -> isJudged(f) ? Amounts.digits(f.error()) : ""));
        }
        return parts;
    }

    private static boolean isJudged(Figure figure) {
        return Double.isFinite(figure.error());
    }

    private void print(Family family) {
        List<String> libraries = family.libraries();
        Optional<Figure.Unit> unit = family.rows().getFirst().figures().getFirst().unit();
        List<Part> parts = parts(family);
        int cell = parts.stream().mapToInt(part -> part.width).sum();
        List<Integer> widths =
                libraries.stream().map(name -> Math.max(cell, name.length())).toList();
        String device = family.devices().stream().findFirst().orElse(libraries.getFirst());
        boolean limited =
                family.rows().stream()
                        .flatMap(row -> row.by(device).stream())
                        .anyMatch(figure -> !Double.isNaN(run.ofLimit(figure)));
        boolean peers = family.hasPeers();
        int used = widths.stream().mapToInt(width -> width + 2).sum();
        used += (limited ? 9 : 0) + (peers ? 11 : 0);
        int longest = family.rows().stream().mapToInt(row -> row.what().length()).max().orElse(0);
        boolean averaged = family.rows().size() > 1 && libraries.size() > 1;
        longest = averaged ? Math.max(longest, MEAN.length()) : longest;
        int first = Math.min(longest, Math.max(MEAN.length(), COLUMNS - used));

        out.println();
        out.println(
                family.title()
                        + "; "
                        + parts.stream().map(Part::title).collect(Collectors.joining(", "))
                        + (limited || peers ? "; of " + device + ":" : "")
                        + (limited ? " % of " + unit.map(Figure.Unit::limit).orElse("") : "")
                        + (limited && peers ? "," : "")
                        + (peers ? " best peer's time over its" : ""));
        StringBuilder head = new StringBuilder(" ".repeat(first));
        for (int i = 0; i < libraries.size(); i++) {
            head.append("  ").append(right(libraries.get(i), widths.get(i)));
        }
        head.append(limited ? right("limit", 9) : "").append(peers ? right("best peer", 11) : "");
        out.println(head);
        for (Family.Row row : family.rows()) {
            StringBuilder line = new StringBuilder();
            if (row.what().length() > first) {
                out.println(row.what());
                line.append(" ".repeat(first));
            } else {
                line.append(left(row.what(), first));
            }
            for (int i = 0; i < libraries.size(); i++) {
                String text = row.by(libraries.get(i)).map(f -> cell(f, parts)).orElse("");
                line.append("  ").append(right(text, widths.get(i)));
            }
            Optional<Figure> weft = row.by(device);
            if (limited) {
                line.append(right(percent(weft.map(run::ofLimit).orElse(Double.NaN)), 9));
            }
            if (peers) {
                line.append(right(ratio(weft.map(row::ratioToBestPeer).orElse(Double.NaN)), 11));
            }
            out.println(line.toString().stripTrailing());
        }
        if (averaged) {
            StringBuilder line = new StringBuilder(left(MEAN, first));
            for (int i = 0; i < libraries.size(); i++) {
                double mean = family.toFirstDevice(libraries.get(i)).geometricMean();
                line.append("  ").append(right("x " + ratio(mean), widths.get(i)));
            }
            line.append(limited ? " ".repeat(9) : "");
            line.append(peers ? right(ratio(family.toBestPeer(device).geometricMean()), 11) : "");
            out.println(line.toString().stripTrailing());
        }
    }

    private static String cell(Figure figure, List<Part> parts) {
        StringBuilder cell = new StringBuilder(parts.getFirst().text.apply(figure));
        for (Part part : parts.subList(1, parts.size())) {
            cell.append(right(part.text.apply(figure), part.width));
        }
        return cell.toString();
    }

    private String time(Figure figure) {
        boolean noisy = figure.spread() > Amounts.NOISY;
        disturbed |= noisy;
        return (noisy ? DISTURBED : "") + Amounts.time(figure.micros());
    }

    private static String percent(double fraction) {
        return Double.isNaN(fraction) ? "" : Amounts.percent(fraction);
    }

    private static String ratio(double ratio) {
        return Double.isNaN(ratio) ? "" : Amounts.digits(ratio);
    }

    private static String left(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
