package dev.weft.conformance;

import static dev.weft.conformance.Input.given;
import static dev.weft.conformance.Input.indices;
import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.Input.uniform;
import static dev.weft.conformance.OpCase.opCase;

import dev.weft.Losses;
import dev.weft.Reduction;

import java.util.ArrayList;
import java.util.List;

/** Every loss, with every reduction. */
final class LossCases {
    private LossCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        Input x = normal(3, 4);
        Input t = normal(3, 4).constant();
        Input bits = given(new double[] {0, 1, 1, 0, 1, 0, 0, 1, 0.25, 0.5, 1, 0}, 3, 4).constant();
        Input probabilities = uniform(0.05, 0.95, 3, 4);
        Input oneHot = given(new double[] {0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1}, 3, 4).constant();
        Input soft = uniform(0.1, 1, 3, 4).constant();
        Input labels = indices(1, 0, 3);
        for (Reduction how : Reduction.values()) {
            add(cases, "mse", how, v -> Losses.mse(v[0], v[1], how), x, t);
            add(cases, "l1", how, v -> Losses.l1(v[0], v[1], how), x, t);
            add(cases, "huber", how, v -> Losses.huber(v[0], v[1], 0.75, how), x, t);
            add(
                    cases,
                    "binary cross-entropy",
                    how,
                    v -> Losses.binaryCrossEntropy(v[0], v[1], how),
                    probabilities,
                    bits);
            add(
                    cases,
                    "binary cross-entropy with logits",
                    how,
                    v -> Losses.binaryCrossEntropyWithLogits(v[0], v[1], how),
                    x,
                    bits);
            for (String kind : List.of("one-hot", "soft")) {
                Input target = kind.equals("soft") ? soft : oneHot;
                add(
                        cases,
                        "categorical cross-entropy " + kind,
                        how,
                        v -> Losses.categoricalCrossEntropy(v[0], v[1], how),
                        probabilities,
                        target);
                add(
                        cases,
                        "cross-entropy " + kind,
                        how,
                        v -> Losses.crossEntropy(v[0], v[1], how),
                        x,
                        target);
            }
            add(cases, "cross-entropy", how, v -> Losses.crossEntropy(v[0], v[1], how), x, labels);
            add(
                    cases,
                    "cross-entropy of a transpose",
                    how,
                    v -> Losses.crossEntropy(v[0].transpose(), v[1], how),
                    normal(4, 3),
                    labels);
            add(cases, "nll", how, v -> Losses.nll(v[0].logSoftmax(-1), v[1], how), x, labels);
        }
        cases.add(
                opCase(
                        "mse of scalars",
                        v -> Losses.mse(v[0], v[1]),
                        normal(),
                        normal().constant()));
        cases.add(
                opCase(
                        "categorical cross-entropy of softmax",
                        v -> Losses.categoricalCrossEntropy(v[0].softmax(-1), v[1]),
                        x,
                        oneHot));
        cases.add(
                opCase(
                        "cross-entropy of one row",
                        v -> Losses.crossEntropy(v[0], v[1]),
                        normal(1, 4),
                        indices(2)));
        cases.add(
                opCase(
                        "cross-entropy of one class",
                        v -> Losses.crossEntropy(v[0], v[1]),
                        normal(3, 1),
                        indices(0, 0, 0)));
        return cases;
    }

    private static void add(
            List<OpCase> cases,
            String name,
            Reduction how,
            OpCase.Program program,
            Input prediction,
            Input target) {
        cases.add(opCase(name + " " + how, program, prediction, target));
    }
}
