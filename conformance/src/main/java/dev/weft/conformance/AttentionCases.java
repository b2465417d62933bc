package dev.weft.conformance;

import static dev.weft.conformance.Input.given;
import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.OpCase.opCase;

import dev.weft.Attention;
import dev.weft.AttentionOptions;
import dev.weft.DType;
import dev.weft.Positions;
import dev.weft.Shape;

import java.util.ArrayList;
import java.util.List;

/** Attention with every mask, and with queries that may see nothing. */
final class AttentionCases {
    private static final AttentionOptions PLAIN = AttentionOptions.defaults();

    private AttentionCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        add(cases, "attention", PLAIN, 2, 3);
        add(cases, "attention to what was before", PLAIN.causal(true), 2, 3);
        add(cases, "attention of queries before the first key", PLAIN.causal(true), 4, 2);
        add(cases, "attention with a cap", PLAIN.scale(0.7).softcap(1.5).causal(true), 3, 3);
        cases.add(
                opCase(
                        "attention by choice",
                        x -> Attention.attend(x[0], x[1], x[2], PLAIN.mask(x[3])),
                        normal(2, 2, 2, 3),
                        normal(2, 1, 3, 3),
                        normal(2, 1, 3, 2),
                        blind(2, 1, 2, 3)));
        cases.add(
                opCase(
                        "attention with a bias",
                        x -> Attention.attend(x[0], x[1], x[2], PLAIN.mask(x[3])),
                        normal(2, 4, 2, 3),
                        normal(2, 2, 3, 3),
                        normal(2, 2, 3, 2),
                        normal(4, 1, 3)));
        for (Positions.Pairs pairs : Positions.Pairs.values()) {
            cases.add(
                    opCase(
                            "positions that turn " + pairs,
                            x -> Positions.rotate(x[0], pairs, 100, 5),
                            normal(2, 3, 4)));
        }
        cases.add(
                opCase(
                        "attention by distance",
                        x ->
                                Attention.attend(
                                        x[0],
                                        x[1],
                                        x[2],
                                        PLAIN.causal(true)
                                                .mask(
                                                        Positions.alibi(
                                                                x[0].device(),
                                                                x[0].dtype(),
                                                                3,
                                                                4))),
                        normal(1, 3, 2, 3),
                        normal(1, 3, 4, 3),
                        normal(1, 3, 4, 2)));
        double none = Double.NEGATIVE_INFINITY;
        cases.add(
                opCase(
                        "attention with a bias that hides all",
                        x -> Attention.attend(x[0], x[1], x[2], PLAIN.mask(x[3])),
                        normal(1, 1, 2, 3),
                        normal(1, 1, 2, 3),
                        normal(1, 1, 2, 2),
                        given(new double[] {none, none, 0, none}, 2, 2).constant()));
        return cases;
    }

    private static void add(
            List<OpCase> cases, String name, AttentionOptions options, int queries, int keys) {
        cases.add(
                opCase(
                        name,
                        x -> Attention.attend(x[0], x[1], x[2], options),
                        normal(2, 4, queries, 3),
                        normal(2, 2, keys, 3),
                        normal(2, 2, keys, 2)));
    }

    /** True but for the first row, which sees nothing, and the second's last. */
    private static Input blind(long... dims) {
        long columns = dims[dims.length - 1];
        Input.Draw draw = (_, i) -> i < columns || i == 2 * columns - 1 ? 0 : 1;
        return new Input(DType.BOOL, Shape.of(dims), false, draw);
    }
}
