package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Capture;
import dev.weft.DType;
import dev.weft.Device;
import dev.weft.DropoutState;
import dev.weft.Losses;
import dev.weft.Resizing;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.backend.Activation;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.backend.UpdateRule;
import dev.weft.random.Philox;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Steps that are captured and replayed. */
final class CaptureCases {
    private static final int STEPS = 100;
    private static final int EXAMPLES = 40;
    private static final int BATCH = 7;
    private static final int INPUTS = 11;
    private static final int HIDDEN = 13;
    private static final int CLASSES = 3;

    private CaptureCases() {}

    static Stream<DynamicTest> all(Supplier<Device> device) {
        return Stream.of(
                test("100 replays are 100 steps, bit for bit", device, CaptureCases::training),
                test("a reduction in two launches", device, CaptureCases::reduction),
                test("what replays use is nobody else's", device, CaptureCases::ownMemory),
                test("inputs may be closed", device, CaptureCases::closedInput),
                test("results outlive the capture", device, CaptureCases::results),
                test("operands that change", device, CaptureCases::operands),
                test("constants are made once", device, CaptureCases::constants),
                test("two captures in turns", device, CaptureCases::two),
                test("two captures in the same memory", device, CaptureCases::beside),
                test("a capture of another's results", device, CaptureCases::chained),
                test("a step that fails leaves nothing", device, CaptureCases::failed),
                test("a step that waits for the device", device, CaptureCases::refusals),
                test("work before each replay", device, CaptureCases::workBefore),
                test("wrong uses", device, CaptureCases::wrongUses),
                test("bad indices in every replay", device, CaptureCases::badIndices));
    }

    /** Work that the step asks for is done before each replay, and not while it is captured. */
    private static void workBefore(Device device) {
        Tensor setting = device.tensor(new float[] {1});
        Tensor sum = device.zeros(1);
        int[] next = {10};
        Runnable bring =
                () -> {
                    try (Tensor fresh = device.tensor(new float[] {next[0]++})) {
                        setting.assign(fresh);
                    }
                };
        Runnable step =
                () -> {
                    device.beforeReplay(bring);
                    sum.assign(sum.add(setting));
                };
        try (Capture capture = device.capture(step)) {
            assertEquals(1, sum.item());
            capture.replay();
            capture.replay();
            assertEquals(1 + 10 + 11, sum.item());
        }
        assertThrows(IllegalStateException.class, () -> device.beforeReplay(bring));
    }

    private static DynamicTest test(String name, Supplier<Device> open, Consumer<Device> body) {
        Executable run =
                () -> {
                    Device device = open.get();
                    try (Scope _ = device.scope()) {
                        body.accept(device);
                    }
                    assertEquals(0, device.memory().liveBytes(), "live bytes at the end");
                };
        return dynamicTest(name, run);
    }

    /** A network of two layers with dropout that learns from rows which a tensor chooses. */
    private static final class Training {
        private final Device device;
        private final Tensor data;
        private final Tensor labels;
        private final Tensor chosen;
        private final Tensor w1;
        private final Tensor b1;
        private final Tensor w2;
        private final List<Tensor> gradients;
        private final Tensor control;
        private final List<Tensor> steps;
        private final List<List<Tensor>> states;
        private final DropoutState dropout;
        private final Tensor loss;
        private final Tensor go;

        Training(Device device) {
            this.device = device;
            Philox random = new Philox(11);
            data = Draws.normal(random, device, 1, EXAMPLES, INPUTS);
            labels = device.tensor(Draws.indices(random, EXAMPLES, CLASSES));
            chosen = device.tensor(new int[BATCH]);
            w1 = Draws.normal(random, device, 0.5, HIDDEN, INPUTS);
            b1 = device.zeros(HIDDEN);
            w2 = Draws.normal(random, device, 0.5, CLASSES, HIDDEN);
            gradients = parameters().stream().map(w -> device.zeros(w.shape().toArray())).toList();
            // Of four steps, each has a rate of its own.
            control = device.tensor(new float[] {0.05f, 1, 0.02f, 1, 0.04f, 1, 0.01f, 1});
            steps = parameters().stream().map(_ -> device.tensor(new int[2])).toList();
            states =
                    parameters().stream()
                            .map(
                                    w ->
                                            List.of(
                                                    device.zeros(w.shape().toArray()),
                                                    device.zeros(w.shape().toArray())))
                            .toList();
            dropout = new DropoutState(device, 5);
            loss = device.scalar(0);
            go = device.tensor(new int[1]);
        }

