package dev.weft.conformance;

import static dev.weft.conformance.Input.awayFromZero;
import static dev.weft.conformance.Input.distinct;
import static dev.weft.conformance.Input.given;
import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.OpCase.opCase;

import dev.weft.Counting;
import dev.weft.DType;
import dev.weft.Distances;
import dev.weft.Norms;
import dev.weft.Statistics;
import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Spreads, norms, distances, and choices by a mask. */
final class StatisticsCases {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private final List<OpCase> cases = new ArrayList<>();

    private StatisticsCases() {}

    static List<OpCase> all() {
        StatisticsCases all = new StatisticsCases();
        all.spreads();
        all.cumulative();
        all.norms();
        all.distances();
        all.choices();
        return all.cases;
    }

    private void add(String name, UnaryOperator<Tensor> op, Input input) {
        cases.add(opCase(name, x -> op.apply(x[0]), input));
    }

    private void spreads() {
        add("var", Tensor::var, normal(3, 4));
        add("var of an axis", x -> x.var(0), normal(3, 4));
        add("var of a population", x -> Statistics.var(x, 0, true, 0, 2), normal(2, 3, 4));
        add("std", Tensor::std, normal(3, 4));
        add("std of a transpose", x -> x.transpose().std(-1), normal(3, 4));
        add("std keeps", x -> Statistics.std(x, 0, true, 1), normal(3, 4));
        add("logsumexp", Tensor::logsumexp, normal(3, 4));
        add("logsumexp of an axis", x -> x.logsumexp(1), normal(3, 4));
        add("logsumexp keeps", x -> Statistics.logsumexp(x, true, 0, 2), normal(2, 3, 4));
        Input infinite =
                given(new double[] {1, 2, -INFINITY, -INFINITY, -INFINITY, -INFINITY}, 2, 3);
        add("logsumexp of infinities", x -> x.logsumexp(1), infinite.constant());
    }

    private void cumulative() {
        for (int axis : new int[] {0, 1, -1}) {
            String along = " along " + axis;
            add("cummax" + along, x -> x.cummax(axis).values(), distinct(3, 5, 2));
            add("cummin" + along, x -> x.cummin(axis).values(), distinct(3, 5, 2));
            add("logcumsumexp" + along, x -> x.logcumsumexp(axis), normal(3, 5, 2));
        }
        add("cummax of one", x -> x.cummax(1).values(), normal(3, 1));
        add("places of cummax", x -> x.cummax(1).indices(), distinct(3, 5, 2).constant());
        add("places of cummin", x -> x.cummin(1).indices(), distinct(3, 5, 2).constant());
        add("logcumsumexp of one", x -> x.logcumsumexp(1), normal(3, 1));
        Input numbers = Input.integers(DType.I32, 0, 4, 3, 5);
        cases.add(
                opCase(
                        "bincount of weights",
                        x -> Counting.bincount(x[0], x[1], 7),
                        numbers,
                        normal(3, 5)));
    }

    private void norms() {
        for (double p : new double[] {1, 2, 3, 0.5, -2}) {
            add("norm " + p, x -> x.norm(p), awayFromZero(3, 4));
            add("norm " + p + " of an axis", x -> x.norm(p, 0), awayFromZero(3, 4));
        }
        add("norm of axes keeps", x -> Norms.norm(x, 2, true, 0, 2), normal(2, 3, 4));
        add("largest", x -> x.norm(INFINITY, 1), distinct(3, 4));
        add("smallest", x -> x.norm(-INFINITY), awayFromZero(3, 4));
        add("number of non-zeros", x -> x.norm(0, 0), distinct(3, 4).constant());
        add("normalize", x -> x.normalize(1), normal(3, 4));
        add("normalize by 3", x -> Norms.normalize(x, 3, 0, 1e-6), awayFromZero(3, 4));
        cases.add(
                opCase(
                        "cosine similarity",
                        x -> x[0].cosineSimilarity(x[1], 1),
                        normal(3, 4),
                        normal(4)));
    }

    private void distances() {
        cases.add(opCase("cdist", x -> x[0].cdist(x[1]), normal(3, 4), normal(5, 4)));
        cases.add(opCase("cdist by product", x -> x[0].cdist(x[1]), normal(26, 3), normal(2, 3)));
        cases.add(
                opCase(
                        "cdist of batches",
                        x -> x[0].cdist(x[1]),
                        normal(2, 1, 2, 3),
                        normal(2, 26, 3)));
        for (double p : new double[] {1, 2, 3, INFINITY}) {
            cases.add(
                    opCase(
                            "exact cdist " + p,
                            x -> Distances.cdist(x[0], x[1], p),
                            normal(2, 3, 4),
                            normal(2, 4)));
        }
        cases.add(
                opCase(
                        "pairwise distance",
                        x -> Distances.pairwiseDistance(x[0], x[1], 2, 1e-6),
                        normal(3, 4),
                        normal(4)));
    }

    private void choices() {
        cases.add(
                opCase(
                        "masked fill",
                        x -> x[0].maskedFill(x[1], 2),
                        normal(3, 4),
                        Input.integers(DType.BOOL, 0, 1, 4)));
        cases.add(
                opCase(
                        "is close",
                        x -> x[0].isClose(x[0].mul(x[1])),
                        awayFromZero(4).constant(),
                        given(new double[] {1, 1.5, 1, -1}, 4).constant()));
    }
}
