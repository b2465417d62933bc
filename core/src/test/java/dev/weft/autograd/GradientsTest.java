package dev.weft.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Losses;
import dev.weft.Normalizations;
import dev.weft.Reduction;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Activation;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.function.Function;

/** Gradients of each kind of operation, worked out by hand; dy counts 1, 10, 100, ... */
class GradientsTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();
    private final Tensor x = device.tensor(DType.F32, new double[] {1, 2, 3, 4, 5, 6}, 2, 3);

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    /** The gradient by x of the sum of y · (1, 10, 100, ...). */
    private void check(Tensor by, Function<Tensor, Tensor> operation, double... expected) {
        try (Scope _ = device.scope();
                Tape tape = new Tape(device)) {
            tape.watch(by);
            Tensor y = operation.apply(by);
            double[] weights = new double[(int) y.size()];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = Math.pow(10, i);
            }
            Tensor dy = device.tensor(DType.F32, weights).reshape(y.shape().toArray());
            Tensor gradient = tape.gradients(y, dy).of(by);
            assertEquals(by.shape(), gradient.shape());
            assertArrayEquals(expected, gradient.toDoubleArray(), 1e-6);
            if (y.rank() == 0) {
                assertArrayEquals(expected, tape.gradients(y).of(by).toDoubleArray(), 1e-6);
            }
        }
    }

    @Test
    void elementwise() {
        Tensor v = device.tensor(DType.F32, new double[] {2, -3});
        check(v, a -> a.mul(4).add(1), 4, 40);
        check(v, a -> a.sub(1).neg(), -1, -10);
        check(v, Tensor::square, 4, -60);
        check(v, a -> a.pow(3), 12, 270);
        check(v, a -> a.div(4), 0.25, 2.5);
        check(v, a -> a.mul(a), 4, -60);
        check(v, a -> device.tensor(DType.F32, new double[] {6, 6}).div(a), -1.5, -60.0 / 9);
        check(v, a -> a.sub(a.mul(3)), -2, -20);
        check(v, a -> a.max(device.zeros(2)), 1, 0);
        check(v, a -> a.min(device.zeros(2)), 0, 10);
    }

    /** What was broadcast gets the sum of its copies' gradients. */
    @Test
    void broadcasting() {
        Tensor row = device.tensor(DType.F32, new double[] {1, 2, 3});
        check(row, a -> x.add(a), 1001, 10010, 100100);
        check(row, a -> x.mul(a), 4001, 50020, 600300);
        check(device.scalar(2), a -> a.mul(x), 654321);
        Tensor column = device.tensor(DType.F32, new double[] {1, 2}, 2, 1);
        check(column, a -> x.sub(a), -111, -111000);
        check(column, a -> a.expand(2, 3), 111, 111000);
        check(device.tensor(DType.F32, new double[] {7}), a -> a.expand(2, 2), 1111);
    }

    @Test
    void reductions() {
        check(x, a -> a.sum(0), 1, 10, 100, 1, 10, 100);
        check(x, a -> a.sum(1), 1, 1, 1, 10, 10, 10);
        check(x, a -> a.mean(1), 1 / 3.0, 1 / 3.0, 1 / 3.0, 10 / 3.0, 10 / 3.0, 10 / 3.0);
        check(x, a -> a.max(0), 0, 0, 0, 1, 10, 100);
        check(x, a -> a.min(1), 1, 0, 0, 10, 0, 0);
        // Equals share.
        check(
                device.tensor(DType.F32, new double[] {5, 5, 1, 5}),
                Tensor::max,
                1 / 3.0,
                1 / 3.0,
                0,
                1 / 3.0);
    }

    /** On the way back from a loss that ends in sums and means, factors multiply. */
    @Test
    void endsOfLosses() {
        check(x, a -> a.mean(1).mean(), sixth(1));
        check(x, a -> a.mean(0).mean(0), sixth(1));
        check(x, a -> a.sum(1).mean(), sixth(3));
        check(x, a -> a.mean(1).sum(), sixth(2));
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor rows = x.mul(2).mean(1);
            assertArrayEquals(sixth(2), tape.gradients(rows.mean()).of(x).toDoubleArray(), 1e-12);
            assertArrayEquals(sixth(4), tape.gradients(rows.sum()).of(x).toDoubleArray(), 1e-12);
            assertArrayEquals(
                    sixth(0.5),
                    tape.gradients(rows.square().mean().mul(0).add(rows.mean().mul(0.25)))
                            .of(x)
                            .toDoubleArray(),
                    1e-12);
            // A watched tensor in between has its own gradient, and ends the short way.
            tape.watch(rows);
            Gradients both = tape.gradients(rows.mean());
            assertArrayEquals(new double[] {0.5, 0.5}, both.of(rows).toDoubleArray(), 1e-12);
            assertArrayEquals(sixth(2), both.of(x).toDoubleArray(), 1e-12);
            // Nor does a maximum go the short way.
            assertArrayEquals(
                    new double[] {0, 0, 0, 2 / 3.0, 2 / 3.0, 2 / 3.0},
                    tape.gradients(rows.max()).of(x).toDoubleArray(),
                    1e-12);
        }
    }

    private static double[] sixth(double of) {
        double[] values = new double[6];
        Arrays.fill(values, of / 6);
        return values;
    }

    @Test
    void views() {
        check(x, a -> a.reshape(6), 1, 10, 100, 1e3, 1e4, 1e5);
        check(x, Tensor::transpose, 1, 100, 1e4, 10, 1e3, 1e5);
        check(x, a -> a.slice(1, 0, 3, 2), 1, 0, 10, 100, 0, 1000);
        check(x, a -> a.transpose().copy(), 1, 100, 1e4, 10, 1e3, 1e5);
        check(x, a -> Tensor.concat(1, a.slice(1, 2, 3), a), 10, 100, 1001, 1e5, 1e6, 10010000);
    }

    @Test
    void indexing() {
        Tensor twice = device.tensor(new int[] {1, 1});
        check(x, a -> a.gather(twice), 0, 0, 0, 1001, 10010, 100100);
        check(x, a -> a.pick(device.tensor(new int[] {2, 0})), 0, 0, 1, 10, 0, 0);
    }

    @Test
    void products() {
        Tensor w = device.tensor(DType.F32, new double[] {1, 2, 3, 4, 5, 6}, 3, 2);
        // dx = dy wᵀ and dw = xᵀ dy, with dy = (1 10; 100 1000).
        check(x, a -> a.matmul(w), 21, 43, 65, 2100, 4300, 6500);
        check(w, b -> x.matmul(b), 401, 4010, 502, 5020, 603, 6030);
        Tensor v = device.tensor(DType.F32, new double[] {1, 2, 3});
        check(v, b -> x.matmul(b), 41, 52, 63);
        check(v, a -> a.matmul(w), 21, 43, 65);
        check(v, a -> a.matmul(a), 2, 4, 6);
        // One matrix by two: its gradient is the sum.
        Tensor batch = device.tensor(DType.F32, new double[] {1, 0, 0, 1, 2, 0, 0, 2}, 2, 2, 2);
        check(
                device.tensor(DType.F32, new double[] {1, 2, 3, 4}, 2, 2),
                a -> a.matmul(batch),
                20001,
                200010,
                2000100,
                20001000);
        check(
                batch,
                b -> device.tensor(DType.F32, new double[] {1, 0, 0, 3}, 2, 2).matmul(b),
                1,
                10,
                300,
                3000,
                1e4,
                1e5,
                3e6,
                3e7);
    }

    @Test
    void linear() {
        Tensor weight = device.tensor(DType.F32, new double[] {1, 0, 1, 0, 1, 1}, 2, 3);
        Tensor bias = device.tensor(DType.F32, new double[] {0, -100});
        // x weightᵀ = (4 5; 10 11), and relu passes the first of each row on.
        check(bias, b -> x.linear(weight, b, Activation.RELU), 101, 0);
        check(x, a -> a.linear(weight, bias, Activation.RELU), 1, 0, 1, 100, 0, 100);
        check(weight, w -> x.linear(w, bias, Activation.RELU), 401, 502, 603, 0, 0, 0);
        check(weight, w -> x.linear(w, null, Activation.IDENTITY), 401, 502, 603, 4010, 5020, 6030);
        check(bias, b -> x.linear(weight, b, Activation.IDENTITY), 101, 1010);
    }

    @Test
    void softmaxes() {
        Tensor even = device.zeros(2, 2);
        // y (dy - Σ dy y) with y = 1/2.
        check(even, a -> a.softmax(1), -2.25, 2.25, -225, 225);
        check(even, a -> a.softmax(0), -24.75, -247.5, 24.75, 247.5);
        check(even, a -> a.logSoftmax(1), -4.5, 4.5, -450, 450);
    }

    @Test
    void losses() {
        Tensor p = device.tensor(DType.F32, new double[] {1, 4}, 1, 2);
        Tensor t = device.tensor(DType.F32, new double[] {3, 1}, 1, 2);
        check(p, a -> Losses.mse(a, t), -2, 3);
        check(p, a -> Losses.mse(a, t, Reduction.SUM), -4, 6);
        check(p, a -> Losses.mse(a, t, Reduction.NONE), -4, 60);
        check(p, a -> Losses.l1(a, t, Reduction.NONE), -1, 10);
        check(p, a -> Losses.huber(a, t, 2.5, Reduction.NONE), -2, 25);
    }

    /** Softmax less one-hot, by each way from the loss back. */
    @Test
    void crossEntropies() {
        Tensor logits = device.zeros(2, 2);
        Tensor labels = device.tensor(new int[] {1, 0});
        check(logits, a -> Losses.crossEntropy(a, labels), 0.25, -0.25, -0.25, 0.25);
        check(logits, a -> Losses.crossEntropy(a, labels, Reduction.SUM), 0.5, -0.5, -0.5, 0.5);
        check(logits, a -> Losses.crossEntropy(a, labels, Reduction.NONE), 0.5, -0.5, -5, 5);
        try (Tape tape = new Tape(device)) {
            Tensor w = device.zeros(2, 2);
            tape.watch(w);
            Tensor hidden = w.mul(3);
            double[] expected = {0.75, -0.75, -0.75, 0.75};
            Tensor mean = Losses.crossEntropy(hidden, labels);
            for (int i = 0; i < 2; i++) { // the kernel's gradient is used, and not used up
                assertArrayEquals(expected, tape.gradients(mean).of(w).toDoubleArray(), 1e-9);
            }
            Tensor scaled = Losses.crossEntropy(hidden, labels, Reduction.SUM).mean();
            assertArrayEquals(
                    new double[] {1.5, -1.5, -1.5, 1.5},
                    tape.gradients(scaled).of(w).toDoubleArray(),
                    1e-9);
            Tensor rows = Losses.crossEntropy(hidden, labels, Reduction.NONE).mean();
            assertArrayEquals(expected, tape.gradients(rows).of(w).toDoubleArray(), 1e-9);
            assertArrayEquals(
                    new double[] {3, -3, -3, 3},
                    tape.gradients(mean.mul(4)).of(w).toDoubleArray(),
                    1e-9);
        }
    }

    /** Contributions add up, into the destination too. */
    @Test
    void severalUses() {
        Tensor v = device.tensor(DType.F32, new double[] {2, 5});
        Tensor destination = device.full(Double.NaN, Shape.of(2));
        try (Tape tape = new Tape(device)) {
            tape.watch(v, destination);
            Tensor y = v.mul(3).add(v.square()).add(v).sum();
            assertSame(destination, tape.gradients(y).of(v));
            assertArrayEquals(new double[] {8, 14}, destination.toDoubleArray());
            // Where there is no influence, zeros are written.
            Tensor other = device.ones(1);
            tape.watch(other);
            tape.gradients(other.sum());
            assertArrayEquals(new double[] {0, 0}, destination.toDoubleArray());
        }
    }

    /** What a reshape passes on is neither written to nor given away. */
    @Test
    void theGradientThatIsGivenStays() {
        Tensor dy = device.tensor(DType.F32, new double[] {1, 2, 3, 4, 5, 6});
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor gradient = tape.gradients(x.reshape(6), dy).of(x);
            gradient.fill(0);
            Tensor inside = x.mul(2);
            Tensor twice = inside.reshape(6).add(inside.reshape(3, 2).reshape(6));
            assertArrayEquals(
                    new double[] {4, 8, 12, 16, 20, 24},
                    tape.gradients(twice, dy).of(x).toDoubleArray());
        }
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, dy.toDoubleArray());
        try (Tape tape = new Tape(device)) {
            // Written to the very memory that it is read from.
            tape.watch(x, dy.reshape(2, 3));
            tape.gradients(x.reshape(6).square(), dy);
            assertArrayEquals(new double[] {2, 8, 18, 32, 50, 72}, dy.toDoubleArray());
        }
    }

    /** One call then contributes to a tensor twice. */
    @Test
    void aNormWhoseWeightIsItsBias() {
        Tensor both = device.tensor(DType.F32, new double[] {1, 1, 1});
        Tensor dy = device.tensor(DType.F32, new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
        try (Tape tape = new Tape(device)) {
            tape.watch(both);
            Tensor y = Normalizations.layerNorm(x, -1, both, both, 0);
            double h = Math.sqrt(1.5);
            assertArrayEquals(
                    new double[] {5 - 5 * h, 7, 9 + 9 * h},
                    tape.gradients(y, dy).of(both).toDoubleArray(),
                    1e-5);
        }
    }

    @Test
    void recordingPausesMeanwhile() {
        try (Tape tape = new Tape(device)) {
            Tensor batch = device.ones(2, 2, 2);
            tape.watch(batch);
            Tensor y = batch.matmul(batch.transpose()).sum();
            int length = tape.length();
            assertEquals(3, length);
            Tensor gradient = tape.gradients(y).of(batch);
            assertEquals(length, tape.length());
            assertFalse(tape.tracks(gradient));
            var error =
                    assertThrows(
                            IllegalArgumentException.class, () -> tape.gradients(y).of(gradient));
            assertEquals(
                    "gradients: tensor (2x2x2 F32 on reference) was not watched",
                    error.getMessage());
        }
    }
}