        private List<Tensor> parameters() {
            return List.of(w1, b1, w2);
        }

        /**
         * What changes from step to step on the host: which rows, the learning rate, the steps
         * done.
         */
        void prepare(int step) {
            try (Scope _ = device.scope()) {
                int[] rows = new int[BATCH];
                for (int i = 0; i < BATCH; i++) {
                    rows[i] = (step * 3 + i * i) % EXAMPLES;
                }
                chosen.assign(device.tensor(rows));
                if (step == STEPS - 1) {
                    // The end of the low word.
                    steps.forEach(count -> count.assign(device.tensor(new int[] {-1, 0})));
                }
                if (step == STEPS / 2) {
                    control.slice(0, 0, 1).assign(device.tensor(new float[] {0.02f}));
                }
            }
        }

        void step() {
            try (Scope _ = device.scope();
                    Tape tape = new Tape(device)) {
                for (int i = 0; i < parameters().size(); i++) {
                    tape.watch(parameters().get(i), gradients.get(i));
                }
                Tensor x = data.gather(chosen);
                Tensor hidden = dropout.apply(x.linear(w1, b1, Activation.TANH), 0.25);
                Tensor logits = hidden.matmul(w2.transpose());
                Tensor mean = Losses.crossEntropy(logits, labels.gather(chosen));
                tape.gradients(mean.add(w2.square().mean()));
                loss.assign(mean);
                UpdateRule adam = new UpdateRule.Adam(0.9, 0.999, 1e-8, Penalty.NONE);
                for (int i = 0; i < parameters().size(); i++) {
                    device.backend()
                            .run(
                                    new KernelCall.Update(
                                            adam,
                                            control.view(),
                                            steps.get(i).view(),
                                            go.view(),
                                            parameters().get(i).view(),
                                            gradients.get(i).view(),
                                            states.get(i).stream().map(Tensor::view).toList()));
                }
            }
        }

        /** Each parameter's steps. */
        List<int[]> counts() {
            return steps.stream().map(Tensor::toIntArray).toList();
        }

        float[] everything() {
            try (Scope _ = device.scope()) {
                Tensor[] all =
                        Stream.of(parameters(), List.of(loss), states.getFirst(), states.getLast())
                                .flatMap(List::stream)
                                .map(t -> t.reshape(t.size()))
                                .toArray(Tensor[]::new);
                return Tensor.concat(0, all).toFloatArray();
            }
        }
    }

    private static void training(Device device) {
        Training eager = new Training(device);
        for (int i = 0; i < STEPS; i++) {
            eager.prepare(i);
            eager.step();
        }
        Training captured = new Training(device);
        captured.prepare(0);
        try (Capture step = device.capture(captured::step)) {
            for (int i = 1; i < STEPS; i++) {
                captured.prepare(i);
                long allocations = device.memory().allocations();
                step.replay();
                assertEquals(allocations, device.memory().allocations(), "allocations by a replay");
            }
        }
        float[] expected = eager.everything();
        assertArrayEquals(expected, captured.everything());
        for (int[] count : captured.counts()) {
            assertArrayEquals(new int[] {0, 1}, count);
        }
        // And it is a training: the loss is not the first one's.
        Training untrained = new Training(device);
        untrained.prepare(0);
        untrained.step();
        double first = untrained.loss.item();
        double last = eager.loss.item();
        assertTrue(last < 0.5 * first, "the loss went from " + first + " to " + last);
    }

    private static void reduction(Device device) {
        Tensor x = device.ones(100_000);
        Tensor[] sum = new Tensor[1];
        try (Capture step = device.capture(() -> sum[0] = x.sum())) {
            assertEquals(1e5, sum[0].item());
            // A larger one in between takes more memory for its partial sums.
            assertEquals(5e6, device.ones(5_000_000).sum().item());
            x.assign(device.full(2, x.shape()));
            step.replay();
            assertEquals(2e5, sum[0].item());
        }
    }

    private static void ownMemory(Device device) {
        Tensor x = device.full(3, Shape.of(100));
        Tensor[] y = new Tensor[1];
        try (Capture step =
                device.capture(
                        () -> {
                            try (Scope scope = device.scope()) {
                                y[0] = scope.keep(x.add(1).mul(2).sub(3));
                            }
                        })) {
            for (int i = 0; i < 3; i++) {
                // As large as what the step used and gave back.
                Tensor other = device.full(-1, Shape.of(100));
                step.replay();
                assertEquals(500, y[0].sum().item());
                assertEquals(-100, other.sum().item());
            }
        }
    }

