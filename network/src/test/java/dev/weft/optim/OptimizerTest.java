package dev.weft.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Capture;
import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Schedule;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Penalty;
import dev.weft.nn.Initializer;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Parameter;
import dev.weft.nn.ParameterGroup;
import dev.weft.nn.Parameters;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.util.List;
import java.util.Map;

/** Two steps of each optimizer on p = 1 with gradients 0.5 and 0.25, worked out by hand. */
class OptimizerTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private double[] twoSteps(OptimizerKind kind, double lr, Penalty penalty) {
        Linear one = new Linear(1, 1, Initializer.constant(1), null);
        Parameters parameters = Network.create(device, one, 1).parameters();
        Optimizer optimizer = new Optimizer(parameters, kind, lr, penalty);
        double[] values = new double[2];
        double[] gradients = {0.5, 0.25};
        for (int i = 0; i < 2; i++) {
            device.backend()
                    .run(
                            new KernelCall.Fill(
                                    gradients[i], parameters.list().getFirst().gradient().view()));
            optimizer.step();
            values[i] = parameters.list().getFirst().value().item();
        }
        assertEquals(2, optimizer.steps());
        return values;
    }

    private void check(
            OptimizerKind kind, double lr, Penalty penalty, double first, double second) {
        double[] values = twoSteps(kind, lr, penalty);
        // The learning rate is an F32.
        assertEquals(first, values[0], 1e-7);
        assertEquals(second, values[1], 1e-7);
    }

    @Test
    void sgd() {
        check(OptimizerKind.SGD, 0.1, Penalty.NONE, 0.95, 0.925);
    }

    @Test
    void momentum() {
        // u = 0.5, then 0.9 · 0.5 + 0.25 = 0.7.
        check(OptimizerKind.MOMENTUM, 0.1, Penalty.NONE, 0.95, 0.88);
    }

    @Test
    void nesterov() {
        // 0.5 + 0.9 · 0.5 = 0.95, then 0.25 + 0.9 · 0.7 = 0.88.
        check(OptimizerKind.NESTEROV, 0.1, Penalty.NONE, 0.905, 0.817);
    }

    @Test
    void adam() {
        // m = 0.05, 0.07; v = 0.00025, 0.00031225; corrections 0.1, 0.19 and 0.001, 0.001999.
        check(OptimizerKind.ADAM, 0.1, Penalty.NONE, 0.9, 0.806782112);
    }

    @Test
    void adamw() {
        // Decay by 0.1 · 0.01 before each step: 0.999 - 0.1, then 0.899 · 0.999 - 0.093217888.
        Penalty own = OptimizerKind.ADAMW.defaultPenalty();
        assertEquals(new Penalty(0, 0, 0.01), own);
        check(OptimizerKind.ADAMW, 0.1, own, 0.899, 0.804883112);
    }

    @Test
    void aPenaltyThatIsGivenIsTheOneThatCounts() {
        Parameters parameters = Network.create(device, new Linear(1, 1), 1).parameters();
        for (OptimizerKind kind : OptimizerKind.values()) {
            assertEquals(
                    kind.defaultPenalty(), new Optimizer(parameters, kind, 0.1).rule().penalty());
            for (Penalty given : new Penalty[] {Penalty.NONE, new Penalty(0.3, 0.2, 0)}) {
                assertEquals(given, new Optimizer(parameters, kind, 0.1, given).rule().penalty());
            }
        }
        // Without decay AdamW is Adam: m = 0.05, 0.07 and so on, as above.
        check(OptimizerKind.ADAMW, 0.1, Penalty.NONE, 0.9, 0.806782112);
    }

    @Test
    void rmsprop() {
        // v = 0.0025, then 0.0031; roots 0.05 and 0.0556776436.
        check(OptimizerKind.RMSPROP, 0.01, Penalty.NONE, 0.9, 0.855098669);
    }

    @Test
    void penaltiesJoinTheGradient() {
        // g = 0.5 + 0.2 · 1 + 0.1 = 0.8; then 0.25 + 0.2 · 0.92 + 0.1 = 0.534.
        check(OptimizerKind.SGD, 0.1, new Penalty(0.1, 0.2, 0), 0.92, 0.8666);
    }

    @Test
    void theLearningRateCanChange() {
        Linear one = new Linear(1, 1, Initializer.constant(1), null);
        Parameters parameters = Network.create(device, one, 1).parameters();
        Optimizer optimizer = new Optimizer(parameters, OptimizerKind.SGD, 0.5);
        device.backend()
                .run(new KernelCall.Fill(1, parameters.groups().getFirst().gradients().view()));
        optimizer.step();
        optimizer.setLr(0.25);
        optimizer.step();
        assertEquals(0.25, parameters.list().getFirst().value().item(), 1e-12);
        assertEquals(2, optimizer.steps());
    }

    private Parameters one(double value) {
        Linear layer = new Linear(2, 1, Initializer.constant(value), null);
        return Network.create(device, layer, 1).parameters();
    }

    private static String refused(Executable step) {
        return String.valueOf(assertThrows(ArithmeticException.class, step).getMessage());
    }

    @Test
    void aGradientThatWouldOverflowIsRefusedAsAWhole() {
        for (OptimizerKind kind : OptimizerKind.values()) {
            double most = kind.rule(Penalty.NONE).largestGradient(0.5);
            for (double bad : new double[] {2 * most, -2 * most, Double.NaN, -1 / 0.0}) {
                Parameters parameters = one(3);
                Optimizer optimizer = new Optimizer(parameters, kind, 0.5, Penalty.NONE);
                Parameter weight = parameters.list().getFirst();
                weight.gradient().assign(device.tensor(DType.F32, new double[] {0.5, bad}, 1, 2));
                String message = refused(optimizer::step);
                assertTrue(message.startsWith("step 1: the gradient of weight[0, 1] is " + bad));
                assertTrue(message.contains(kind.label() + " takes at most"), message);
                assertTrue(message.endsWith("try a smaller learning rate"), message);
                assertArrayEquals(new double[] {3, 3}, weight.value().toDoubleArray());
                for (Tensor state : optimizer.states()) {
                    assertEquals(0, state.abs().max().item());
                }
                assertEquals(0, optimizer.steps());
                // And the next one is done.
                weight.gradient().assign(device.tensor(DType.F32, new double[] {0.5, -0.5}, 1, 2));
                optimizer.step();
                assertEquals(1, optimizer.steps());
                assertEquals(6, weight.value().sum().item(), 1e-12);
            }
        }
    }

    @Test
    void theLargestGradientIsTaken() {
        for (OptimizerKind kind : OptimizerKind.values()) {
            double most = kind.rule(Penalty.NONE).largestGradient(0.5);
            Parameters parameters = one(3);
            Optimizer optimizer = new Optimizer(parameters, kind, 0.5, Penalty.NONE);
            device.backend()
                    .run(
                            new KernelCall.Fill(
                                    most, parameters.groups().getFirst().gradients().view()));
            optimizer.step();
            assertEquals(1, optimizer.steps());
            assertTrue(Double.isFinite(parameters.groups().getFirst().values().sum().item()));
        }
    }

    @Test
    void penaltiesOfHugeParametersAreRefused() {
        Parameters parameters = one(-1e20);
        Optimizer adam = new Optimizer(parameters, OptimizerKind.ADAM, 0.1, new Penalty(0, 0.5, 0));
        String message = refused(adam::step);
        assertTrue(message.contains("is 0.0 beside an l2 p of -5.0000001"), message);
        parameters.list().getFirst().value().assign(device.full(-1e19, Shape.of(1, 2)));
        adam.step();
        assertEquals(1, adam.steps());
    }

    @Test
    void aCapturedStepIsRefusedWithoutWaiting() {
        Parameters parameters = one(2);
        Optimizer sgd = new Optimizer(parameters, OptimizerKind.SGD, 0.5);
        device.backend()
                .run(new KernelCall.Fill(1, parameters.groups().getFirst().gradients().view()));
        Parameter weight = parameters.list().getFirst();
        try (Capture step = device.capture(sgd::step)) {
            sgd.check();
            weight.gradient().assign(device.full(Double.NaN, Shape.of(1, 2)));
            step.replay();
            weight.gradient().assign(device.full(1, Shape.of(1, 2)));
            step.replay();
            assertArrayEquals(new double[] {1.5, 1.5}, weight.value().toDoubleArray());
            assertEquals(
                    "step 2: a gradient was refused; nothing was changed: try a smaller learning"
                            + " rate",
                    refused(sgd::check));
            step.replay();
            sgd.check();
            assertArrayEquals(new double[] {1, 1}, weight.value().toDoubleArray());
            assertEquals(2, sgd.steps());
        }
    }

    @Test
    void aHaltedStepIsNotDone() {
        Parameters parameters = one(2);
        Optimizer sgd = new Optimizer(parameters, OptimizerKind.SGD, 0.5);
        Parameter weight = parameters.list().getFirst();
        device.backend().run(new KernelCall.Fill(1, weight.gradient().view()));
        sgd.step(device.tensor(new int[] {7}));
        assertEquals(0, sgd.steps());
        assertEquals(4, weight.value().sum().item());
        sgd.step(device.tensor(new int[] {0}));
        assertEquals(1, sgd.steps());
        assertEquals(3, weight.value().sum().item());
        Tensor count = device.tensor(new int[] {3});
        sgd.countUnfit(device.scalar(Double.NaN), count);
        sgd.countUnfit(device.scalar(5), count);
        sgd.countUnfit(null, count);
        assertEquals(4, count.item());
        assertTrue(sgd.refusal().isEmpty());
    }

    @Test
    void stepsAreCountedBeyondWhatAnF32AndAnIntHold() {
        Optimizer sgd = new Optimizer(one(2), OptimizerKind.SGD, 0.5);
        for (long before : new long[] {1L << 24, (1L << 31) - 1, (1L << 32) - 1, 1L << 53}) {
            sgd.restore(before);
            sgd.setLr(sgd.lr() / 2);
            assertEquals(before, sgd.steps());
            sgd.step();
            assertEquals(before + 1, sgd.steps());
        }
        sgd.restore(0);
        assertEquals(0, sgd.steps());
        assertThrows(IllegalArgumentException.class, () -> sgd.restore(-7));
    }

    @Test
    void settingsThatWouldOverflowAreRefused() {
        Parameters parameters = one(2);
        Optimizer decaying =
                new Optimizer(parameters, OptimizerKind.ADAMW, 0.125, new Penalty(0, 0, 8));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> decaying.setLr(0.25));
        assertEquals(
                "lr times weightDecay must be at most 1, or decay would make parameters grow; got"
                        + " 0.25 times 8.0",
                e.getMessage());
        assertEquals(0.125, decaying.lr());
        e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new Optimizer(
                                        parameters,
                                        OptimizerKind.ADAM,
                                        0.1,
                                        new Penalty(1e19, 0, 0)));
        assertTrue(String.valueOf(e.getMessage()).startsWith("l1 must be below 9.22"));
        e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new Optimizer(parameters, OptimizerKind.SGD, 1e-39));
        assertTrue(String.valueOf(e.getMessage()).startsWith("lr must be at least 1.17"));
    }

    @Test
    void everyKindHasANameItsRateAndItsStates() {
        StringBuilder told = new StringBuilder();
        for (OptimizerKind kind : OptimizerKind.values()) {
            assertEquals(kind, OptimizerKind.named(kind.name()));
            told.append(kind.label()).append(kind.defaultLr());
            told.append(kind.rule(Penalty.NONE).stateNames());
        }
        assertEquals(
                "sgd0.01[]momentum0.01[velocity]nesterov0.01[velocity]adam0.001[m, v]"
                        + "adamw0.001[m, v]rmsprop0.01[v]adagrad0.01[sum]adadelta1.0[v, a]"
                        + "adamax0.002[m, u]nadam0.002[m, v]radam0.001[m, v]lion1.0E-4[m]",
                told.toString());
        assertEquals(
                "there is no optimizer 'adamant'; choose one of sgd, momentum, nesterov, adam,"
                        + " adamw, rmsprop, adagrad, adadelta, adamax, nadam, radam, lion",
                assertThrows(IllegalArgumentException.class, () -> OptimizerKind.named("adamant"))
                        .getMessage());
    }

    @Test
    void badValuesAreNamed() {
        Parameters parameters = Network.create(device, new Linear(1, 1), 1).parameters();
        for (double lr : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e300}) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> new Optimizer(parameters, OptimizerKind.SGD, lr));
            assertEquals("lr must be a finite number above 0, got " + lr, e.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> new Penalty(-1, 0, 0));
    }

    private static double sum(Schedule schedule, long steps) {
        double sum = 0;
        for (long t = 0; t < steps; t++) {
            sum += (float) (0.5 * schedule.factor(t));
        }
        return sum;
    }

    /** More steps than the ring has rows, some of them refused. */
    @Test
    void capturedStepsFollowASchedule() {
        Schedule schedule = Schedule.cosine(2000, 0.125).times(Schedule.step(300, 0.9));
        Parameters parameters = one(0);
        OptimizerSettings settings = OptimizerKind.SGD.settings().lr(0.5);
        Optimizer sgd = new Optimizer(parameters, settings, schedule);
        ParameterGroup group = parameters.groups().getFirst();
        device.backend().run(new KernelCall.Fill(-1, group.gradients().view()));
        Tensor halt = device.tensor(new int[1]);
        Parameter weight = parameters.list().getFirst();
        long done = 1;
        try (Capture step = device.capture(() -> sgd.step(halt))) {
            for (int i = 0; i < 2500; i++) {
                boolean isRefused = i % 7 == 3;
                device.backend().run(new KernelCall.Fill(isRefused ? 1 : 0, halt.viewToWrite()));
                step.replay();
                done += isRefused ? 0 : 1;
            }
        }
        assertEquals(done, sgd.steps());
        assertEquals(0.5 * schedule.factor(done), sgd.currentLr());
        assertEquals(sum(schedule, done), weight.value().toDoubleArray()[0], 1e-5);
    }

    @Test
    void aScheduleGoesOnWhereItWas() {
        Schedule schedule = Schedule.exponential(0.99);
        Parameters parameters = one(0);
        OptimizerSettings settings = OptimizerKind.SGD.settings().lr(0.5);
        Optimizer first = new Optimizer(parameters, settings, schedule);
        first.restore(Map.of("optimizer.steps", "1500", "optimizer.lr_now", "0.25"));
        ParameterGroup group = parameters.groups().getFirst();
        device.backend().run(new KernelCall.Fill(-1, group.gradients().view()));
        first.step();
        double rate = (float) (0.25 * schedule.factor(1500));
        assertEquals(rate, parameters.list().getFirst().value().toDoubleArray()[0], 1e-12);
        assertEquals(
                Map.of("optimizer.steps", "1501", "optimizer.lr_now", "0.25"), first.progress());
        Optimizer second = Optimizer.of(parameters, first.settings());
        assertEquals(first.settings(), second.settings());
        assertEquals(schedule, second.schedule());
        assertEquals(0.5, second.lr());
        refusedSettings(
                "schedule own odd: gives a rate of NaN at step 1 with lr 0.5",
                () -> new Optimizer(parameters, settings, Schedule.of("odd", t -> Double.NaN)));
        refusedSettings(
                "optimizer.steps must be a whole number, got 'null'",
                () -> second.restore(Map.of()));
    }

    private static void refusedSettings(String message, Executable call) {
        String text =
                String.valueOf(assertThrows(IllegalArgumentException.class, call).getMessage());
        assertTrue(text.contains(message), text);
    }

    @Test
    void groupsHaveSettingsOfTheirOwn() {
        Linear layer = new Linear(1, 1, Initializer.constant(1), Initializer.constant(1));
        Parameters parameters = Network.create(device, layer, 1).parameters();
        parameters.group("no decay", "bias");
        OptimizerSettings settings = OptimizerKind.ADAMW.settings().lr(0.5).weightDecay(0.5);
        Optimizer adamw =
                new Optimizer(
                        parameters,
                        group ->
                                group.name().equals("no decay")
                                        ? settings.weightDecay(0).lr(0.25)
                                        : settings,
                        Schedule.CONSTANT);
        adamw.step();
        assertEquals(0.75, parameters.list().get(0).value().item());
        assertEquals(1, parameters.list().get(1).value().item());
        Map<String, String> saved = adamw.settings();
        assertEquals("0.25", saved.get("optimizer[no decay].lr"));
        assertEquals("0.0", saved.get("optimizer[no decay].weight_decay"));
        assertEquals(saved, Optimizer.of(parameters, saved).settings());
        try (Scope _ = device.scope()) {
            assertEquals(
                    List.of("m.weight", "v.weight", "m.bias", "v.bias"),
                    List.copyOf(adamw.state().keySet()));
        }
        adamw.setLr(1);
        assertEquals("1.0", adamw.progress().get("optimizer.lr_now"));
    }

    @Test
    void whatIsLaidOutAgainNeedsAnotherOptimizer() {
        Linear layer = new Linear(1, 1, Initializer.constant(1), Initializer.constant(1));
        Parameters parameters = Network.create(device, layer, 1).parameters();
        Optimizer sgd = new Optimizer(parameters, OptimizerKind.SGD, 0.5);
        parameters.freeze("bias");
        assertThrows(IllegalStateException.class, sgd::step);
        parameters.freeze("weight");
        refusedSettings(
                "every parameter is frozen",
                () -> new Optimizer(parameters, OptimizerKind.SGD, 0.5));
    }
}
