package dev.weft.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.ShapeException;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

/** Operations that somebody brings along, with a gradient of their own. */
class CustomTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();
    private final Tensor x = device.tensor(DType.F32, new double[] {-2, 0.5, 3});

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Tensor cube(Tensor x) {
        return device.custom(
                "cube",
                List.of(x),
                () -> x.mul(x).mul(x),
                dy -> List.of(dy.mul(x.square()).mul(3)));
    }

    private static double[] values(Tensor x) {
        return x.toDoubleArray();
    }

    @Test
    void theGradientIsItsOwn() {
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            // Between operations of Weft's, and added to another way to x.
            Tensor y = cube(x.mul(2)).add(x).sum();
            assertArrayEquals(
                    new double[] {24 * 4 + 1, 24 * 0.25 + 1, 24 * 9 + 1},
                    values(tape.gradients(y).of(x)));
        }
        assertArrayEquals(new double[] {-8, 0.125, 27}, values(cube(x)));
    }

    /** One that cheats shows that nothing else is asked: the straight-through estimator. */
    @Test
    void whatForwardDoesIsNotRecorded() {
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor rounded =
                    device.custom(
                            "round", List.of(x), () -> x.to(DType.I32).to(DType.F32), List::of);
            assertArrayEquals(new double[] {-2, 0, 3}, values(rounded));
            assertArrayEquals(new double[] {1, 1, 1}, values(tape.gradients(rounded.sum()).of(x)));
            assertEquals(2, tape.length());
        }
    }

    @Test
    void anOperandMayHaveNoGradient() {
        Tensor indices = device.tensor(new int[] {2, 0});
        try (Tape tape = new Tape(device)) {
            Tensor z = device.tensor(DType.F32, new double[] {5, 7, 11});
            tape.watch(x);
            tape.watch(z);
            Tensor y =
                    device.custom(
                            "take",
                            List.of(x, indices, z),
                            () -> x.gather(indices),
                            dy -> Arrays.<@Nullable Tensor>asList(device.ones(3), null, null));
            Gradients gradients = tape.gradients(y.sum());
            assertArrayEquals(new double[] {1, 1, 1}, values(gradients.of(x)));
            assertArrayEquals(new double[] {0, 0, 0}, values(gradients.of(z)));
        }
    }

    /** What forward leaves for the way back is there until the tape closes, and then is gone. */
    @Test
    void whatForwardMadeStaysForBackward() {
        try (Scope _ = device.scope()) {
            try (Tape tape = new Tape(device)) {
                tape.watch(x);
                Tensor[] left = new Tensor[1];
                Tensor y =
                        device.custom(
                                "swish",
                                List.of(x),
                                () -> {
                                    left[0] = x.sigmoid();
                                    return x.mul(left[0]);
                                },
                                dy -> {
                                    Tensor s = left[0];
                                    return List.of(dy.mul(s.add(x.mul(s).mul(s.neg().add(1)))));
                                });
                double[] own = values(tape.gradients(y.sum()).of(x));
                double[] silu = values(tape.gradients(x.silu().sum()).of(x));
                assertArrayEquals(silu, own, 1e-15);
            }
            Tensor[] left = new Tensor[1];
            device.custom(
                    "one",
                    List.of(x),
                    () -> {
                        left[0] = x.exp();
                        return left[0].mul(1);
                    },
                    List::of);
            assertTrue(left[0].isClosed());
        }
    }

    private void refuses(String message, List<@Nullable Tensor> given) {
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor y = device.custom("mine", List.of(x), () -> x.mul(2), _ -> given).sum();
            var error = assertThrows(ShapeException.class, () -> tape.gradients(y));
            assertEquals(message, error.getMessage());
        }
    }

    @Test
    void gradientsThatDoNotFit() {
        Tensor row = device.ones(1, 3);
        Tensor whole = device.tensor(new int[3]);
        String rule =
                "gradients: the backward of mine gave %s for operand 0, which is %s: needs one of"
                        + " its shape and type, on its device";
        refuses(rule.formatted(row, x), List.of(row));
        refuses(rule.formatted(whole, x), List.of(whole));
        refuses(
                "gradients: the backward of mine gave 2 gradients: needs one, or null, for each of"
                        + " its 1 operands",
                List.of(x, x));
        try (Device other = Devices.open("reference");
                Tensor elsewhere = other.ones(3)) {
            refuses(rule.formatted(elsewhere, x), List.of(elsewhere));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> device.custom("mine", List.of(elsewhere), () -> x.mul(1), List::of));
        }
    }

    @Test
    void resultsThatAreNoneOfItsOwn() {
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor before = x.mul(2);
            for (Tensor y : List.of(x, before)) {
                var error =
                        assertThrows(
                                IllegalArgumentException.class,
                                () -> device.custom("mine", List.of(x), () -> y, List::of));
                assertTrue(error.toString().endsWith("return a copy() of it"), error.toString());
            }
            assertThrows(
                    ShapeException.class,
                    () -> device.custom("mine", List.of(x), () -> x.to(DType.I32), List::of));
            assertEquals(1, tape.length());
        }
    }

    @Test
    void overwrittenOperandsAreRefused() {
        try (Tape tape = new Tape(device)) {
            tape.watch(x);
            Tensor y = cube(x).sum();
            x.assign(device.ones(3));
            var error = assertThrows(IllegalStateException.class, () -> tape.gradients(y));
            assertTrue(error.toString().contains("the derivative of cube needs"), error.toString());
        }
    }
}
