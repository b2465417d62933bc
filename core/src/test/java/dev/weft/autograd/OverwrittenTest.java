package dev.weft.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Capture;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Losses;
import dev.weft.Reduction;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Activation;
import dev.weft.backend.KernelCall;
import dev.weft.backend.UnaryOp;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * What is written to, or closed, between an operation and its gradient: an error where the
 * derivative is made of it, and nothing to care about where it is not.
 */
class OverwrittenTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    /** Tensors that an operation takes: what becomes of them decides. */
    private enum Part {
        A,
        B,
        RESULT
    }

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Tensor matrix() {
        return device.tensor(new float[] {0.3f, 0.6f, 0.2f, 0.9f}, 2, 2);
    }

    /**
     * Of a, of b and of the result, those that the derivative by what is watched is made of: for
     * each part alone, whether gradients can be taken after it was overwritten or closed.
     */
    private void reads(
            String name,
            BiFunction<Tensor, Tensor, Tensor> operation,
            List<Part> watched,
            List<Part> read) {
        for (Part changed : Part.values()) {
            for (boolean closes : new boolean[] {false, true}) {
                try (Scope _ = device.scope();
                        Tape tape = new Tape(device)) {
                    Tensor a = matrix().named("a");
                    Tensor b = matrix().named("b");
                    if (watched.contains(Part.A)) {
                        tape.watch(a);
                    }
                    if (watched.contains(Part.B)) {
                        tape.watch(b);
                    }
                    Tensor y = operation.apply(a, b).named("y");
                    Tensor dy = device.full(1, y.shape());
                    Tensor at =
                            switch (changed) {
                                case A -> a;
                                case B -> b;
                                case RESULT -> y;
                            };
                    if (closes) {
                        at.close();
                    } else {
                        at.assign(device.full(0.5, at.shape()));
                    }
                    Executable backward = () -> tape.gradients(y, dy);
                    String what =
                            name + ", with " + changed + (closes ? " closed" : " overwritten");
                    if (!read.contains(changed)) {
                        try {
                            backward.execute();
                        } catch (Throwable e) {
                            throw new AssertionError(what, e);
                        }
                        continue;
                    }
                    var error = assertThrows(IllegalStateException.class, backward, what);
                    String expected =
                            closes
                                    ? "gradients: the derivative of %s needs %s, which was closed: keep it open until the gradients are taken"
                                            .formatted(name, at)
                                    : "gradients: the derivative of %s needs %s as it was then, and its memory was overwritten since: take the gradients before, or let %s work on a copy()"
                                            .formatted(name, at, name);
                    assertEquals(expected, error.getMessage());
                }
            }
        }
    }

    private void readsOf(String name, Function<Tensor, Tensor> operation, Part... read) {
        reads(name, (a, _) -> operation.apply(a), List.of(Part.A), List.of(read));
    }

    @Test
    void functionsOfOneOperand() {
        readsOf("affine", a -> a.mul(3));
        readsOf("neg", Tensor::neg);
        readsOf("abs", Tensor::abs, Part.A);
        readsOf("exp", Tensor::exp, Part.RESULT);
        readsOf("log", Tensor::log, Part.A);
        readsOf("sqrt", Tensor::sqrt, Part.RESULT);
        readsOf("square", Tensor::square, Part.A);
        readsOf("relu", Tensor::relu, Part.RESULT);
        readsOf("leaky_relu", a -> a.leakyRelu(0.1), Part.A);
        readsOf("elu", a -> a.elu(1), Part.A);
        readsOf("sigmoid", Tensor::sigmoid, Part.RESULT);
        readsOf("tanh", Tensor::tanh, Part.RESULT);
        readsOf("gelu_erf", Tensor::gelu, Part.A);
        readsOf("gelu_tanh", Tensor::geluTanh, Part.A);
        readsOf("silu", Tensor::silu, Part.A);
        readsOf("softplus", Tensor::softplus, Part.A);
        readsOf("clamp", a -> a.clamp(0, 1), Part.A);
        long kernels = Arrays.stream(UnaryOp.values()).filter(UnaryOp::hasGradKernel).count();
        assertEquals(17, kernels, "one line for each above");
        readsOf("sin", Tensor::sin, Part.A);
        readsOf("exp2", Tensor::exp2, Part.RESULT);
        readsOf("floor", Tensor::floor);
    }

    @Test
    void functionsOfTwoOperands() {
        List<Part> a = List.of(Part.A);
        List<Part> b = List.of(Part.B);
        List<Part> both = List.of(Part.A, Part.B);
        reads("add", Tensor::add, both, List.of());
        reads("sub", Tensor::sub, both, List.of());
        reads("mul", Tensor::mul, a, b);
        reads("mul", Tensor::mul, b, a);
        reads("div", Tensor::div, a, b);
        reads("div", Tensor::div, b, both);
        for (List<Part> watched : List.of(a, b)) {
            reads("pow", Tensor::pow, watched, both);
            reads("min", Tensor::min, watched, both);
            reads("max", Tensor::max, watched, both);
        }
        reads("matmul", Tensor::matmul, a, b);
        reads("matmul", Tensor::matmul, b, a);
        reads("linear", (x, w) -> x.linear(w, null, Activation.IDENTITY), a, b);
        reads("linear", (x, w) -> x.linear(w, null, Activation.IDENTITY), b, a);
        reads(
                "linear",
                (x, w) -> x.linear(w, null, Activation.TANH),
                both,
                List.of(Part.A, Part.B, Part.RESULT));
        reads(
                "squared_error",
                (x, t) -> Losses.mse(x, t, Reduction.NONE),
                a,
                List.of(Part.A, Part.B));
    }

    @Test
    void whatMovesAndAddsReadsNothing() {
        readsOf("sum", a -> a.sum(0));
        readsOf("mean", Tensor::mean);
        readsOf("copy", Tensor::copy);
        reads("concat", (x, y) -> Tensor.concat(0, x, y), List.of(Part.A, Part.B), List.of());
        readsOf("max", a -> a.max(0), Part.A, Part.RESULT);
        readsOf("min", a -> a.min(0), Part.A, Part.RESULT);
        readsOf("softmax", a -> a.softmax(1), Part.RESULT);
        readsOf("log_softmax", a -> a.logSoftmax(1), Part.RESULT);
        Tensor rows = device.tensor(new int[] {1, 0});
        // The labels were used already, by the kernel that computes loss and gradient.
        readsOf("crossentropy", a -> Losses.crossEntropy(a, rows, Reduction.NONE));
    }

    @Test
    void viewsShareTheirMemorysHistory() {
        try (Tape tape = new Tape(device)) {
            Tensor w = device.tensor(new float[] {1, 2, 3}).named("w");
            tape.watch(w);
            Tensor y = w.square();
            w.slice(0, 0, 1).assign(device.tensor(new float[] {100}));
            assertEquals(w.lastWrite(), w.reshape(3, 1).lastWrite());
            assertThrows(IllegalStateException.class, () -> tape.gradients(y.sum()));
            // What is recorded after that is differentiated where it is now.
            assertArrayEquals(
                    new float[] {200, 4, 6}, tape.gradients(w.square().sum()).of(w).toFloatArray());
        }
    }

    @Test
    void indicesAreRead() {
        try (Tape tape = new Tape(device)) {
            Tensor x = matrix();
            Tensor rows = device.tensor(new int[] {1, 0}).named("rows");
            tape.watch(x);
            Tensor gathered = x.gather(rows).sum();
            Tensor picked = x.pick(rows).sum();
            Tensor both = gathered.add(picked);
            rows.assign(device.tensor(new int[] {0, 0}));
            for (Tensor y : List.of(gathered, picked, both)) {
                var error = assertThrows(IllegalStateException.class, () -> tape.gradients(y));
                assertTrue(String.valueOf(error.getMessage()).contains("'rows'"));
            }
        }
    }

    /** As when an optimizer's step comes before the second of two losses' gradients. */
    @Test
    void kernelsSayWhatTheyWrite() {
        try (Tape tape = new Tape(device)) {
            Tensor x = matrix();
            Tensor w = matrix().named("w");
            tape.watch(w);
            Tensor linear = x.matmul(w).sum();
            Tensor squares = w.square().sum();
            tape.gradients(squares);
            device.backend().run(new KernelCall.Fill(2, w.viewToWrite()));
            assertEquals(device.writes(), w.lastWrite(), "the last write so far was this one");
            assertThrows(IllegalStateException.class, () -> tape.gradients(squares));
            // By w the product is linear: its gradient is made of x alone.
            assertArrayEquals(
                    new double[] {0.5, 0.5, 1.5, 1.5},
                    tape.gradients(linear).of(w).toDoubleArray(),
                    1e-6);
        }
    }

    @Test
    void replaysOverwriteWhatTheyMakeAndWrite() {
        Tensor x = device.ones(2).named("x");
        Tensor state = device.ones(2).named("state");
        Tensor untouched = device.ones(2);
        List<Tensor> made = new ArrayList<>();
        try (Capture step =
                        device.capture(
                                () -> {
                                    made.add(x.add(1).named("made"));
                                    state.assign(state.mul(2));
                                    untouched.mul(2).close();
                                });
                Tape tape = new Tape(device)) {
            Tensor w = device.ones(2);
            tape.watch(w);
            Tensor ofMade = w.mul(made.getFirst()).sum();
            Tensor ofState = w.mul(state).sum();
            Tensor ofUntouched = w.mul(untouched).sum();
            Tensor ofInput = w.mul(x).sum();
            tape.gradients(ofMade);
            step.replay();
            for (Tensor y : List.of(ofMade, ofState)) {
                assertThrows(IllegalStateException.class, () -> tape.gradients(y));
            }
            tape.gradients(ofUntouched);
            tape.gradients(ofInput);
        }
    }

    /** Destinations of gradients are written to in the midst of reading. */
    @Test
    void gradientsAreNotWrittenOverWhatIsRead() {
        try (Tape tape = new Tape(device)) {
            Tensor x = matrix().named("x");
            Tensor w = matrix().named("w");
            var error =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> tape.watch(w, w.transpose().transpose()));
            assertEquals(
                    "watch: the gradient of tensor 'w' (2x2 F32 on reference) cannot be written to"
                        + " tensor (2x2 F32 on reference), which shares memory with tensor 'w' (2x2"
                        + " F32 on reference): give it memory of its own",
                    error.getMessage());
            Tensor flat = device.zeros(6);
            tape.watch(w, flat.slice(0, 0, 4).reshape(2, 2));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> tape.watch(x, flat.slice(0, 2, 6).reshape(2, 2)));
            // The same again is no second gradient.
            tape.watch(w, flat.slice(0, 0, 4).reshape(2, 2));
            tape.watch(w, x);
            Tensor y = x.matmul(w).sum();
            assertThrows(IllegalArgumentException.class, () -> tape.watch(x, x));
            var stale = assertThrows(IllegalStateException.class, () -> tape.gradients(y));
            assertTrue(String.valueOf(stale.getMessage()).contains("derivative of matmul needs"));
        }
    }

    @Test
    void theGradientPassedInMayLieWhereOneGoes() {
        try (Tape tape = new Tape(device)) {
            Tensor y = device.ones(4).named("y");
            Tensor memory = device.tensor(new float[] {1, 2, 3, 4, 5});
            tape.watch(y, memory.slice(0, 1, 5));
            tape.gradients(y, memory.slice(0, 0, 4));
            assertArrayEquals(new float[] {1, 1, 2, 3, 4}, memory.toFloatArray());
        }
    }

    @Test
    void whatOperationsMakeForThemselvesStaysAsLongAsTheTape() {
        Tensor x = matrix();
        int before = device.memory().liveTensors();
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor y;
            try (Scope inner = device.scope()) {
                y = inner.keep(x.pow(2).div(4).sum());
                Tensor loss = inner.keep(Losses.crossEntropy(x, device.tensor(new int[] {0, 1})));
                y = inner.keep(y.add(loss.mul(0)));
            }
            float[] values = x.toFloatArray();
            float[] gradient = tape.gradients(y).of(x).toFloatArray();
            for (int i = 0; i < values.length; i++) {
                assertEquals(values[i] / 2, gradient[i], 1e-6f);
            }
        }
        // x's gradient, y twice and the loss; the tape's own are gone.
        assertEquals(before + 4, device.memory().liveTensors());
    }

    @Test
    void whatIsClosedCannotBeWatched() {
        try (Tape tape = new Tape(device)) {
            Tensor x = matrix();
            x.close();
            assertThrows(IllegalStateException.class, () -> tape.watch(x));
            tape.close();
            var error = assertThrows(IllegalStateException.class, () -> tape.watch(matrix()));
            assertEquals(
                    "watch: the tape was closed, and no longer takes tensor (2x2 F32 on reference)",
                    error.getMessage());
        }
    }

    @Test
    void nothingIsLeftOfAFailedBackwardPass() {
        Tensor x = matrix();
        Tensor unused = matrix();
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            tape.watch(unused);
            Tensor squares = x.square();
            Tensor y = squares.exp().mul(x).sum();
            squares.slice(0, 0, 1).assign(device.zeros(1, 2));
            x.assign(device.full(2, Shape.of(2, 2)));
            int live = device.memory().liveTensors();
            assertThrows(IllegalStateException.class, () -> tape.gradients(y));
            assertEquals(live, device.memory().liveTensors());
            assertEquals(5, tape.length());
        }
    }
}
