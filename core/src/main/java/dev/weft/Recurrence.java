package dev.weft;

import dev.weft.backend.Activation;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Recurrent networks: each step of a sequence changes a hidden state. The products of a layer's
 * inputs are one product over all steps; those of its states are made step by step.
 */
public final class Recurrence {
    private final RecurrentCell cell;
    private final RecurrenceOptions options;
    private final long steps;
    private final long batch;
    private final long hidden;

    /** BOOL, steps×batch×1: true beyond a sequence's length; null where all are whole. */
    private final @Nullable Tensor beyond;

    /** So many steps count for all sequences. */
    private final long shortest;

    /**
     * What {@link #unroll} gives.
     *
     * @param y the last layer's hidden states at every step, of x's layout with directions·hidden
     *     features: 0 beyond a sequence's length
     * @param h the hidden states after each sequence's last step, which backwards is its first:
     *     (layers·directions)×batch×hidden, directions next to each other
     * @param c an LSTM's cell states, likewise; null for other cells
     */
    public record Result(Tensor y, Tensor h, @Nullable Tensor c) {}

    /** Where a sequence has got to. */
    private record State(Tensor h, @Nullable Tensor c) {}

    private Recurrence(RecurrentCell cell, Tensor x, long hidden, RecurrenceOptions options) {
        this.cell = cell;
        this.options = options;
        this.steps = x.dim(options.batchFirst() ? 1 : 0);
        this.batch = x.dim(options.batchFirst() ? 0 : 1);
        this.hidden = hidden;
        int[] lengths = options.lengths();
        this.shortest =
                lengths == null ? steps : Arrays.stream(lengths).asLongStream().min().orElse(steps);
        this.beyond = lengths == null || shortest == steps ? null : beyond(x.device(), lengths);
    }

    private Tensor beyond(Device device, int[] lengths) {
        Tensor numbers = device.arange(DType.I32, (double) steps).reshape(steps, 1, 1);
        return numbers.greaterEqual(device.tensor(lengths).reshape(batch, 1));
    }

    /**
     * The states of a cell over sequences, in layers, each of which takes what the one before
     * gives. Gradients flow to x, the weights and the first states. Of one floating type; F16 and
     * BF16 compute in F32 and are rounded once.
     *
     * @param x steps×batch×inputs, or where the batch is first, batch×steps×inputs; at least one
     *     step
     * @param layers the weights of the first layer, then of the second, …; where there are two
     *     directions, forwards and then backwards for each
     * @throws ShapeException where shapes or types do not fit
     * @throws IllegalArgumentException where there are no weights, a length is not between 0 and
     *     the number of steps, there are cell states for another cell than LSTM, or operands are on
     *     two devices
     * @throws IllegalStateException where an operand was closed
     */
    public static Result unroll(
            RecurrentCell cell,
            Tensor x,
            List<RecurrentWeights> layers,
            RecurrenceOptions options) {
        RecurrenceChecks.check(cell, x, layers, options);
        DType wide = x.dtype().computesIn();
        long hidden = layers.getFirst().hidden().dim(1);
        List<Tensor> made =
                x.device()
                        .computeAll(
                                () -> {
                                    Recurrence all = new Recurrence(cell, x, hidden, options);
                                    return all.run(x, layers, wide).stream()
                                            .map(result -> result.to(x.dtype()))
                                            .toList();
                                });
        return new Result(made.get(0), made.get(1), made.size() > 2 ? made.get(2) : null);
    }

    private List<Tensor> run(Tensor x, List<RecurrentWeights> weights, DType wide) {
        int directions = options.directions();
        List<Tensor> hs = new ArrayList<>();
        List<Tensor> cs = new ArrayList<>();
        Tensor y = options.batchFirst() ? x.transpose(0, 1) : x;
        y = zeroedBeyond(y.to(wide));
        for (int i = 0; i < weights.size(); i += directions) {
            Tensor input = i == 0 ? y : options.between().apply(y);
            Tensor[] sides = new Tensor[directions];
            for (int side = 0; side < directions; side++) {
                RecurrentWeights own = weights.get(i + side);
                State first = first(i + side, x.device(), wide);
                Tensor[] outputs = new Tensor[(int) steps];
                State last = direction(input, own, first, side == 1, wide, outputs);
                sides[side] = zeroedBeyond(Tensor.stack(0, outputs));
                hs.add(last.h());
                if (last.c() != null) {
                    cs.add(last.c());
                }
            }
            y = directions == 1 ? sides[0] : Tensor.concat(2, sides);
        }
        List<Tensor> results = new ArrayList<>();
        results.add(options.batchFirst() ? y.transpose(0, 1).contiguous() : y);
        results.add(Tensor.stack(0, hs.toArray(Tensor[]::new)));
        if (!cs.isEmpty()) {
            results.add(Tensor.stack(0, cs.toArray(Tensor[]::new)));
        }
        return results;
    }

