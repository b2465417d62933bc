package dev.weft.conformance;

import dev.weft.Recurrence;
import dev.weft.RecurrenceOptions;
import dev.weft.RecurrentCell;
import dev.weft.RecurrentWeights;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** PyTorch's recurrent networks, with its names of weights. */
final class TorchRecurrence {
    private TorchRecurrence() {}

    static void addTo(Map<String, Function<TorchOperands, Tensor>> operations) {
        for (RecurrentCell cell : RecurrentCell.values()) {
            operations.put(cell.name().toLowerCase(Locale.ROOT), o -> unroll(cell, o));
        }
    }

    private static Tensor unroll(RecurrentCell cell, TorchOperands o) {
        boolean both = o.flag("bidirectional");
        List<RecurrentWeights> weights = new ArrayList<>();
        for (int layer = 0; layer < o.integer("layers"); layer++) {
            weights.add(weights(o, "_l" + layer));
            if (both) {
                weights.add(weights(o, "_l" + layer + "_reverse"));
            }
        }
        o.only("hidden", Long.toString(weights.getFirst().hidden().dim(1)));
        int[] lengths = null;
        if (o.has("lengths")) {
            lengths = Arrays.stream(o.numbers("lengths")).mapToInt(n -> (int) n).toArray();
        }
        RecurrenceOptions options =
                RecurrenceOptions.defaults()
                        .batchFirst(o.flag("batch_first"))
                        .bidirectional(both)
                        .lengths(lengths)
                        .h(optional(o, "h0"))
                        .c(optional(o, "c0"));
        Recurrence.Result result = Recurrence.unroll(cell, o.x(), weights, options);
        o.give("h", result.h());
        if (result.c() != null) {
            o.give("c", result.c());
        }
        return result.y();
    }

    private static RecurrentWeights weights(TorchOperands o, String suffix) {
        return new RecurrentWeights(
                o.get("weight_ih" + suffix),
                o.get("weight_hh" + suffix),
                optional(o, "bias_ih" + suffix),
                optional(o, "bias_hh" + suffix));
    }

    private static @Nullable Tensor optional(TorchOperands o, String name) {
        return o.has(name) ? o.get(name) : null;
    }
}
