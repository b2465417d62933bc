package dev.weft.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.backend.Penalty;
import dev.weft.nn.Initializer;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Parameters;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
            device.backend().fill(gradients[i], parameters.list().getFirst().gradient().view());
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
        device.backend().fill(1, parameters.gradients().view());
        optimizer.step();
        optimizer.setLr(0.25);
        optimizer.step();
        assertEquals(0.25, parameters.list().getFirst().value().item(), 1e-12);
        assertEquals(2, optimizer.steps());
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
        assertThrows(IllegalArgumentException.class, () -> OptimizerKind.named("adamax"));
    }
}
