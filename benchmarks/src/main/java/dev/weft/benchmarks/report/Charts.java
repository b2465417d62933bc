package dev.weft.benchmarks.report;

import dev.weft.benchmarks.machine.Limits;

import org.knowm.xchart.XYChart;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Which charts a run's page has: none for what was not measured. */
final class Charts {
    /** From so many sizes on a family is a line; fewer are bars. */
    private static final int LINE = 3;

    private final Run run;
    private final Palette palette;
    private final List<Drawing> drawings = new ArrayList<>();

    /** The parts of the page. */
    enum Section {
        PRODUCTS("Matrix products and dense layers"),
        ROOFLINE("Rooflines"),
        TRAINING("Training"),
        KERNELS("Kernels that memory limits"),
        CROSSOVER("From which size on another device pays");

        private final String title;

        Section(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /**
     * A chart to be drawn.
     *
     * @param caption a sentence to stand above it, or nothing
     * @param legend what its colors and shapes mean
     * @param chart what draws it; fails where the machine cannot draw text
     */
    record Drawing(
            Section section,
            String title,
            String caption,
            List<Palette.Key> legend,
            Supplier<XYChart> chart) {}

    private Charts(Run run) {
        this.run = run;
        this.palette = new Palette(run);
    }

    static List<Drawing> of(Run run) {
        Charts charts = new Charts(run);
        run.families().forEach(charts::addFamily);
        Roofline.of(run).forEach(charts::addRoofline);
        return charts.drawings;
    }

    private void addFamily(Family family) {
        switch (family.suite()) {
            case "gemm", "dense" -> {
                if (sizes(family).length >= LINE) {
                    addRatesOverSizes(family);
                } else {
                    addBars(Section.PRODUCTS, family);
                }
            }
            case "kernels" -> addBars(Section.KERNELS, family);
            case "training" -> addSteps(family);
            default -> {
                // Startup and launches: a table says it all.
            }
        }
        Crossover.of(family).forEach(this::addCrossover);
    }

    private void addRatesOverSizes(Family family) {
        double limit = limit(family, Figure.Unit.GFLOPS);
        add(
                Section.PRODUCTS,
                family.title(),
                limitSentence(limit, Figure.Unit.GFLOPS),
                lines(family),
                () ->
                        Plot.overSizes(
                                "n",
                                Figure.Unit.GFLOPS.symbol(),
                                sizes(family),
                                overSizes(family, Figure::rate),
                                limit,
                                palette));
    }

    private void addBars(Section section, Family family) {
        Optional<Figure.Unit> unit = family.rows().getFirst().figures().getFirst().unit();
        List<Family.Row> rows =
                family.rows().stream()
                        .filter(row -> row.figures().getFirst().unit().equals(unit))
                        .toList();
        if (unit.isEmpty() || rows.size() < 2) {
            return;
        }
        double limit = limit(family, unit.get());
        add(
                section,
                family.title(),
                limitSentence(limit, unit.get()),
                family.libraries().stream().map(palette::bar).toList(),
                () ->
                        Plot.bars(
                                unit.get().symbol(),
                                names(rows),
                                series(family.libraries(), rows, Figure::rate),
                                limit,
                                palette));
    }

    private void addSteps(Family family) {
        if (sizes(family).length > 1) {
            add(
                    Section.TRAINING,
                    family.title(),
                    "Steps for each second: higher is better.",
                    lines(family),
                    () ->
                            Plot.overSizesLog(
                                    "batch",
                                    "steps/s",
                                    sizes(family),
                                    overSizes(family, figure -> 1e6 / figure.micros()),
                                    palette));
        }
    }

    private void addRoofline(Roofline roofline) {
        add(
                Section.ROOFLINE,
                roofline.title(),
                "The roof is the measured FMA peak, %s GFLOP/s, and bandwidth, %s GB/s. What stays in caches may lie above the slope. Points without room for a name are in the table below."
                        .formatted(
                                Amounts.digits(roofline.limits().gflops()),
                                Amounts.digits(roofline.limits().gbs())),
                roofline.legend(palette),
                () -> roofline.chart(palette));
    }

    private void addCrossover(Crossover crossover) {
        double[] sizes = crossover.points().stream().mapToDouble(Crossover.Point::size).toArray();
        List<Plot.Series> speedUps =
                List.of(
                        new Plot.Series(
                                crossover.device(),
                                crossover.points().stream()
                                        .map(Crossover.Point::speedUp)
                                        .toList()));
        add(
                Section.CROSSOVER,
                crossover.device() + ": " + crossover.family().title(),
                crossover.sentence() + ".",
                List.of(palette.line(crossover.device())),
                () ->
                        Plot.overSizes(
                                crossover.axis(), "times as fast", sizes, speedUps, 1, palette));
    }

    private void add(
            Section section,
            String title,
            String caption,
            List<Palette.Key> legend,
            Supplier<XYChart> chart) {
        drawings.add(new Drawing(section, title, caption, legend, chart));
    }

    private List<Palette.Key> lines(Family family) {
        return family.libraries().stream().map(palette::line).toList();
    }

    /** The limit of the processor, where anybody in the family computes on it. */
    private double limit(Family family, Figure.Unit unit) {
        Optional<Limits> limits = run.limits(family.threads());
        if (limits.isEmpty() || family.libraries().stream().allMatch(run::isOnGpu)) {
            return Double.NaN;
        }
        Limits own = limits.get().in(family.dtype());
        return unit == Figure.Unit.GFLOPS ? own.gflops() : own.gbs();
    }

    private static String limitSentence(double limit, Figure.Unit unit) {
        return Double.isNaN(limit)
                ? ""
                : "The dashed line is %s, measured: %s %s."
                        .formatted(unit.limit(), Amounts.digits(limit), unit.symbol());
    }

    // ---- data

    private static double[] sizes(Family family) {
        return family.rows().stream()
                .mapToDouble(Family.Row::size)
                .filter(size -> size > 0)
                .distinct()
                .sorted()
                .toArray();
    }

    private static List<Plot.Series> overSizes(Family family, ToDoubleFunction<Figure> value) {
        List<Family.Row> rows = new ArrayList<>();
        for (double size : sizes(family)) {
            rows.add(
                    family.rows().stream()
                            .filter(row -> row.size() == size)
                            .findFirst()
                            .orElseThrow());
        }
        return series(family.libraries(), rows, value);
    }

    private static List<Plot.Series> series(
            List<String> libraries, List<Family.Row> rows, ToDoubleFunction<Figure> value) {
        return libraries.stream()
                .map(
                        library ->
                                new Plot.Series(
                                        library,
                                        rows.stream()
                                                .map(
                                                        row ->
                                                                row.by(library)
                                                                        .map(value::applyAsDouble)
                                                                        .orElse(Double.NaN))
                                                .toList()))
                .toList();
    }

    /** What was done, without what all have in common at their beginnings or ends. */
    private static List<String> names(List<Family.Row> rows) {
        List<String> names = rows.stream().map(Family.Row::what).toList();
        int from = 0;
        int to = 0;
        String first = names.getFirst();
        for (int i = 1; i < first.length(); i++) {
            String beginning = first.substring(0, i);
            if (beginning.endsWith(" ") && names.stream().allMatch(n -> n.startsWith(beginning))) {
                from = i;
            }
            String end = first.substring(first.length() - i);
            if (end.startsWith(", ") && names.stream().allMatch(n -> n.endsWith(end))) {
                to = i;
            }
        }
        int begin = from;
        // Beginning and end may overlap in a short name.
        int end = to;
        int cut = names.stream().allMatch(n -> n.length() > begin + end) ? end : 0;
        return names.stream().map(n -> n.substring(begin, n.length() - cut)).toList();
    }
}
