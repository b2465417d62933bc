package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.autograd.Gradients;
import dev.weft.autograd.Tape;
import dev.weft.backend.ForwardingBackend;
import dev.weft.backend.KernelCall;
import dev.weft.reference.ReferenceBackend;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;

/** Sequences that end early, in both directions, and what is refused. */
class RecurrenceTest {
    private static final RecurrenceOptions PLAIN = RecurrenceOptions.defaults();

    private final List<KernelCall.Gemm> products = new ArrayList<>();

    private final Device device =
            new Device(
                    new ForwardingBackend(new ReferenceBackend()) {
                        @Override
                        public void run(KernelCall call) {
                            if (call instanceof KernelCall.Gemm gemm) {
                                products.add(gemm);
                            }
                            super.run(call);
                        }
                    });

    private final Scope scope = device.scope();

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Tensor normal(long seed, long... dims) {
        return device.random(seed).normal(DType.F64, 0, 1, dims);
    }

    private RecurrentWeights weights(RecurrentCell cell, long seed, long inputs, long hidden) {
        long rows = cell.gates() * hidden;
        return new RecurrentWeights(
                normal(seed, rows, inputs),
                normal(seed + 1, rows, hidden),
                normal(seed + 2, rows),
                normal(seed + 3, rows));
    }

    private static double[] values(Tensor x) {
        return x.contiguous().toDoubleArray();
    }

    /** A long sequence and a short one beside it give what each gives alone. */
    @ParameterizedTest
    @EnumSource
    void whatIsBeyondALengthCountsNowhere(RecurrentCell cell) {
        List<RecurrentWeights> layers =
                List.of(
                        weights(cell, 10, 3, 2),
                        weights(cell, 20, 3, 2),
                        weights(cell, 30, 4, 2),
                        weights(cell, 40, 4, 2));
        Tensor x = normal(1, 5, 2, 3);
        x.slice(1, 1, 2)
                .slice(0, 3, 5)
                .assign(device.full(DType.F64, Double.NaN, Shape.of(2, 1, 3)));
        RecurrenceOptions both = PLAIN.bidirectional(true);
        try (Tape tape = new Tape(device)) {
            Tensor weight = layers.getFirst().input();
            tape.watch(x);
            tape.watch(weight);
            Recurrence.Result together = Recurrence.unroll(cell, x, layers, both.lengths(5, 3));
            Recurrence.Result longer = Recurrence.unroll(cell, x.slice(1, 0, 1), layers, both);
            Recurrence.Result shorter =
                    Recurrence.unroll(cell, x.slice(1, 1, 2).slice(0, 0, 3), layers, both);
            Tensor y = together.y();
            assertEquals(Shape.of(5, 2, 4), y.shape());
            assertArrayEquals(values(longer.y()), values(y.slice(1, 0, 1)), 1e-12);
            assertArrayEquals(values(shorter.y()), values(y.slice(1, 1, 2).slice(0, 0, 3)), 1e-12);
            assertArrayEquals(new double[8], values(y.slice(1, 1, 2).slice(0, 3, 5)));
            assertEquals(Shape.of(4, 2, 2), together.h().shape());
            assertArrayEquals(values(longer.h()), values(together.h().slice(1, 0, 1)), 1e-12);
            assertArrayEquals(values(shorter.h()), values(together.h().slice(1, 1, 2)), 1e-12);
            Gradients whole = tape.gradients(y.square().sum().add(together.h().sum()));
            Gradients apart =
                    tape.gradients(
                            longer.y()
                                    .square()
                                    .sum()
                                    .add(shorter.y().square().sum())
                                    .add(longer.h().sum())
                                    .add(shorter.h().sum()));
            assertArrayEquals(values(apart.of(weight)), values(whole.of(weight)), 1e-10);
            assertArrayEquals(values(apart.of(x)), values(whole.of(x)), 1e-10);
        }
    }

    /** The last state of one half is the first of the other. */
    @ParameterizedTest
    @EnumSource
    void aSequenceGoesOn(RecurrentCell cell) {
        List<RecurrentWeights> layers = List.of(weights(cell, 10, 3, 2), weights(cell, 20, 2, 2));
        Tensor x = normal(1, 2, 6, 3);
        RecurrenceOptions options = PLAIN.batchFirst(true);
        Recurrence.Result whole = Recurrence.unroll(cell, x, layers, options);
        Recurrence.Result half = Recurrence.unroll(cell, x.slice(1, 0, 4), layers, options);
        Recurrence.Result rest =
                Recurrence.unroll(cell, x.slice(1, 4, 6), layers, options.h(half.h()).c(half.c()));
        assertArrayEquals(values(whole.y().slice(1, 4, 6)), values(rest.y()), 1e-12);
        assertArrayEquals(values(whole.h()), values(rest.h()), 1e-12);
        if (cell != RecurrentCell.LSTM) {
            assertNull(whole.c());
        }
    }