    private static void closedInput(Device device) {
        Tensor x = device.full(3, Shape.of(100));
        Tensor[] y = new Tensor[1];
        try (Capture step = device.capture(() -> y[0] = x.add(1))) {
            x.close();
            Tensor other = device.full(7, Shape.of(100));
            device.trim();
            step.replay();
            assertEquals(400, y[0].sum().item());
            assertEquals(700, other.sum().item());
        }
    }

    private static void results(Device device) {
        Tensor x = device.full(3, Shape.of(100));
        Tensor[] y = new Tensor[1];
        device.capture(() -> y[0] = x.add(1)).close();
        Tensor other = device.full(7, Shape.of(100));
        assertEquals(400, y[0].sum().item());
        assertEquals(700, other.sum().item());
    }

    /**
     * A replay takes what its operands hold by then, also where a kernel works on a copy: of a bias
     * whose elements lie apart, or of a narrow type.
     */
    private static void operands(Device device) {
        for (DType type : List.of(DType.F32, DType.F16, DType.BF16)) {
            Tensor x = device.ones(type, 2, 3);
            Tensor w = device.ones(type, 5, 3);
            Tensor bias = device.zeros(type, 10);
            Tensor at = device.tensor(new int[] {0, 1});
            Tensor[] results = new Tensor[4];
            Runnable step =
                    () -> {
                        try (Scope scope = device.scope()) {
                            Tensor y =
                                    x.linear(w, bias.slice(0, 0, 10, 2), Activation.RELU)
                                            .transpose();
                            Tensor rows = y.gather(at);
                            results[0] = scope.keep(y.copy());
                            results[1] = scope.keep(rows.softmax(1));
                            results[2] =
                                    scope.keep(
                                            rows.greater(y.slice(0, 2, 4))
                                                    .where(rows, y.slice(0, 2, 4))
                                                    .exp());
                            results[3] = scope.keep(rows.sum(1).div(rows.max(1)));
                        }
                    };
            try (Capture captured = device.capture(step)) {
                Tensor[] kept = results.clone();
                x.slice(1, 0, 1).assign(device.full(type, 0.5, Shape.of(2, 1)));
                bias.assign(device.tensor(type, new double[] {1, 9, 2, 9, 3, 9, 4, 9, 5, 9}, 10));
                at.assign(device.tensor(new int[] {4, 2}));
                captured.replay();
                step.run();
                for (int i = 0; i < kept.length; i++) {
                    assertArrayEquals(
                            results[i].toDoubleArray(),
                            kept[i].toDoubleArray(),
                            type + ", result " + i);
                }
            }
        }
    }

    /** Weights that an operation uploads stay as they are, whoever takes memory meanwhile. */
    private static void constants(Device device) {
        Tensor x = device.tensor(new float[] {1, 2, 3, 4}, 1, 4);
        Tensor[] y = new Tensor[2];
        Runnable step =
                () -> {
                    try (Scope scope = device.scope()) {
                        y[0] = scope.keep(Resizing.resize(x, Resizing.Mode.LINEAR, true, 7));
                        y[1] = scope.keep(Resizing.resize(x, Resizing.Mode.NEAREST, true, 2));
                    }
                };
        try (Capture captured = device.capture(step)) {
            Tensor other = device.full(-1, Shape.of(28));
            Tensor another = device.zeros(DType.I32, 2);
            x.assign(device.tensor(new float[] {8, 6, 4, 2}, 1, 4));
            captured.replay();
            assertArrayEquals(new float[] {8, 7, 6, 5, 4, 3, 2}, y[0].toFloatArray(), 1e-5f);
            assertArrayEquals(new float[] {8, 4}, y[1].toFloatArray());
            assertEquals(-28, other.sum().item());
            assertEquals(0, another.sum().item());
        }
    }

    private static void two(Device device) {
        Tensor x = device.ones(10);
        Capture twice = device.capture(() -> x.assign(x.mul(2)));
        try (Capture plus = device.capture(() -> x.assign(x.add(1)))) {
            // (1 · 2 + 1) by the captures themselves, then (3 · 2 + 1 + 1) · 2.
            twice.replay();
            plus.replay();
            plus.replay();
            twice.replay();
            assertEquals(160, x.sum().item());
            twice.close();
            twice.close();
            plus.replay();
            assertEquals(170, x.sum().item());
        }
    }

