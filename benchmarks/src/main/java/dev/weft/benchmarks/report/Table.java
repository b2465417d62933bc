package dev.weft.benchmarks.report;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/**
 * A run on a terminal: a table for each family, with what was done down the side and who did it
 * along the top. Up to four libraries fit 120 columns.
 */
public final class Table {
    private static final int COLUMNS = 120;
    private static final int TIME = 9;
    private static final int RATE = 8;
    private static final int NARROWEST = 12;
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

    private void print(Family family) {
        List<String> libraries = family.libraries();
        Optional<Figure.Unit> unit = family.rows().getFirst().figures().getFirst().unit();
        int rate = unit.isPresent() ? RATE : 0;
        List<Integer> widths =
                libraries.stream().map(name -> Math.max(TIME + 1 + rate, name.length())).toList();
        String device = family.devices().stream().findFirst().orElse(libraries.getFirst());
        boolean limited =
                family.rows().stream()
                        .flatMap(row -> row.by(device).stream())
                        .anyMatch(figure -> !Double.isNaN(run.ofLimit(figure)));
        boolean peers = family.hasPeers();
        int used = widths.stream().mapToInt(width -> width + 2).sum();
        used += (limited ? 9 : 0) + (peers ? 11 : 0);
        int longest = family.rows().stream().mapToInt(row -> row.what().length()).max().orElse(0);
        int first = Math.min(longest, Math.max(NARROWEST, COLUMNS - used));

        out.println();
        out.println(
                family.title()
                        + unit.map(u -> "; time, " + u.symbol()).orElse("; time")
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
                String cell = row.by(libraries.get(i)).map(f -> cell(f, rate)).orElse("");
                line.append("  ").append(right(cell, widths.get(i)));
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
    }

    private String cell(Figure figure, int rateWidth) {
        boolean noisy = figure.spread() > Amounts.NOISY;
        disturbed |= noisy;
        String time = (noisy ? DISTURBED : "") + Amounts.time(figure.micros());
        return rateWidth == 0 ? time : time + " " + right(Amounts.digits(figure.rate()), rateWidth);
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
