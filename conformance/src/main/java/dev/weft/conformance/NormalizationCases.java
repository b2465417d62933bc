package dev.weft.conformance;

import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.Input.uniform;
import static dev.weft.conformance.OpCase.opCase;

import dev.weft.Normalizations;

import java.util.ArrayList;
import java.util.List;

/** Means and variances of rows, groups and channels. */
final class NormalizationCases {
    private static final double EPS = 1e-3;

    private NormalizationCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        rows(cases);
        channels(cases);
        return cases;
    }

    private static void rows(List<OpCase> cases) {
        for (int axis : new int[] {-1, 1, 0}) {
            long[] behind = axis < 0 ? new long[] {4} : axis == 0 ? new long[] {2, 3, 4} : TWO;
            cases.add(
                    opCase(
                            "layer norm from axis " + axis,
                            x -> Normalizations.layerNorm(x[0], axis, x[1], x[2], EPS),
                            normal(2, 3, 4),
                            normal(behind),
                            normal(behind)));
            cases.add(
                    opCase(
                            "rms norm from axis " + axis,
                            x -> Normalizations.rmsNorm(x[0], axis, x[1], EPS),
                            normal(2, 3, 4),
                            normal(behind)));
        }
        cases.add(
                opCase(
                        "layer norm of a transpose without weight",
                        x -> Normalizations.layerNorm(x[0].transpose(), -1, null, null, EPS),
                        normal(5, 3)));
        cases.add(
                opCase(
                        "rms norm without weight",
                        x -> Normalizations.rmsNorm(x[0], -1, null, EPS),
                        normal(3, 1)));
        cases.add(
                opCase(
                        "layer norm of no rows",
                        x -> Normalizations.layerNorm(x[0], -1, x[1], x[2], EPS),
                        normal(0, 4),
                        normal(4),
                        normal(4)));
    }

    private static final long[] TWO = {3, 4};

    private static void channels(List<OpCase> cases) {
        cases.add(
                opCase(
                        "group norm",
                        x -> Normalizations.groupNorm(x[0], 2, x[1], x[2], EPS),
                        normal(2, 4, 3),
                        normal(4),
                        normal(4)));
        cases.add(
                opCase(
                        "instance norm of a permutation",
                        x -> Normalizations.instanceNorm(x[0].permute(0, 3, 1, 2), x[1], null, EPS),
                        normal(2, 3, 2, 3),
                        normal(3)));
        cases.add(
                opCase(
                        "batch norm in training",
                        x -> Normalizations.batchNorm(x[0], x[1], x[2], EPS).y(),
                        normal(3, 2, 2, 3),
                        normal(2),
                        normal(2)));
        cases.add(
                opCase(
                        "the variance of a batch",
                        x -> Normalizations.batchNorm(x[0], null, null, EPS).variance(),
                        normal(4, 3).constant()));
        cases.add(
                opCase(
                        "batch norm in inference",
                        x -> Normalizations.batchNorm(x[0], x[3], x[4], x[1], x[2], EPS),
                        normal(3, 2, 4),
                        normal(2),
                        normal(2),
                        normal(2).constant(),
                        uniform(0.5, 2, 2).constant()));
    }
}
