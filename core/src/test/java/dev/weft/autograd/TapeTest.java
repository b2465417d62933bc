package dev.weft.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Losses;
import dev.weft.Reduction;
import dev.weft.Scope;
import dev.weft.ShapeException;
import dev.weft.Tensor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a tape records, refuses and frees; that gradients are right is conformance's to show. */
class TapeTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();
    private final Tensor x = device.tensor(new float[] {1, 2, 3}).named("x");

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        assertNull(device.recording());
        device.close();
    }

    @Test
    void gradientsGoWhereTheyAreAskedFor() {
        Tensor destination = device.full(Double.NaN, x.shape());
        try (Tape tape = new Tape(device)) {
            tape.watch(x, destination);
            Gradients gradients = tape.gradients(x.square().add(x).sum());
            assertSame(destination, gradients.of(x));
            assertArrayEquals(new float[] {3, 5, 7}, destination.toFloatArray());
            // Taken again they are the same, and not added up.
            tape.gradients(x.square().add(x).sum());
            assertArrayEquals(new float[] {3, 5, 7}, destination.toFloatArray());
        }
    }

    @Test
    void gradientsOfWhatHasNoInfluenceAreZero() {
        Tensor unused = device.ones(2, 2);
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            tape.watch(unused);
            Gradients gradients = tape.gradients(x.mul(x).sum());
            assertArrayEquals(new float[4], gradients.of(unused).toFloatArray());
            assertThrows(IllegalArgumentException.class, () -> gradients.of(device.zeros(3)));
        }
    }

    /** The gradient of what a loss ends in is one number, which takes a way of its own. */
    @Test
    void gradientsOfSumsAndMeans() {
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor rows = x.mul(2).reshape(1, 3).expand(2, 3);
            // d/dx of the mean over rows of row sums, of sums alone, and beside another use of x.
            assertGradient(tape, rows.sum(1).mean(), 2, 2, 2);
            assertGradient(tape, rows.mean(1).sum(), 4.0 / 3, 4.0 / 3, 4.0 / 3);
            assertGradient(tape, rows.sum(), 4, 4, 4);
            assertGradient(tape, rows.sum().add(x.square().sum()), 6, 8, 10);
            // Of x itself, which is watched, and of a scalar that is the end itself.
            assertGradient(tape, x.mean(), 1.0 / 3, 1.0 / 3, 1.0 / 3);
            assertGradient(tape, x.max(), 0, 0, 1);
            Tensor total = x.sum();
            tape.watch(total);
            Gradients gradients = tape.gradients(total);
            assertEquals(1, gradients.of(total).item());
            assertArrayEquals(new double[] {1, 1, 1}, gradients.of(x).toDoubleArray());
        }
    }

    private void assertGradient(Tape tape, Tensor y, double... expected) {
        assertArrayEquals(expected, tape.gradients(y).of(x).toDoubleArray(), 1e-12);
    }

    @Test
    void watchedIntermediatesHaveGradients() {
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor y = x.exp();
            tape.watch(y);
            Gradients gradients = tape.gradients(y.square().sum());
            double e = Math.E;
            assertEquals(2 * e, gradients.of(y).toDoubleArray()[0], 1e-12);
            assertEquals(2 * e * e, gradients.of(x).toDoubleArray()[0], 1e-12);
        }
    }

    @Test
    void gradientsStopAtDetachAndConversion() {
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor y = x.mul(x.detach()).sum();
            assertArrayEquals(new float[] {1, 2, 3}, tape.gradients(y).of(x).toFloatArray());
            assertThrows(IllegalArgumentException.class, () -> tape.gradients(x.detach().sum()));
        }
    }

    @Test
    void targetsAreTrackedWhereTheLossIsOfADifference() {
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor probabilities = x.sigmoid();
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Losses.binaryCrossEntropy(probabilities, x));
            Tensor other = device.zeros(x.dtype(), x.shape().toArray());
            double[] doubled = x.mul(2).toDoubleArray();
            Tensor loss = Losses.mse(other, x, Reduction.SUM);
            assertArrayEquals(doubled, tape.gradients(loss).of(x).toDoubleArray());
        }
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            assertEquals(0, Losses.mse(x, x.detach()).item());
        }
    }

    @Test
    void refusals() {
        try (Device other = Devices.open("reference");
                Scope _ = other.scope();
                Tape tape = new Tape(device)) {
            assertThrows(IllegalStateException.class, () -> new Tape(device));
            Tensor foreign = other.zeros(3);
            assertThrows(IllegalArgumentException.class, () -> tape.watch(foreign));
            assertThrows(IllegalArgumentException.class, () -> tape.watch(x, foreign));
            assertThrows(ShapeException.class, () -> tape.watch(device.tensor(new int[] {1})));
            assertThrows(ShapeException.class, () -> tape.watch(x, device.zeros(4)));
            tape.watch(x);
            Tensor y = x.exp();
            assertThrows(ShapeException.class, () -> tape.gradients(y));
            assertThrows(ShapeException.class, () -> tape.gradients(y, device.ones(2)));
            assertThrows(IllegalArgumentException.class, () -> tape.gradients(y, foreign));
            tape.close();
            tape.close();
            assertThrows(IllegalStateException.class, () -> tape.gradients(y, y));
            new Tape(device).close();
        }
    }

    @Test
    void closedIntermediatesAreNamed() {
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor y = x.tanh().named("hidden");
            Tensor loss = y.square().sum();
            y.close();
            var error = assertThrows(IllegalStateException.class, () -> tape.gradients(loss));
            assertEquals(
                    "gradients: the derivative of square needs tensor 'hidden' ([3] F32 on"
                            + " reference), which was closed: keep it open until the gradients are"
                            + " taken",
                    error.getMessage());
            // Recording goes on after an error.
            assertEquals(4, tape.gradients(x.square().sum()).of(x).toFloatArray()[1]);
        }
    }

    @Test
    void gradientsBelongToTheInnermostScope() {
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor loss = x.exp().tanh().square().sum();
            int before = device.memory().liveTensors();
            try (Scope _ = device.scope()) {
                tape.gradients(loss);
                assertEquals(before + 1, device.memory().liveTensors());
            }
            assertEquals(before, device.memory().liveTensors());
        }
    }
}
