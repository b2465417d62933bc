package dev.weft.data.table;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.random.Philox;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts and sums of the target by category and fold. A training row's feature is made of the other
 * folds' rows, so that its own target is not in it: otherwise a network would read the answer
 * there, of categories with few rows most of all. Micci-Barreca, "A preprocessing scheme for
 * high-cardinality categorical attributes", SIGKDD Explorations 3.1, 2001.
 */
final class TargetStatistics {
    private final Field field;
    private final int outputs;
    private final int folds;
    private final double smoothing;
    private final long seed;

    /** By fold: how many rows, then the sum of each output. */
    private final double[] all;

    private final double[] absent;
    private final Map<String, double[]> sums = new HashMap<>();
    private double[] scale = {};

    TargetStatistics(Field field, int outputs, int folds, double smoothing, long seed) {
        this.field = field;
        this.outputs = outputs;
        this.folds = folds;
        this.smoothing = smoothing;
        this.seed = seed;
        this.all = new double[folds * (outputs + 1)];
        this.absent = all.clone();
    }

    Field field() {
        return field;
    }

    /** How many features the targets of this kind make: one for two classes. */
    static int outputs(Target target) {
        return target.outputs() == 2 && target instanceof Target.Classes ? 1 : target.outputs();
    }

    /** Takes rows into account; their lines say of which folds they are. */
    void add(Table rows, Column.Texts cells, HostArray targets) {
        double[] target = new double[outputs];
        for (int i = 0; i < cells.size(); i++) {
            read(targets, i, target);
            int at = fold(rows.line(i)) * (outputs + 1);
            addRow(all, at, target);
            double[] category = cells.isMissing(i) ? absent : counted(cells.text(i));
            addRow(category, at, target);
        }
    }

    private double[] counted(String text) {
        double[] known = sums.get(text);
        if (known == null) {
            known = new double[all.length];
            if (sums.size() < Profile.OfTexts.MOST) {
                sums.put(text, known);
            }
        }
        return known;
    }

    private static void addRow(double[] sums, int at, double[] target) {
        sums[at]++;
        for (int k = 0; k < target.length; k++) {
            sums[at + 1 + k] += target[k];
        }
    }

    private void read(HostArray targets, int row, double[] target) {
        if (targets.dtype() == DType.I32) {
            int number = (int) targets.get(row);
            if (outputs == 1) {
                target[0] = number;
            } else {
                Arrays.fill(target, 0);
                target[number] = 1;
            }
        } else {
            for (int k = 0; k < outputs; k++) {
                target[k] = targets.get((long) row * outputs + k);
            }
        }
    }

    private int fold(long line) {
        int[] words = new int[4];
        Philox.block((int) seed, (int) (seed >>> 32), (int) line, (int) (line >>> 32), 0, 0, words);
        return Integer.remainderUnsigned(words[0], folds);
    }

    /** What rows that are not of the training part are encoded by. */
    TargetEncoder fit() {
        double[] squares = new double[outputs];
        double rows = 0;
        Map<String, double[]> means = new HashMap<>();
        scale = new double[outputs];
        Arrays.fill(scale, 1);
        for (Map.Entry<String, double[]> category : sums.entrySet()) {
            double[] mean = features(category.getValue(), -1);
            double count = total(category.getValue(), 0, -1);
            means.put(category.getKey(), mean);
            rows += count;
            for (int k = 0; k < outputs; k++) {
                squares[k] += count * mean[k] * mean[k];
            }
        }
        for (int k = 0; k < outputs; k++) {
            scale[k] = squares[k] > 0 ? Math.sqrt(rows / squares[k]) : 1;
        }
        sums.forEach((category, counted) -> means.put(category, features(counted, -1)));
        return new TargetEncoder(field, outputs, means, features(absent, -1));
    }

    /** Encodes training rows, each by the rows of other folds. */
    void encode(Table rows, Column.Texts cells, float[] out, int at, int stride) {
        for (int i = 0; i < cells.size(); i++) {
            double[] category =
                    cells.isMissing(i) ? absent : sums.getOrDefault(cells.text(i), absent);
            double[] features = features(category, fold(rows.line(i)));
            for (int k = 0; k < outputs; k++) {
                out[at + i * stride + k] = (float) features[k];
            }
        }
    }

    /** Those of a category by the rows of all folds but one; -1 for all. */
    private double[] features(double[] category, int without) {
        double count = total(category, 0, without);
        double rows = total(all, 0, without);
        double[] features = new double[outputs];
        for (int k = 0; k < outputs && count > 0; k++) {
            double prior = total(all, k + 1, without) / rows;
            double mean =
                    (total(category, k + 1, without) + smoothing * prior) / (count + smoothing);
            features[k] = scale[k] * (mean - prior);
        }
        return features;
    }

    private double total(double[] sums, int of, int without) {
        double total = 0;
        for (int fold = 0; fold < folds; fold++) {
            total += fold == without ? 0 : sums[fold * (outputs + 1) + of];
        }
        return total;
    }
}