    @Test
    void theInputsOfAllStepsAreOneProduct() {
        List<RecurrentWeights> layer = List.of(weights(RecurrentCell.LSTM, 10, 3, 2));
        Tensor x = normal(1, 7, 4, 3);
        products.clear();
        Recurrence.unroll(RecurrentCell.LSTM, x, layer, PLAIN);
        assertEquals(8, products.size());
        assertEquals(Shape.of(28, 8), products.getFirst().c().shape());
    }

    @Test
    void halvesAreRoundedOnce() {
        Tensor x = normal(1, 9, 2, 3).to(DType.BF16);
        RecurrentWeights exact = weights(RecurrentCell.GRU, 10, 3, 4);
        RecurrentWeights half =
                new RecurrentWeights(
                        exact.input().to(DType.BF16), exact.hidden().to(DType.BF16), null, null);
        RecurrentWeights wide =
                new RecurrentWeights(
                        half.input().to(DType.F32), half.hidden().to(DType.F32), null, null);
        Tensor y = Recurrence.unroll(RecurrentCell.GRU, x, List.of(half), PLAIN).y();
        Tensor expected =
                Recurrence.unroll(RecurrentCell.GRU, x.to(DType.F32), List.of(wide), PLAIN).y();
        assertEquals(DType.BF16, y.dtype());
        assertArrayEquals(values(expected.to(DType.BF16)), values(y));
    }

    @Test
    void betweenLayersOnly() {
        RecurrentCell cell = RecurrentCell.RNN_TANH;
        List<RecurrentWeights> layers = List.of(weights(cell, 10, 3, 2), weights(cell, 20, 2, 2));
        List<Shape> seen = new ArrayList<>();
        Recurrence.unroll(
                cell,
                normal(1, 5, 4, 3),
                layers,
                PLAIN.between(
                        y -> {
                            seen.add(y.shape());
                            return y;
                        }));
        assertEquals(List.of(Shape.of(5, 4, 2)), seen);
    }

    private void refused(
            String message,
            Class<? extends RuntimeException> type,
            Tensor x,
            List<RecurrentWeights> layers,
            RecurrenceOptions options) {
        var error =
                assertThrows(type, () -> Recurrence.unroll(RecurrentCell.GRU, x, layers, options));
        assertTrue(error.toString().contains(message), error.toString());
    }

    @Test
    void whatIsRefused() {
        Class<ShapeException> shape = ShapeException.class;
        Class<IllegalArgumentException> argument = IllegalArgumentException.class;
        Tensor x = normal(1, 5, 2, 3).named("x");
        RecurrentWeights right = weights(RecurrentCell.GRU, 10, 3, 4);
        List<RecurrentWeights> one = List.of(right);
        refused(
                "gru: x is tensor 'x' (5x2x3 F64 on reference), with 5 steps, and sequence 1 has"
                        + " length 6: needs lengths from 0 to 5",
                argument,
                x,
                one,
                PLAIN.lengths(5, 6));
        refused("sequence 0 has length -1", argument, x, one, PLAIN.lengths(-1, 5));
        refused("with 2 sequences, and there are 1 lengths", argument, x, one, PLAIN.lengths(5));
        refused(
                "with 5 sequences, and there are 2 lengths",
                argument,
                x,
                one,
                PLAIN.batchFirst(true).lengths(2, 2));
        refused(
                "must be (layers·directions)×batch×hidden, 1x2x4",
                shape,
                x,
                one,
                PLAIN.h(normal(2, 1, 2, 3)));
        refused("the first states h", shape, x, one, PLAIN.h(device.zeros(1, 2, 4)));
        refused("only an LSTM has them", argument, x, one, PLAIN.c(normal(2, 1, 2, 4)));
        refused("needs at least one layer", argument, x, List.of(), PLAIN);
        refused("and 2 for each", argument, x, one, PLAIN.bidirectional(true));
        refused("must be steps×batch×inputs", shape, normal(2, 5, 3), one, PLAIN);
        refused("at least one step", shape, normal(2, 0, 2, 3), one, PLAIN);
        refused("gru: is not defined for I32", shape, x.to(DType.I32), one, PLAIN);
        refused(
                "layer 1 has the input weight",
                shape,
                x,
                List.of(right, weights(RecurrentCell.GRU, 10, 3, 4)),
                PLAIN);
        refused("and 3H or none", shape, x, List.of(weights(RecurrentCell.LSTM, 10, 3, 4)), PLAIN);
        try (Device other = Devices.open("reference");
                Scope _ = other.scope()) {
            Tensor far = other.full(DType.F64, 0, Shape.of(1, 2, 4));
            refused("one device", argument, x, one, PLAIN.h(far));
        }
    }
}
