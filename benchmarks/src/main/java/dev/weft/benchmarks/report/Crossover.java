package dev.weft.benchmarks.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/**
 * From which size on another device is faster than the CPU.
 *
 * @param family what is computed
 * @param device which is compared, such as {@code weft opencl:0}
 * @param points by size; at least two
 */
record Crossover(Family family, String device, List<Point> points) {
    private static final String CPU = "weft cpu";

    /**
     * A size.
     *
     * @param speedUp the CPU's time over the device's
     */
    record Point(double size, double speedUp) {}

    /** One for each other device, where the family has sizes and was measured on the CPU too. */
    static List<Crossover> of(Family family) {
        List<Crossover> crossovers = new ArrayList<>();
        for (String device : family.devices()) {
            List<Point> points = new ArrayList<>();
            for (Family.Row row : family.rows()) {
                double cpu = row.by(CPU).map(Figure::ratio).orElse(Double.NaN);
                double other = row.by(device).map(Figure::ratio).orElse(Double.NaN);
                if (row.size() > 0 && cpu > 0 && other > 0) {
                    points.add(new Point(row.size(), cpu / other));
                }
            }
            points.sort(Comparator.comparingDouble(Point::size));
            // A CPU that is measured in another way, such as without capturing, is no other device.
            if (!device.startsWith(CPU) && points.size() > 1) {
                crossovers.add(new Crossover(family, device, List.copyOf(points)));
            }
        }
        return crossovers;
    }

    /** The smallest size from which on the device is faster at all that were measured. */
    OptionalDouble from() {
        OptionalDouble from = OptionalDouble.empty();
        for (Point point : points.reversed()) {
            if (point.speedUp <= 1) {
                break;
            }
            from = OptionalDouble.of(point.size);
        }
        return from;
    }

    /** What the sizes are. */
    String axis() {
        return family.suite().equals("training") ? "batch" : "n";
    }

    /** Says so. */
    String sentence() {
        OptionalDouble from = from();
        return from.isPresent()
                ? "%s is faster than the CPU from %s = %s on"
                        .formatted(device, axis(), Amounts.plain(from.getAsDouble()))
                : "%s is never faster than the CPU up to %s = %s"
                        .formatted(device, axis(), Amounts.plain(points.getLast().size));
    }
}