    /** One overwrites what the other has closed, and nothing that it leaves open. */
    private static void beside(Device device) {
        Tensor x = device.full(3, Shape.of(1000));
        Tensor few = device.full(5, Shape.of(700));
        Tensor[] y = new Tensor[2];
        Capture large = device.capture(() -> y[0] = chain(device, x));
        try (Capture small = device.capture(() -> y[1] = chain(device, few), large)) {
            for (int i = 1; i <= 2; i++) {
                x.assign(device.full(i, x.shape()));
                large.replay();
                few.assign(device.full(10 * i, few.shape()));
                small.replay();
                assertEquals(1000 * (2 * (i + 1) - 3), y[0].sum().item());
                assertEquals(700 * (2 * (10 * i + 1) - 3), y[1].sum().item());
            }
            large.close();
            y[0].close();
            device.trim();
            Tensor other = device.full(-1, Shape.of(1000));
            small.replay();
            assertEquals(700 * 39, y[1].sum().item());
            assertEquals(-1000, other.sum().item());
        }
    }

    private static Tensor chain(Device device, Tensor x) {
        try (Scope scope = device.scope()) {
            return scope.keep(x.add(1).mul(2).sub(3));
        }
    }

    /** The first capture's memory stays as long as the second works on it. */
    private static void chained(Device device) {
        for (boolean closedFirst : new boolean[] {true, false}) {
            Tensor x = device.full(3, Shape.of(100));
            Tensor[] y = new Tensor[2];
            Capture first = device.capture(() -> y[0] = x.add(1));
            try (Capture second = device.capture(() -> y[1] = y[0].mul(2))) {
                if (closedFirst) {
                    first.close();
                    y[0].close();
                } else {
                    y[0].close();
                    first.close();
                }
                device.trim();
                Tensor other = device.full(-1, Shape.of(100));
                second.replay();
                assertEquals(800, y[1].sum().item());
                assertEquals(-100, other.sum().item());
            }
        }
    }

    private static void failed(Device device) {
        Tensor x = device.ones(4);
        int live = device.memory().liveTensors();
        Tensor[] y = new Tensor[1];
        var error =
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                device.capture(
                                        () -> {
                                            y[0] = x.add(1);
                                            y[0].toFloatArray();
                                        }));
        assertTrue(String.valueOf(error.getMessage()).startsWith("capture: "));
        assertTrue(y[0].isClosed(), "what was never computed cannot be read");
        assertEquals(live, device.memory().liveTensors());
        assertFalse(x.isClosed());
    }

    private static void refusals(Device device) {
        Tensor x = device.ones(4);
        List<Runnable> steps =
                List.of(
                        () -> x.sum().item(),
                        () -> x.toFloatArray(),
                        () -> x.assign(device.tensor(new float[] {1, 2, 3, 4})),
                        device::synchronize,
                        device::trim,
                        () -> device.capture(() -> x.add(1)),
                        () -> {
                            throw new IllegalStateException("capture: the step's own");
                        });
        for (Runnable step : steps) {
            var error = assertThrows(IllegalStateException.class, () -> device.capture(step));
            assertTrue(String.valueOf(error.getMessage()).startsWith("capture: "));
            assertArrayEquals(new float[] {1, 1, 1, 1}, x.toFloatArray());
        }
    }

    private static void wrongUses(Device device) {
        Tensor x = device.ones(4);
        Capture open = device.capture(() -> x.assign(x.add(1)));
        assertThrows(IllegalStateException.class, () -> device.capture(open::replay));
        assertThrows(IllegalStateException.class, () -> device.capture(device::close));
        try (Tape _ = new Tape(device)) {
            assertThrows(IllegalStateException.class, () -> device.capture(() -> x.add(1)));
        }
        open.close();
        assertThrows(IllegalStateException.class, open::replay);
        assertEquals(8, x.sum().item());
    }

    private static void badIndices(Device device) {
        Tensor table = device.ones(5, 2);
        Tensor index = device.tensor(new int[] {1, 2});
        Tensor[] y = new Tensor[1];
        Tensor bad = device.tensor(new int[] {1, 9});
        try (Capture step = device.capture(() -> y[0] = table.gather(index))) {
            assertEquals(4, y[0].sum().item());
            index.assign(bad);
            for (int i = 0; i < 2; i++) {
                var error =
                        assertThrows(
                                IndexOutOfBoundsException.class,
                                () -> {
                                    step.replay();
                                    device.synchronize();
                                });
                assertTrue(String.valueOf(error.getMessage()).contains("gather: index 9"));
            }
            index.assign(device.tensor(new int[] {0, 4}));
            step.replay();
            assertEquals(4, y[0].sum().item());
            assertNotEquals(0, device.memory().liveBytes());
        }
    }
}
