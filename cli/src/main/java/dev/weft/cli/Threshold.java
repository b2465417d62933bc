package dev.weft.cli;

/**
 * Where paper ends and ink begins: the level t between which and the rest the variance of two
 * classes' means is largest (Otsu, A threshold selection method from gray-level histograms, 1979).
 *
 * @param level what is above it is ink
 * @param paper the mean up to the level
 * @param ink the mean above it
 */
record Threshold(double level, double paper, double ink) {
    private static final int LEVELS = 256;

    /** Of values from 0 to 255. */
    static Threshold of(float[] values) {
        long[] counts = new long[LEVELS];
        double total = 0;
        for (float value : values) {
            int level = Math.clamp(Math.round(value), 0, LEVELS - 1);
            counts[level]++;
            total += level;
        }
        Threshold best = new Threshold(0, 0, 0);
        double bestBetween = 0;
        long below = 0;
        double sumBelow = 0;
        for (int level = 0; level < LEVELS - 1; level++) {
            below += counts[level];
            sumBelow += (double) level * counts[level];
            long above = values.length - below;
            if (below == 0 || above == 0) {
                continue;
            }
            double paper = sumBelow / below;
            double ink = (total - sumBelow) / above;
            double between = (double) below * above * (ink - paper) * (ink - paper);
            if (between > bestBetween) {
                bestBetween = between;
                best = new Threshold(level + 0.5, paper, ink);
            }
        }
        return best;
    }

    /** How far ink and paper are apart. */
    double contrast() {
        return ink - paper;
    }
}
