package dev.weft.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.nn.Initializer;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Parameter;
import dev.weft.nn.Parameters;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.function.UnaryOperator;

/** Functions of two numbers whose least is known. */
class LbfgsTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();
    private final Parameters parameters =
            Network.create(device, new Linear(2, 1, Initializer.constant(0), null), 1).parameters();
    private final Parameter weight = parameters.list().getFirst();
    private int evaluations;

    @AfterEach
    void nothingLeaks() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private double evaluate(UnaryOperator<Tensor> function) {
        evaluations++;
        try (Scope _ = device.scope();
                Tape tape = new Tape(device)) {
            parameters.watch(tape);
            Tensor loss = function.apply(weight.value());
            tape.gradients(loss);
            return loss.item();
        }
    }

    private static Tensor rosenbrock(Tensor w) {
        Tensor a = w.slice(1, 0, 1);
        Tensor b = w.slice(1, 1, 2);
        Tensor valley = b.sub(a.square()).square().mul(100);
        return a.neg().add(1).square().add(valley).sum();
    }

    @Test
    void theBentValleyIsFollowedToItsEnd() {
        weight.value().assign(device.tensor(DType.F32, new double[] {-1.2, 1}, 1, 2));
        Lbfgs lbfgs = new Lbfgs(parameters, 10, 100, 1e-6);
        double least = lbfgs.minimize(() -> evaluate(LbfgsTest::rosenbrock));
        assertArrayEquals(new double[] {1, 1}, weight.value().toDoubleArray(), 1e-4);
        assertEquals(0, least, 1e-8);
        assertTrue(evaluations < 100, evaluations + " evaluations");
    }

    @Test
    void aBowlIsDoneInAFewSteps() {
        UnaryOperator<Tensor> bowl =
                w ->
                        w.sub(3)
                                .square()
                                .mul(device.tensor(DType.F32, new double[] {1, 50}, 1, 2))
                                .sum();
        Lbfgs lbfgs = new Lbfgs(parameters, 2, 50, 1e-5);
        assertEquals(0, lbfgs.minimize(() -> evaluate(bowl)), 1e-9);
        assertArrayEquals(new double[] {3, 3}, weight.value().toDoubleArray(), 1e-5);
        int before = evaluations;
        assertTrue(before < 30, before + " evaluations");
        lbfgs.minimize(() -> evaluate(bowl));
        assertEquals(before + 1, evaluations, "nothing is left to do");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Lbfgs(parameters, 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Lbfgs(parameters, 1, 1, -1));
        Lbfgs lbfgs = new Lbfgs(parameters, 1, 1, 0);
        assertThrows(
                ArithmeticException.class,
                () -> lbfgs.minimize(() -> evaluate(w -> w.sub(1).log().sum())));
    }
}
