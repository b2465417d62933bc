package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;

/** What {@link Recurrence} refuses. */
final class RecurrenceChecks {
    private final RecurrentCell cell;
    private final Tensor x;
    private final String name;

    private RecurrenceChecks(RecurrentCell cell, Tensor x) {
        this.cell = cell;
        this.x = x;
        this.name = cell.name().toLowerCase(Locale.ROOT);
    }

    static void check(
            RecurrentCell cell,
            Tensor x,
            List<RecurrentWeights> layers,
            RecurrenceOptions options) {
        new RecurrenceChecks(cell, x).check(layers, options);
    }

    private void check(List<RecurrentWeights> layers, RecurrenceOptions options) {
        Elementwise.requireFloating(name, x);
        int directions = options.directions();
        if (x.rank() != 3 || x.dim(options.batchFirst() ? 1 : 0) < 1) {
            throw new ShapeException(
                    "%s: x is %s: it must be %s, with at least one step"
                            .formatted(
                                    name,
                                    x,
                                    options.batchFirst()
                                            ? "batch×steps×inputs"
                                            : "steps×batch×inputs"));
        }
        if (layers.isEmpty() || layers.size() % directions != 0) {
            throw new IllegalArgumentException(
                    "%s: got the weights of %d directions: needs at least one layer, and %d for each"
                            .formatted(name, layers.size(), directions));
        }
        Tensor hiddenWeight = layers.getFirst().hidden();
        long hidden = hiddenWeight.rank() == 2 ? hiddenWeight.dim(1) : 0;
        for (int i = 0; i < layers.size(); i++) {
            int layer = i / directions;
            check(layers.get(i), layer, layer == 0 ? x.dim(2) : directions * hidden, hidden);
        }
        long batch = x.dim(options.batchFirst() ? 0 : 1);
        Shape states = Shape.of(layers.size(), batch, hidden);
        checkStates("h", options.h(), states);
        checkStates("c", options.c(), states);
        if (options.c() != null && cell != RecurrentCell.LSTM) {
            throw new IllegalArgumentException(
                    "%s: got cell states: only an LSTM has them".formatted(name));
        }
        checkLengths(options.lengths(), batch, x.dim(options.batchFirst() ? 1 : 0));
    }

    private void check(RecurrentWeights weights, int layer, long inputs, long hidden) {
        long rows = cell.gates() * hidden;
        boolean fits =
                hidden > 0
                        && is(weights.input(), Shape.of(rows, inputs))
                        && is(weights.hidden(), Shape.of(rows, hidden))
                        && is(weights.inputBias(), Shape.of(rows))
                        && is(weights.hiddenBias(), Shape.of(rows));
        if (!fits) {
            throw new ShapeException(
                    "%s: x is %s, and layer %d has the input weight %s, the hidden weight %s, biases %s and %s: for a hidden state of H they must be of x's type, %dH×%d, %dH×H, and %dH or none, with one H for all layers"
                            .formatted(
                                    name,
                                    x,
                                    layer,
                                    weights.input(),
                                    weights.hidden(),
                                    weights.inputBias(),
                                    weights.hiddenBias(),
                                    cell.gates(),
                                    inputs,
                                    cell.gates(),
                                    cell.gates()));
        }
    }

    private boolean is(@Nullable Tensor tensor, Shape shape) {
        if (tensor == null) {
            return true;
        }
        Elementwise.sameDevice(name, x, tensor);
        return tensor.dtype() == x.dtype() && tensor.shape().equals(shape);
    }

    private void checkStates(String what, @Nullable Tensor states, Shape shape) {
        if (!is(states, shape)) {
            throw new ShapeException(
                    "%s: x is %s, the first states %s are %s: they must be (layers·directions)×batch×hidden, %s, of x's type"
                            .formatted(name, x, what, states, shape));
        }
    }

    private void checkLengths(int @Nullable [] lengths, long batch, long steps) {
        if (lengths == null) {
            return;
        }
        if (lengths.length != batch) {
            throw new IllegalArgumentException(
                    "%s: x is %s, with %d sequences, and there are %d lengths: needs one for each"
                            .formatted(name, x, batch, lengths.length));
        }
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] < 0 || lengths[i] > steps) {
                throw new IllegalArgumentException(
                        "%s: x is %s, with %d steps, and sequence %d has length %d: needs lengths from 0 to %d"
                                .formatted(name, x, steps, i, lengths[i], steps));
            }
        }
    }
}
