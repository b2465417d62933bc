package dev.weft.conformance;

import static dev.weft.conformance.Input.given;
import static dev.weft.conformance.Input.indices;
import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.Input.uniform;
import static dev.weft.conformance.OpCase.opCase;

import dev.weft.CrossEntropyOptions;
import dev.weft.EmbeddingLosses;
import dev.weft.Losses;
import dev.weft.Reduction;
import dev.weft.Tensor;

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
        cases.addAll(composed());
        cases.addAll(embeddings());
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

    /** Losses that are composed of others, and what options add. */
    private static List<OpCase> composed() {
        List<OpCase> cases = new ArrayList<>();
        Input x = normal(3, 4);
        Input t = normal(3, 4).constant();
        Input bits = given(new double[] {0, 1, 1, 0, 1, 0, 0, 1, 0.25, 0.5, 1, 0}, 3, 4).constant();
        Input soft = uniform(0.1, 1, 3, 4).constant();
        Input weights = given(new double[] {1, 0.5, 2, 0.25}, 4).constant();
        Input examples = given(new double[] {0.5, 2, 0}, 3).constant();
        Input labels = indices(1, -7, 3);
        for (Reduction how : Reduction.values()) {
            add(cases, "mse of two", how, v -> Losses.mse(v[0], v[1], how), x, normal(3, 4));
            add(cases, "l1 of two", how, v -> Losses.l1(v[0], v[1], how), x, normal(3, 4));
            add(cases, "smooth l1", how, v -> Losses.smoothL1(v[0], v[1], 0.75, how), x, t);
            add(cases, "quantile", how, v -> Losses.quantile(v[0], v[1], 0.9, how), x, t);
            add(
                    cases,
                    "kl divergence",
                    how,
                    v -> Losses.klDivergence(v[0].logSoftmax(-1), v[1], how),
                    x,
                    bits);
            add(
                    cases,
                    "gaussian nll",
                    how,
                    v -> Losses.gaussianNll(v[0], v[0].mul(0.5), v[1], 0.25, how),
                    x,
                    uniform(0.5, 2, 3, 4));
            add(cases, "poisson nll", how, v -> Losses.poissonNll(v[0], v[1], how), x, bits);
            cases.add(
                    opCase(
                            "binary cross-entropy with weights of positives " + how,
                            v -> Losses.binaryCrossEntropyWithLogits(v[0], v[1], v[2], how),
                            x,
                            bits,
                            weights));
            cases.add(
                    opCase(
                            "cross-entropy with options " + how,
                            v -> Losses.crossEntropy(v[0], v[1], options(v[2], v[3]), how),
                            x,
                            labels,
                            weights,
                            examples));
            cases.add(
                    opCase(
                            "cross-entropy with smoothing and options " + how,
                            v ->
                                    Losses.crossEntropy(
                                            v[0],
                                            v[1],
                                            options(v[2], v[3]).labelSmoothing(0.25),
                                            how),
                            x,
                            labels,
                            weights,
                            examples));
            cases.add(
                    opCase(
                            "soft cross-entropy with options " + how,
                            v ->
                                    Losses.crossEntropy(
                                            v[0],
                                            v[1],
                                            options(v[2], v[3]).labelSmoothing(0.25),
                                            how),
                            x,
                            soft,
                            weights,
                            examples));
            add(
                    cases,
                    "cross-entropy at places",
                    how,
                    v -> Losses.crossEntropy(v[0], v[1].reshape(2, 3), how),
                    normal(2, 4, 3),
                    indices(1, 0, 3, 2, 2, 0));
        }
        cases.add(
                opCase(
                        "weighted mean",
                        v -> Losses.weightedMean(Losses.mse(v[0], v[1], Reduction.NONE), v[2]),
                        x,
                        t,
                        examples));
        return cases;
    }

    private static CrossEntropyOptions options(Tensor classWeights, Tensor exampleWeights) {
        return CrossEntropyOptions.NONE
                .ignoreIndex(-7)
                .classWeights(classWeights)
                .exampleWeights(exampleWeights);
    }

    private static List<OpCase> embeddings() {
        List<OpCase> cases = new ArrayList<>();
        Input x = normal(4, 3);
        Input y = normal(4, 3);
        for (Reduction how : Reduction.values()) {
            cases.add(
                    opCase(
                            "cosine embedding " + how,
                            v -> EmbeddingLosses.cosineEmbedding(v[0], v[1], v[2], 0.1, how),
                            x,
                            y,
                            indices(1, -1, 1, -1)));
            add(cases, "info nce", how, v -> EmbeddingLosses.infoNce(v[0], v[1], 0.5, how), x, y);
            for (boolean swap : new boolean[] {false, true}) {
                cases.add(
                        opCase(
                                "triplet margin %s %s".formatted(swap, how),
                                v ->
                                        EmbeddingLosses.tripletMargin(
                                                v[0], v[1], v[2], 2, 2, swap, how),
                                x,
                                y,
                                normal(4, 3)));
            }
            cases.add(
                    opCase(
                            "margin ranking " + how,
                            v -> EmbeddingLosses.marginRanking(v[0], v[1], v[2], 0.5, how),
                            x,
                            y,
                            given(new double[] {1, -1, 1, 1, 1, -1, -1, 1, 1, -1, -1, 1}, 4, 3)
                                    .constant()));
        }
        cases.add(opCase("nt-xent", v -> EmbeddingLosses.ntXent(v[0], 0.5), x));
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
