package dev.weft.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Capture;
import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.backend.KernelCall;
import dev.weft.nn.Initializer;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Parameter;
import dev.weft.nn.Parameters;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Objects;

/** Clipping, the average of weights, and the rate that goes down on a plateau. */
class TrainingAidsTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();
    private final Parameters parameters =
            Network.create(
                            device,
                            new Linear(2, 1, Initializer.constant(1), Initializer.constant(1)),
                            1)
                    .parameters();
    private final Parameter weight = parameters.list().get(0);
    private final Parameter bias = parameters.list().get(1);

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private void gradients(double first, double second, double ofBias) {
        weight.gradient().assign(device.tensor(DType.F32, new double[] {first, second}, 1, 2));
        bias.gradient().assign(device.tensor(DType.F32, new double[] {ofBias}, 1));
    }

    private double[] gradients() {
        double[] ofWeight = weight.gradient().toDoubleArray();
        return new double[] {ofWeight[0], ofWeight[1], bias.gradient().toDoubleArray()[0]};
    }

    @Test
    void normsAreOverAllGroups() {
        parameters.group("biases", "bias");
        for (int groups = 2; groups > 0; groups--) {
            gradients(3, 0, -4);
            assertEquals(5, Clipping.norm(parameters, 2.5).item(), 1e-12);
            assertArrayEquals(new double[] {1.5, 0, -2}, gradients(), 1e-6);
            gradients(3, 0, -4);
            assertEquals(4, Clipping.norm(parameters, 2, Double.POSITIVE_INFINITY).item());
            assertArrayEquals(new double[] {1.5, 0, -2}, gradients(), 1e-6);
            gradients(3, 0, -4);
            assertEquals(7, Clipping.norm(parameters, 8, 1).item());
            assertArrayEquals(new double[] {3, 0, -4}, gradients());
            parameters.group("default", "bias");
        }
    }

    @Test
    void whatIsNotFiniteStaysSo() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            gradients(3, bad, -4);
            Clipping.norm(parameters, 1);
            assertArrayEquals(new double[] {3, bad, -4}, gradients());
        }
        // Their squares are beyond F32, and their norm is not.
        gradients(3e30, 4e30, 0);
        Clipping.norm(parameters, 5);
        assertArrayEquals(new double[] {3, 4, 0}, gradients(), 1e-5);
    }

    @Test
    void valuesAreClamped() {
        gradients(3, -0.5, -4);
        Clipping.value(parameters, 1);
        assertArrayEquals(new double[] {1, -0.5, -1}, gradients());
        assertThrows(IllegalArgumentException.class, () -> Clipping.value(parameters, 0));
        assertThrows(IllegalArgumentException.class, () -> Clipping.norm(parameters, -1));
        assertThrows(IllegalArgumentException.class, () -> Clipping.norm(parameters, 1, 0));
    }

    @Test
    void clippingCanBeCaptured() {
        gradients(3, 0, -4);
        try (Capture clip = device.capture(() -> Clipping.norm(parameters, 2.5))) {
            gradients(0, 30, -40);
            clip.replay();
            assertArrayEquals(new double[] {0, 1.5, -2}, gradients(), 1e-6);
        }
    }

    @Test
    void anAverageFollowsTheWeights() {
        MovingAverage average = new MovingAverage(parameters, 0.75);
        Tensor halt = device.tensor(new int[1]);
        weight.value().assign(device.tensor(DType.F32, new double[] {5, 1}, 1, 2));
        try (Capture step = device.capture(() -> average.update(halt))) {
            step.replay();
            device.backend().run(new KernelCall.Fill(3, halt.viewToWrite()));
            step.replay();
        }
        average.swap();
        // 1, then 2, then 2.75, and no more where the step was refused.
        assertArrayEquals(new double[] {2.75, 1}, weight.value().toDoubleArray(), 1e-12);
        assertEquals(1, bias.value().toDoubleArray()[0]);
        try (Scope _ = device.scope()) {
            Map<String, Tensor> state = average.state();
            assertArrayEquals(
                    new double[] {5, 1},
                    Objects.requireNonNull(state.get("average.weight")).toDoubleArray());
        }
        average.swap();
        assertArrayEquals(new double[] {5, 1}, weight.value().toDoubleArray());
        assertEquals(0.75, average.decay());
        assertThrows(IllegalArgumentException.class, () -> new MovingAverage(parameters, 1));
    }

    @Test
    void aPlateauLowersTheRate() {
        Optimizer sgd = new Optimizer(parameters, OptimizerKind.SGD, 0.5);
        Plateau.Settings settings =
                Plateau.Settings.LOWER.factor(0.5).patience(1).threshold(0.1).cooldown(1);
        Plateau plateau = new Plateau(settings.minLr(0.2));
        assertFalse(plateau.tell(sgd, 10));
        assertFalse(plateau.tell(sgd, 9.5), "less than a tenth better");
        assertTrue(plateau.tell(sgd, 9.5));
        assertEquals(0.25, sgd.lr());
        assertEquals(
                Map.of("plateau.best", "10.0", "plateau.bad", "0", "plateau.cooling", "1"),
                plateau.progress());
        Plateau resumed = new Plateau(settings.minLr(0.2));
        resumed.restore(plateau.progress());
        assertFalse(resumed.tell(sgd, 11), "cooling down");
        assertFalse(resumed.tell(sgd, Double.NaN));
        assertTrue(resumed.tell(sgd, 9.5));
        assertEquals(0.2, sgd.lr());
        resumed.tell(sgd, 11);
        resumed.tell(sgd, 11);
        assertFalse(resumed.tell(sgd, 11), "as low as it goes");
        assertEquals(0.2, sgd.lr());
        Plateau higher = new Plateau(Plateau.Settings.HIGHER.patience(0));
        assertFalse(higher.tell(sgd, 0.5));
        assertFalse(higher.tell(sgd, 0.6));
        assertTrue(higher.tell(sgd, 0.6));
        assertThrows(IllegalArgumentException.class, () -> settings.factor(1));
        assertThrows(IllegalArgumentException.class, () -> resumed.restore(Map.of()));
    }
}
