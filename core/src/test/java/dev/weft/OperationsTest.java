package dev.weft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.autograd.Tape;
import dev.weft.backend.Activation;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.random.Philox;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** What operations refuse, and the conventions that no vector of others shows. */
class OperationsTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private static void refuses(String message, Runnable operation) {
        var error = assertThrows(ShapeException.class, operation::run);
        assertEquals(message, error.getMessage());
    }

    @Test
    void matmulNamesShapesAndRule() {
        Tensor a = device.zeros(32, 128);
        refuses(
                "matmul: a is 32x128, b is 64x10: a's columns (128) must equal b's rows (64)",
                () -> a.matmul(device.zeros(64, 10)));
        refuses(
                "matmul: a is 32x128, b is scalar: scalars have no matrix product",
                () -> a.matmul(device.scalar(1)));
        assertThrows(
                ShapeException.class, () -> device.zeros(2, 3, 4).matmul(device.zeros(3, 4, 5)));
        assertThrows(ShapeException.class, () -> a.matmul(device.tensor(new int[128])));
        assertEquals(Shape.SCALAR, device.zeros(3).matmul(device.zeros(3)).shape());
        assertEquals(Shape.of(5, 2, 4), device.zeros(5, 2, 3).matmul(device.zeros(3, 4)).shape());
    }

    /** Beyond what an I32 says, or may be rounded up: on every device alike, before it is asked. */
    @Test
    void axesThatNoDeviceTakes() {
        long huge = (1L << 31) + 5;
        Tensor one = device.ones(1, 1);
        Tensor row = one.expand(1, huge);
        Tensor column = one.expand(huge, 1);
        Tensor first = device.tensor(new int[] {0});
        String most = " has 2147483653 elements, and at most 2147483647 can be taken: slice it";
        String rounded = " has 2147483653 elements, and at most 2147418112 can be taken: slice it";
        refuses("argmax: axis 1 of 1x2147483653" + most, () -> row.argmax(-1));
        refuses("gather: axis 0 of 2147483653x1" + most, () -> column.gather(first));
        refuses("pick: axis 1 of 1x2147483653" + most, () -> row.pick(first));
        refuses("gather: axis 0 of [2147483653]" + most, () -> one.gather(first.expand(huge)));
        refuses("softmax: axis 1 of 1x2147483653" + rounded, () -> row.softmax(1));
        refuses("log_softmax: axis 0 of 2147483653x1" + rounded, () -> column.logSoftmax(0));
        refuses(
                "crossEntropy: axis 1 of 1x2147483653" + rounded,
                () -> Losses.crossEntropy(row, first));
        refuses("matmul: axis 0 of 2147483653x1" + rounded, () -> column.matmul(one));
        refuses("matmul: axis 1 of 1x2147483653" + rounded, () -> one.matmul(row));
        refuses(
                "linear: axis 0 of 2147483653x1" + rounded,
                () -> one.linear(column, null, Activation.IDENTITY));
    }

    /** The strides of an empty tensor are products of its extents as well. */
    @Test
    void anEmptyShapeWithoutStridesIsRefused() {
        refuses(
                "shape: [0, 1099511627776, 1099511627776] has more than 2^63 elements",
                () -> device.zeros(0, 1L << 40, 1L << 40));
        assertEquals(0, device.zeros(0, 1L << 40).size());
    }

    @Test
    void anEmptyBatchBroadcasts() {
        Tensor a = device.ones(1, 1, 3, 1);
        assertEquals(Shape.of(3, 0, 1, 3, 3), a.matmul(device.zeros(3, 0, 1, 1, 3)).shape());
        assertEquals(
                Shape.of(0, 3, 4),
                device.ones(2, 4)
                        .reshape(1, 2, 4)
                        .expand(0, 2, 4)
                        .transpose()
                        .matmul(device.ones(2, 3))
                        .transpose()
                        .shape());
    }

    @Test
    void linearNamesShapesAndRule() {
        Tensor x = device.zeros(2, 3);
        Tensor weight = device.zeros(4, 3);
        assertThrows(
                ShapeException.class,
                () -> x.linear(device.zeros(3, 4), null, Activation.IDENTITY));
        refuses(
                "linear: weight is 4x3, bias is [3]: needs one bias for each output (4)",
                () -> x.linear(weight, device.zeros(3), Activation.RELU));
    }

    @Test
    void reductionsOverNothing() {
        Tensor none = device.zeros(0, 2);
        assertArrayEquals(new float[] {0, 0}, none.sum(0).toFloatArray());
        assertTrue(Double.isNaN(none.mean().item()));
        assertEquals(Double.NEGATIVE_INFINITY, none.max().item());
        assertEquals(Double.POSITIVE_INFINITY, none.min().item());
        assertThrows(ShapeException.class, () -> none.argmax(0));
        assertThrows(ShapeException.class, () -> none.sum(0, -2));
        assertThrows(ShapeException.class, () -> none.sum(2));
        Tensor empty = device.tensor(new int[0]);
        assertEquals(Integer.MIN_VALUE, empty.reduce(ReduceOp.MAX, false).item());
        assertThrows(ShapeException.class, () -> empty.reduce(ReduceOp.MEAN, false));
    }

    @Test
    void indexingNamesTheIndex() {
        Tensor x = device.zeros(3, 2);
        Tensor bad = device.tensor(new int[] {0, 2, -1});
        var error = assertThrows(IndexOutOfBoundsException.class, () -> x.gather(bad));
        assertEquals("gather: index -1 at position 2 is outside [0, 3)", error.getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> x.pick(bad));
        assertThrows(IndexOutOfBoundsException.class, () -> Losses.crossEntropy(x, bad));
        assertThrows(ShapeException.class, () -> x.gather(device.zeros(2)));
        assertThrows(ShapeException.class, () -> x.pick(device.tensor(new int[2])));
        assertThrows(ShapeException.class, () -> Losses.crossEntropy(x, device.zeros(3)));
        assertThrows(ShapeException.class, () -> Tensor.concat(0));
        assertThrows(ShapeException.class, () -> Tensor.concat(0, x, device.zeros(3, 3)));
        assertThrows(ShapeException.class, () -> Losses.mse(x, device.zeros(2, 3)));
    }

    @Test
    void parametersAreInRange() {
        Tensor x = device.zeros(3);
        assertThrows(IllegalArgumentException.class, () -> x.clamp(1, 0));
        assertThrows(IllegalArgumentException.class, () -> x.clamp(Double.NaN, 0));
        assertThrows(IllegalArgumentException.class, () -> Losses.huber(x, x, 0));
        DropoutState dropout = new DropoutState(device, 1);
        assertThrows(IllegalArgumentException.class, () -> dropout.apply(x, 1));
        assertThrows(IllegalArgumentException.class, () -> dropout.apply(x, -0.1));
    }

    /** An I32 takes I32: what is no whole number, or too large, needs a conversion that is seen. */
    @Test
    void integersTakeIntegers() {
        Tensor x = device.tensor(new int[] {10, -7}).named("x");
        refuses(x, "mul", 0.4, () -> x.mul(0.4));
        refuses(x, "add", 0.5, () -> x.add(0.5));
        refuses(x, "sub", -0.5, () -> x.sub(-0.5));
        refuses(x, "div", 2.5, () -> x.div(2.5));
        refuses(x, "mul", Double.NaN, () -> x.mul(Double.NaN));
        refuses(x, "add", 0x1p31, () -> x.add(0x1p31));
        refuses(x, "sub", -3e9, () -> x.sub(-3e9));
        refuses(x, "clamp", 0.5, () -> x.clamp(0.5, 3));
        refuses(x, "clamp", 2.5, () -> x.clamp(0, 2.5));
        var error = assertThrows(ArithmeticException.class, () -> x.div(0));
        assertEquals(
                "div: tensor 'x' ([2] I32 on reference) is divided by 0: integers have no"
                        + " quotient by it; convert it first, with to(F32)",
                error.getMessage());
        refuses(x, "pow", 0.5, () -> x.pow(0.5));
        refuses(
                "hypot: is not defined for I32, got tensor 'x' ([2] I32 on reference): convert it"
                        + " first, with to(F32)",
                () -> x.hypot(0.5));
        assertEquals(
                "remainder: tensor 'x' ([2] I32 on reference) is divided by 0: integers have no"
                        + " quotient by it; convert it first, with to(F32)",
                assertThrows(ArithmeticException.class, () -> x.remainder(0)).getMessage());
        Tensor zero = device.tensor(new int[] {3, 0});
        assertThrows(ArithmeticException.class, () -> x.fmod(zero));
        assertThrows(ShapeException.class, () -> x.leakyRelu(0.1));
        assertArrayEquals(new float[] {4, -2.8f}, x.to(DType.F32).mul(0.4).toFloatArray());
    }

    private void refuses(Tensor x, String name, double number, Runnable operation) {
        var error = assertThrows(IllegalArgumentException.class, operation::run);
        assertEquals(
                "%s: %s takes whole numbers from -2147483648 to 2147483647, got %s: convert it first, with to(F32)"
                        .formatted(name, x, number),
                error.getMessage());
    }

    /** d/da a^0 = 0, also at a = 0, where b a^(b - 1) would be 0 times infinity. */
    @Test
    void thePowerOfZeroHasAGradient() {
        try (Tape tape = new Tape(device)) {
            Tensor a = device.tensor(new float[] {0, 2, -3, 0, 0});
            Tensor b = device.tensor(new float[] {0, 0, 0, 2, 1});
            tape.watch(a);
            tape.watch(b);
            var gradients = tape.gradients(a.pow(b).sum());
            assertArrayEquals(new float[] {0, 0, 0, 0, 1}, gradients.of(a).toFloatArray());
            float ln2 = (float) Math.log(2);
            assertArrayEquals(
                    new float[] {0, ln2, Float.NaN, 0, 0}, gradients.of(b).toFloatArray());
        }
    }

    /** Half of the elements survive, doubled, and the stream can be taken up where it stood. */
    @Test
    void dropoutKeepsTheExpectation() {
        DropoutState dropout = new DropoutState(device, 42);
        Tensor ones = device.ones(10_001);
        assertEquals(1, dropout.apply(ones, 0.5).mean().item(), 0.05);
        assertEquals((10_001 + 3) / 4, dropout.block());
        DropoutState resumed = new DropoutState(device, 42, dropout.block());
        assertArrayEquals(
                dropout.apply(ones, 0.25).toFloatArray(), resumed.apply(ones, 0.25).toFloatArray());
        assertArrayEquals(ones.toFloatArray(), dropout.apply(ones, 0).toFloatArray());
    }

    /** Both are numbers of 64 bits, and the stream goes on in the memory that it has. */
    @Test
    void dropoutSeedsAndBlocksAreLong() {
        long seed = 0x1122_3344_5566_7788L;
        long block = 0x0000_0007_FFFF_FFFFL;
        Tensor ones = device.ones(8);
        DropoutState dropout = new DropoutState(device, seed, block);
        float[] expected = dropout.apply(ones, 0.5).toFloatArray();
        assertEquals(block + 2, dropout.block());
        Philox stream = new Philox(seed, block);
        for (float each : expected) {
            assertEquals(stream.nextInt() < 0 ? 2 : 0, each);
        }
        DropoutState other = new DropoutState(device, 1);
        other.restore(seed, block);
        assertArrayEquals(expected, other.apply(ones, 0.5).toFloatArray());
        assertThrows(ShapeException.class, () -> other.apply(device.tensor(new int[2]), 0.5));
    }

    @Test
    void concatenationKeepsEveryPart() {
        Tensor x = device.tensor(new float[] {1, 2, 3, 4}, 2, 2);
        Tensor y = device.tensor(new float[] {5, 6}, 2, 1);
        assertArrayEquals(new float[] {1, 2, 5, 3, 4, 6}, Tensor.concat(1, x, y).toFloatArray());
        try (Tape tape = new Tape(device)) {
            tape.watch(y);
            var gradients = tape.gradients(Tensor.concat(-1, x, y, y).square().sum());
            assertArrayEquals(new float[] {20, 24}, gradients.of(y).toFloatArray());
        }
        var error = assertThrows(ShapeException.class, () -> Tensor.concat(0, x, y));
        assertEquals(
                "concat: %s and %s differ in type or beside axis 0".formatted(x, y),
                error.getMessage());
    }

    @Test
    void lossesRefuseATargetThatIsTracked() {
        Tensor x = device.ones(2, 3);
        try (Tape tape = new Tape(device)) {
            Tensor t = device.ones(2, 3);
            tape.watch(t);
            for (Runnable loss :
                    List.<Runnable>of(
                            () -> Losses.binaryCrossEntropy(x, t),
                            () -> Losses.klDivergence(x, t, Reduction.MEAN),
                            () -> Losses.crossEntropy(x, t))) {
                var error = assertThrows(IllegalArgumentException.class, loss::run);
                assertTrue(error.toString().endsWith("pass target.detach()"), error.toString());
            }
        }
        assertThrows(
                ShapeException.class,
                () -> Losses.categoricalCrossEntropy(device.scalar(1), device.scalar(1)));
    }

    @Test
    void everyFunctionOfTwoTakesNumbers() {
        Tensor x = device.tensor(new float[] {-1, 0.5f, 2});
        Tensor integers = device.tensor(new int[] {-1, 1, 3});
        assertArrayEquals(
                new float[] {0.5f, 0.5f, 2},
                Elementwise.binary(BinaryOp.MAX, x, 0.5).toFloatArray());
        assertArrayEquals(
                new int[] {-1, 1, 1}, Elementwise.binary(BinaryOp.MIN, integers, 1).toIntArray());
        assertThrows(
                IllegalArgumentException.class,
                () -> Elementwise.binary(BinaryOp.MIN, integers, 0.5));
    }

    @Test
    void parametersThatIntegersDoNotHave() {
        Tensor x = device.tensor(new int[] {1, 2});
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Elementwise.unary(UnaryOp.AFFINE, 0.5, 0, x));
        assertEquals(
                "affine: tensor ([2] I32 on reference) takes whole numbers from -2147483648 to"
                        + " 2147483647, got 0.5: convert it first, with to(F32)",
                error.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> Elementwise.unary(UnaryOp.AFFINE, 1, 1e10, x));
        assertThrows(
                IllegalArgumentException.class, () -> Elementwise.unary(UnaryOp.CLAMP, 0.5, 2, x));
        assertThrows(
                IllegalArgumentException.class, () -> Elementwise.unary(UnaryOp.CLAMP, 2, 1, x));
        assertArrayEquals(
                new int[] {2, 2},
                Elementwise.unary(UnaryOp.CLAMP, 2, Double.POSITIVE_INFINITY, x).toIntArray());
        // What a function does not have as a parameter is not looked at.
        assertArrayEquals(
                new int[] {-1, -2}, Elementwise.unary(UnaryOp.NEG, 0.5, 0, x).toIntArray());
    }
}
