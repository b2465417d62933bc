package dev.weft.benchmarks.report;

import dev.weft.benchmarks.machine.Limits;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What became faster or slower between two runs, figure by figure.
 *
 * @param differences what was not the same when they were made: where there is any, times do not
 *     compare
 * @param changes figures that both have
 * @param onlyOld those that only the earlier run has
 * @param onlyNew those that only the later run has
 */
public record RunComparison(
        List<Difference> differences,
        List<Change> changes,
        List<Figure> onlyOld,
        List<Figure> onlyNew) {
    private static final int WIDEST = 60;

    /** Something that was not the same. */
    record Difference(String what, String before, String after) {}

    /**
     * One figure in both runs.
     *
     * @param peersBefore the best peer's time over Weft's, in the earlier run; NaN for a peer, or
     *     without one
     * @param peersAfter the same in the later run
     */
    record Change(Figure before, Figure after, double peersBefore, double peersAfter) {
        /** How many times as fast it is now. */
        double speedUp() {
            return before.micros() / after.micros();
        }

        /** Whether the two differ by less than the rounds of one of them do. */
        boolean isNoise() {
            double spread =
                    Math.max(spread(before) * before.micros(), spread(after) * after.micros());
            return Math.abs(after.micros() - before.micros()) <= spread;
        }

        private static double spread(Figure figure) {
            return Double.isNaN(figure.spread()) ? 0 : figure.spread();
        }
    }

    private record Key(String what, String library, int threads) {}

    /** Compares an earlier run with a later one. */
    public static RunComparison of(Run before, Run after) {
        Map<Key, Figure> old = new LinkedHashMap<>();
        before.figures().forEach(figure -> old.put(key(figure), figure));
        Map<Key, Double> peersBefore = toBestPeers(before);
        Map<Key, Double> peersAfter = toBestPeers(after);
        List<Change> changes = new ArrayList<>();
        List<Figure> onlyNew = new ArrayList<>();
        for (Figure figure : after.figures()) {
            Key key = key(figure);
            Figure earlier = old.remove(key);
            if (earlier == null) {
                onlyNew.add(figure);
            } else {
                changes.add(
                        new Change(
                                earlier,
                                figure,
                                peersBefore.getOrDefault(key, Double.NaN),
                                peersAfter.getOrDefault(key, Double.NaN)));
            }
        }
        return new RunComparison(
                differences(before, after), changes, List.copyOf(old.values()), onlyNew);
    }

    private static Key key(Figure figure) {
        return new Key(figure.what(), figure.library(), figure.threads());
    }

    private static Map<Key, Double> toBestPeers(Run run) {
        Map<Key, Double> ratios = new LinkedHashMap<>();
        for (Family.Row row : run.rows().values()) {
            row.figures().stream()
                    .filter(figure -> Family.isWeft(figure.library()))
                    .forEach(weft -> ratios.put(key(weft), row.ratioToBestPeer(weft)));
        }
        return ratios;
    }

    private static List<Difference> differences(Run before, Run after) {
        return List.of(
                        new Difference("cpu", before.machine().cpu(), after.machine().cpu()),
                        new Difference(
                                "processors",
                                String.valueOf(before.machine().processors()),
                                String.valueOf(after.machine().processors())),
                        new Difference("os", before.machine().os(), after.machine().os()),
                        new Difference("jdk", before.machine().jdk(), after.machine().jdk()),
                        new Difference("flags", before.machine().flags(), after.machine().flags()),
                        new Difference("threads", threads(before), threads(after)),
                        new Difference("devices", devices(before), devices(after)))
                .stream()
                .filter(difference -> !difference.before.equals(difference.after))
                .toList();
    }

    private static String threads(Run run) {
        return run.limits().stream().map(Limits::threads).toList().toString();
    }

    private static String devices(Run run) {
        return run.devices().stream()
                .map(device -> device.selector() + " (" + device.description() + ")")
                .toList()
                .toString();
    }

    // ---- printing

    /** Prints what became faster or slower, and what cannot be compared. */
    public void print(PrintWriter out) {
        if (!differences.isEmpty()) {
            out.println("The runs were not made alike; times do not compare, ratios to peers may:");
            for (Difference difference : differences) {
                out.printf("  %s%n", difference.what);
                out.printf("    old: %s%n", difference.before);
                out.printf("    new: %s%n", difference.after);
            }
        }
        Map<String, List<Change>> families = grouped(changes);
        families.forEach((title, group) -> print(out, title, group));
        printMeans(out, families);
        printMissing(out, "old", onlyOld);
        printMissing(out, "new", onlyNew);
        if (changes.isEmpty()) {
            out.println("The runs have no figure in common.");
        }
    }

    private static Map<String, List<Change>> grouped(List<Change> changes) {
        Map<String, List<Change>> families = new LinkedHashMap<>();
        for (Change change : changes) {
            Figure figure = change.after;
            String title =
                    new Family(figure.suite(), figure.family(), figure.threads(), List.of())
                            .title();
            families.computeIfAbsent(title, t -> new ArrayList<>()).add(change);
        }
        return families;
    }

    private static void print(PrintWriter out, String title, List<Change> changes) {
        int longest = width(changes.stream().map(change -> change.after.what()));
        int library = width(changes.stream().map(change -> change.after.library()));
        String columns = "%-" + longest + "s  %-" + library + "s  %9s  %9s  %s";
        out.printf("%n%s%n", title);
        out.printf((columns + "%n").formatted("", "", "old", "new", "change"));
        for (Change change : changes) {
            StringBuilder said = new StringBuilder(verdict(change.speedUp()));
            if (change.isNoise()) {
                said.append(" (noise)");
            }
            if (!Double.isNaN(change.peersBefore) && !Double.isNaN(change.peersAfter)) {
                said.append("; best peer's time over its ")
                        .append(Amounts.digits(change.peersBefore))
                        .append(" -> ")
                        .append(Amounts.digits(change.peersAfter));
            }
            if (!Double.isNaN(change.before.error()) && !Double.isNaN(change.after.error())) {
                said.append("; error in roundoffs ")
                        .append(Amounts.digits(change.before.error()))
                        .append(" -> ")
                        .append(Amounts.digits(change.after.error()));
            }
            out.println(
                    columns.formatted(
                            change.after.what(),
                            change.after.library(),
                            Amounts.time(change.before.micros()),
                            Amounts.time(change.after.micros()),
                            said));
        }
    }

    /** A column's, which one name of a million letters does not make as wide. */
    private static int width(Stream<String> names) {
        return Math.clamp(names.mapToInt(String::length).max().orElse(0), 1, WIDEST);
    }

    private static String verdict(double speedUp) {
        double times = Math.max(speedUp, 1 / speedUp);
        if (times < 1.005) {
            return "the same";
        }
        return Amounts.digits(times) + "x " + (speedUp > 1 ? "faster" : "slower");
    }

    private void printMeans(PrintWriter out, Map<String, List<Change>> families) {
        if (changes.isEmpty()) {
            return;
        }
        out.printf("%ngeometric means%n");
        Map<String, List<Change>> suites = new LinkedHashMap<>();
        for (Change change : changes) {
            suites.computeIfAbsent("suite " + change.after.suite(), s -> new ArrayList<>())
                    .add(change);
        }
        suites.forEach((title, group) -> printMeans(out, title, group));
        families.forEach((title, group) -> printMeans(out, title, group));
    }

    private static void printMeans(PrintWriter out, String title, List<Change> changes) {
        Map<String, List<Ratios.Named>> libraries = new LinkedHashMap<>();
        for (Change change : changes) {
            libraries
                    .computeIfAbsent(change.after.library(), name -> new ArrayList<>())
                    .add(new Ratios.Named(change.after.what(), change.speedUp()));
        }
        libraries.forEach(
                (library, ratios) ->
                        out.printf(
                                "  %s: %s is %s, of %s%n",
                                title,
                                library,
                                verdict(new Ratios(ratios).geometricMean()),
                                count(ratios.size())));
    }

    private static void printMissing(PrintWriter out, String run, List<Figure> figures) {
        if (figures.isEmpty()) {
            return;
        }
        out.printf("%nonly in the %s run, %s%n", run, count(figures.size()));
        Map<String, String> lines =
                figures.stream()
                        .collect(
                                Collectors.groupingBy(
                                        figure ->
                                                figure.what()
                                                        + ", on "
                                                        + Family.threads(figure.threads()),
                                        LinkedHashMap::new,
                                        Collectors.mapping(
                                                Figure::library, Collectors.joining(", "))));
        lines.forEach((what, libraries) -> out.printf("  %s: %s%n", what, libraries));
    }

    private static String count(int figures) {
        return figures == 1 ? "1 figure" : figures + " figures";
    }
}
