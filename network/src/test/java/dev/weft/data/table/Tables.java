package dev.weft.data.table;

import dev.weft.HostArray;
import dev.weft.data.Examples;

/** What tests ask of encoded rows. */
final class Tables {
    private Tables() {}

    /** A feature of all examples. */
    static double[] feature(Preprocessing preprocessing, Examples examples, String name) {
        int at = preprocessing.features().indexOf(name);
        if (at < 0) {
            throw new AssertionError(
                    "no feature '%s' in %s".formatted(name, preprocessing.features()));
        }
        HostArray inputs = examples.inputs().getFirst();
        double[] values = new double[examples.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = inputs.get((long) i * preprocessing.inputs() + at);
        }
        return values;
    }

    /** The first target of all examples. */
    static double[] targets(Examples examples) {
        HostArray target = examples.targets().getFirst();
        double[] values = new double[Math.toIntExact(target.shape().size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = target.get(i);
        }
        return values;
    }
}