    /** What stands beyond a sequence's length counts nowhere, even if it is NaN. */
    private Tensor zeroedBeyond(Tensor x) {
        return beyond == null ? x : x.maskedFill(beyond, 0);
    }

    private State first(int index, Device device, DType wide) {
        Tensor h = options.h();
        Tensor c = options.c();
        Shape shape = Shape.of(batch, hidden);
        Tensor firstH = h == null ? device.full(wide, 0, shape) : h.select(0, index).to(wide);
        if (cell != RecurrentCell.LSTM) {
            return new State(firstH, null);
        }
        return new State(
                firstH, c == null ? device.full(wide, 0, shape) : c.select(0, index).to(wide));
    }

    /** Goes through all steps, and gives the last state; {@code outputs} are those of each step. */
    private State direction(
            Tensor x,
            RecurrentWeights weights,
            State first,
            boolean backwards,
            DType wide,
            Tensor[] outputs) {
        Tensor bias = wide(weights.inputBias(), wide);
        Tensor hiddenBias = wide(weights.hiddenBias(), wide);
        if (cell != RecurrentCell.GRU && hiddenBias != null) {
            // Only a GRU does something to the states' part before both are added.
            bias = bias == null ? hiddenBias : bias.add(hiddenBias);
            hiddenBias = null;
        }
        Tensor rows = x.contiguous().reshape(steps * batch, x.dim(2));
        Tensor inputs =
                rows.linear(weights.input().to(wide), bias, Activation.IDENTITY)
                        .reshape(steps, batch, cell.gates() * hidden);
        Tensor recurrent = weights.hidden().to(wide);
        State state = first;
        for (long i = 0; i < steps; i++) {
            int t = (int) (backwards ? steps - 1 - i : i);
            Tensor before = state.h().linear(recurrent, hiddenBias, Activation.IDENTITY);
            State next = step(inputs.select(0, t), before, state);
            state = beyond == null || t < shortest ? next : kept(beyond.select(0, t), state, next);
            outputs[t] = state.h();
        }
        return state;
    }

    private static @Nullable Tensor wide(@Nullable Tensor x, DType wide) {
        return x == null ? null : x.to(wide);
    }

    /** The state that was where a sequence has ended, or not begun, and otherwise the next. */
    private static State kept(Tensor where, State state, State next) {
        Tensor c = state.c();
        Tensor nextC = next.c();
        return new State(
                where.where(state.h(), next.h()),
                c == null || nextC == null ? null : where.where(c, nextC));
    }

    private State step(Tensor u, Tensor v, State state) {
        return switch (cell) {
            case RNN_TANH -> new State(u.add(v).tanh(), null);
            case RNN_RELU -> new State(u.add(v).relu(), null);
            case GRU -> {
                Tensor gates = u.slice(1, 0, 2 * hidden).add(v.slice(1, 0, 2 * hidden)).sigmoid();
                Tensor reset = gate(gates, 0);
                Tensor update = gate(gates, 1);
                Tensor fresh = gate(u, 2).add(reset.mul(gate(v, 2))).tanh();
                yield new State(fresh.add(update.mul(state.h().sub(fresh))), null);
            }
            case LSTM -> {
                Tensor sums = u.add(v);
                Tensor both = sums.slice(1, 0, 2 * hidden).sigmoid();
                Tensor kept = gate(both, 1).mul(Objects.requireNonNull(state.c()));
                Tensor c = kept.add(gate(both, 0).mul(gate(sums, 2).tanh()));
                yield new State(gate(sums, 3).sigmoid().mul(c.tanh()), c);
            }
        };
    }

    private Tensor gate(Tensor gates, int number) {
        return gates.slice(1, number * hidden, (number + 1) * hidden);
    }
}
