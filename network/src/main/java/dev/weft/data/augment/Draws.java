package dev.weft.data.augment;

import dev.weft.random.Philox;

/** Numbers of other distributions. */
final class Draws {
    private Draws() {}

    /** Uniform in [-most, most). */
    static double around(Philox random, double most) {
        return between(random, -most, most);
    }

    /** Uniform in [from, to). */
    static double between(Philox random, double from, double to) {
        return from + (to - from) * random.nextDouble();
    }

    /** Beta(alpha, alpha), in [0, 1]: x / (x + y) of two that are Gamma(alpha). */
    static double beta(Philox random, double alpha) {
        double x = gamma(random, alpha);
        double y = gamma(random, alpha);
        return x + y > 0 ? x / (x + y) : random.nextInt(2);
    }

    /** Marsaglia and Tsang, "A simple method for generating gamma variables", 2000. */
    private static double gamma(Philox random, double shape) {
        if (shape < 1) {
            return gamma(random, shape + 1) * Math.pow(1 - random.nextDouble(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double z = random.nextGaussian();
            double v = Math.pow(1 + c * z, 3);
            if (v > 0
                    && Math.log(1 - random.nextDouble())
                            < 0.5 * z * z + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
    }

    static void checkProbability(String name, double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "%s: a probability of %s: it must be 0 to 1".formatted(name, probability));
        }
    }

    static void checkRange(String name, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    "%s: %s: it must be %s to %s".formatted(name, value, least, most));
        }
    }
}
