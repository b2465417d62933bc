package dev.weft.nn;

import dev.weft.DType;
import dev.weft.Recurrence;
import dev.weft.RecurrenceOptions;
import dev.weft.RecurrentCell;
import dev.weft.RecurrentWeights;
import dev.weft.Shape;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * {@link Recurrence#unroll} with weights of its own, which have PyTorch's names ({@code
 * weight_ih_l0}, {@code bias_hh_l1_reverse}) and its initialisation: uniform in ±1/√hidden.
 *
 * <p>Inputs are the sequences; then, where there are some, I32 lengths, one for each sequence; then
 * the first hidden states and an LSTM's first cell states, if they are not 0. Results are the
 * hidden states of all steps, the last hidden states, and an LSTM's last cell states: {@link
 * Recurrence.Result}. Lengths are read by the host, and so are not for captured steps.
 */
public abstract sealed class Recurrent implements Block permits RNN, GRU, LSTM {
    private final RecurrentCell cell;
    private final int inputs;
    private final int hidden;
    private final RecurrentSettings settings;

    Recurrent(RecurrentCell cell, int inputs, int hidden, RecurrentSettings settings) {
        this.cell = cell;
        this.inputs = inputs;
        this.hidden = hidden;
        this.settings = settings;
        if (inputs < 1 || hidden < 1) {
            throw new IllegalArgumentException(
                    "%s: inputs and hidden must be at least 1, got %d, %d"
                            .formatted(getClass().getSimpleName(), inputs, hidden));
        }
    }

    @Override
    public final String describe() {
        return "%s(%d, %d%s%s)"
                .formatted(
                        getClass().getSimpleName(),
                        inputs,
                        hidden,
                        settings.layers() == 1 ? "" : ", layers=" + settings.layers(),
                        settings.bidirectional() ? ", bidirectional" : "");
    }

    private int directions() {
        return settings.bidirectional() ? 2 : 1;
    }

    /** What the names of weights end in, layer by layer, forwards before backwards. */
    private List<String> suffixes() {
        List<String> suffixes = new ArrayList<>();
        for (int layer = 0; layer < settings.layers(); layer++) {
            suffixes.add("_l" + layer);
            if (settings.bidirectional()) {
                suffixes.add("_l" + layer + "_reverse");
            }
        }
        return suffixes;
    }

    @Override
    public final List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>();
        int rows = cell.gates() * hidden;
        for (String suffix : suffixes()) {
            boolean first = specs.size() < directions() * (settings.bias() ? 4 : 2);
            add(specs, "weight_ih" + suffix, rows, first ? inputs : directions() * hidden);
            add(specs, "weight_hh" + suffix, rows, hidden);
            if (settings.bias()) {
                add(specs, "bias_ih" + suffix, rows);
                add(specs, "bias_hh" + suffix, rows);
            }
        }
        return specs;
    }

    private void add(List<ParameterSpec> specs, String name, long... dims) {
        Shape shape = Shape.of(dims);
        Initializer uniform = Initializer.uniform(1 / Math.sqrt(hidden));
        specs.add(new ParameterSpec(name, shape, Fans.of(shape), uniform));
    }

    @Override
    public final List<Tensor> forward(Pass pass, List<Tensor> given) {
        boolean hasLengths = given.size() > 1 && given.get(1).dtype() == DType.I32;
        int states = hasLengths ? 2 : 1;
        boolean isLstm = cell == RecurrentCell.LSTM;
        if (given.size() != states && given.size() != states + (isLstm ? 2 : 1)) {
            throw new IllegalArgumentException(
                    "%s takes sequences, I32 lengths if there are some, and %s or none, got %s"
                            .formatted(
                                    describe(),
                                    isLstm ? "hidden and cell states" : "hidden states",
                                    given));
        }
        int[] lengths = hasLengths ? given.get(1).toIntArray() : null;
        RecurrenceOptions options =
                RecurrenceOptions.defaults()
                        .batchFirst(settings.batchFirst())
                        .bidirectional(settings.bidirectional())
                        .lengths(lengths)
                        .h(given.size() > states ? given.get(states) : null)
                        .c(given.size() > states + 1 ? given.get(states + 1) : null)
                        .between(y -> pass.dropout(y, settings.dropout()));
        List<RecurrentWeights> weights =
                suffixes().stream().map(suffix -> weights(pass, suffix)).toList();
        Recurrence.Result result = Recurrence.unroll(cell, given.getFirst(), weights, options);
        Tensor c = result.c();
        return c == null ? List.of(result.y(), result.h()) : List.of(result.y(), result.h(), c);
    }

    private RecurrentWeights weights(Pass pass, String suffix) {
        return new RecurrentWeights(
                pass.get(this, "weight_ih" + suffix),
                pass.get(this, "weight_hh" + suffix),
                bias(pass, "bias_ih" + suffix),
                bias(pass, "bias_hh" + suffix));
    }

    private @Nullable Tensor bias(Pass pass, String name) {
        return settings.bias() ? pass.get(this, name) : null;
    }
}
