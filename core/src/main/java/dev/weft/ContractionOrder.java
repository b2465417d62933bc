package dev.weft;

import java.util.ArrayList;
import java.util.List;

/**
 * The pairwise order in which a product of many operands takes the fewest multiplications. Labels
 * are bits. Up to {@link #MOST_EXACT} operands every order is compared, by dynamic programming over
 * their subsets (Held and Karp); beyond, the cheapest pair is taken next.
 */
final class ContractionOrder {
    private static final int MOST_EXACT = 10;

    /** Contract terms {@code a} and {@code b}: operands, then results in their order. */
    record Step(int a, int b) {}

    private final long[] labels;
    private final long output;
    private final double[] extents;
    private final List<Step> steps = new ArrayList<>();

    private ContractionOrder(long[] labels, long output, double[] extents) {
        this.labels = labels;
        this.output = output;
        this.extents = extents;
    }

    /**
     * The order.
     *
     * @param labels those of each operand
     * @param output those of the result
     * @param extents of each label
     */
    static List<Step> of(long[] labels, long output, double[] extents) {
        ContractionOrder order = new ContractionOrder(labels, output, extents);
        if (labels.length <= MOST_EXACT) {
            order.exact();
        } else {
            order.greedy();
        }
        return order.steps;
    }

    private double multiplications(long all) {
        double product = 1;
        for (long rest = all; rest != 0; rest &= rest - 1) {
            product *= extents[Long.numberOfTrailingZeros(rest)];
        }
        return product;
    }

    private void exact() {
        int n = labels.length;
        int all = (1 << n) - 1;
        long[] union = new long[all + 1];
        for (int set = 1; set <= all; set++) {
            union[set] = union[set & (set - 1)] | labels[Integer.numberOfTrailingZeros(set)];
        }
        double[] cost = new double[all + 1];
        int[] split = new int[all + 1];
        for (int set = 1; set <= all; set++) {
            if ((set & (set - 1)) == 0) {
                continue;
            }
            cost[set] = Double.POSITIVE_INFINITY;
            // Each split once: the half with the lowest operand.
            int lowest = set & -set;
            for (int half = (set - 1) & set; half != 0; half = (half - 1) & set) {
                if ((half & lowest) == 0) {
                    continue;
                }
                int other = set ^ half;
                long seen = kept(union, half, all) | kept(union, other, all);
                double sum = cost[half] + cost[other] + multiplications(seen);
                if (sum < cost[set]) {
                    cost[set] = sum;
                    split[set] = half;
                }
            }
            if (split[set] == 0) {
                split[set] = lowest; // where every order overflows
            }
        }
        emit(all, split);
    }

    /** The labels that are left when a subset has been contracted. */
    private long kept(long[] union, int set, int all) {
        return union[set] & (output | union[all ^ set]);
    }

    private int emit(int set, int[] split) {
        if ((set & (set - 1)) == 0) {
            return Integer.numberOfTrailingZeros(set);
        }
        int a = emit(split[set], split);
        int b = emit(set ^ split[set], split);
        steps.add(new Step(a, b));
        return labels.length + steps.size() - 1;
    }

    private void greedy() {
        List<Integer> open = new ArrayList<>();
        List<Long> masks = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            open.add(i);
            masks.add(labels[i]);
        }
        while (open.size() > 1) {
            int left = 0;
            int right = 1;
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i < open.size(); i++) {
                for (int j = i + 1; j < open.size(); j++) {
                    double cost = multiplications(masks.get(open.get(i)) | masks.get(open.get(j)));
                    if (cost < least) {
                        least = cost;
                        left = i;
                        right = j;
                    }
                }
            }
            int a = open.get(left);
            int b = open.get(right);
            open.removeAll(List.of(a, b));
            long others = output;
            for (int term : open) {
                others |= masks.get(term);
            }
            steps.add(new Step(a, b));
            masks.add((masks.get(a) | masks.get(b)) & others);
            open.add(masks.size() - 1);
        }
    }
}
