package dev.weft.conformance;

import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.OpCase.opCase;

import dev.weft.Recurrence;
import dev.weft.RecurrenceOptions;
import dev.weft.RecurrentCell;
import dev.weft.RecurrentWeights;
import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Every cell, in layers and both directions, over sequences of several lengths. */
final class RecurrenceCases {
    private static final int HIDDEN = 3;

    private RecurrenceCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        RecurrenceOptions plain = RecurrenceOptions.defaults();
        for (RecurrentCell cell : RecurrentCell.values()) {
            int rows = cell.gates() * HIDDEN;
            cases.add(
                    opCase(
                            cell + " over steps",
                            x -> all(Recurrence.unroll(cell, x[0], one(x), plain)),
                            normal(4, 2, 2),
                            normal(rows, 2),
                            normal(rows, HIDDEN),
                            normal(rows),
                            normal(rows)));
            cases.add(
                    opCase(
                            cell + " over steps both ways",
                            x -> all(bothWays(cell, x)),
                            normal(3, 4, 2),
                            normal(rows, 2),
                            normal(rows, HIDDEN),
                            normal(rows, 2 * HIDDEN),
                            normal(rows, HIDDEN),
                            normal(4, 3, HIDDEN)));
        }
        return cases;
    }

    private static List<RecurrentWeights> one(Tensor[] x) {
        return List.of(new RecurrentWeights(x[1], x[2], x[3], x[4]));
    }

    /** Two layers in both directions, with lengths, first states, and no bias. */
    private static Recurrence.Result bothWays(RecurrentCell cell, Tensor[] x) {
        RecurrentWeights first = new RecurrentWeights(x[1], x[2], null, null);
        RecurrentWeights second = new RecurrentWeights(x[3], x[4], null, null);
        RecurrenceOptions options =
                RecurrenceOptions.defaults()
                        .batchFirst(true)
                        .bidirectional(true)
                        .lengths(2, 4, 0)
                        .h(x[5])
                        .c(cell == RecurrentCell.LSTM ? x[5] : null);
        return Recurrence.unroll(cell, x[0], List.of(first, first, second, second), options);
    }

    /** All results, one after the other. */
    private static Tensor all(Recurrence.Result result) {
        Tensor y = result.y().reshape(-1);
        Tensor h = result.h().reshape(-1);
        Tensor c = result.c();
        return c == null ? Tensor.concat(0, y, h) : Tensor.concat(0, y, h, c.reshape(-1));
    }
}
