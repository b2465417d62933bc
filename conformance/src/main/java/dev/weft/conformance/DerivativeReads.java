package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Backend;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.KernelCall;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.random.Philox;

import org.junit.jupiter.api.DynamicTest;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Derivatives are made of no other values than the op enums say: NaN in the place of those changes
 * nothing.
 */
final class DerivativeReads {
    private static final int SIZE = 100;

    private final Device device;
    private final Backend kernels;
    private final View a;
    private final View b;
    private final View dy;
    private final View nothing;

    private DerivativeReads(Device device) {
        this.device = device;
        kernels = device.backend();
        Philox random = new Philox(Seed.value());
        a = positive(random);
        b = positive(random);
        dy = Draws.normal(random, device, 1, SIZE).view();
        nothing = device.full(Double.NaN, Shape.of(SIZE)).view();
    }

    private View positive(Philox random) {
        return Draws.normal(random, device, 0.5, SIZE).exp().view();
    }

    static Stream<DynamicTest> all(Supplier<Device> device) {
        Stream<DynamicTest> unary =
                Arrays.stream(UnaryOp.values())
                        .filter(UnaryOp::hasGradKernel)
                        .map(op -> test(device, op + " reads", reads -> reads.unary(op)));
        Stream<DynamicTest> binary =
                Arrays.stream(BinaryOp.values())
                        .filter(BinaryOp::hasGradKernel)
                        .map(op -> test(device, op + " reads", reads -> reads.binary(op)));
        return Stream.concat(unary, binary);
    }

    private static DynamicTest test(
            Supplier<Device> device, String name, Consumer<DerivativeReads> body) {
        return dynamicTest(
                name,
                () -> {
                    try (Scope _ = device.get().scope()) {
                        body.accept(new DerivativeReads(device.get()));
                    }
                });
    }

    private void unary(UnaryOp op) {
        View y = device.empty(DType.F32, a.shape()).view();
        kernels.run(new KernelCall.Unary(op, 0.5, 2, a, y));
        UnaryOp.Reads reads = op.derivativeReads();
        View x = reads == UnaryOp.Reads.OPERAND ? a : nothing;
        View result = reads == UnaryOp.Reads.RESULT ? y : nothing;
        assertArrayEquals(
                written(dx -> kernels.run(new KernelCall.UnaryGrad(op, 0.5, 2, a, y, dy, dx))),
                written(
                        dx ->
                                kernels.run(
                                        new KernelCall.UnaryGrad(op, 0.5, 2, x, result, dy, dx))));
    }

    private void binary(BinaryOp op) {
        for (boolean byB : new boolean[] {false, true}) {
            View left = op.derivativeReadsA(byB) ? a : nothing;
            View right = op.derivativeReadsB(byB) ? b : nothing;
            assertArrayEquals(
                    written(d -> kernels.run(new KernelCall.BinaryGrad(op, byB, a, b, dy, d))),
                    written(
                            d ->
                                    kernels.run(
                                            new KernelCall.BinaryGrad(
                                                    op, byB, left, right, dy, d))),
                    byB ? "by b" : "by a");
        }
    }

    private float[] written(Consumer<View> kernel) {
        Tensor result = device.empty(DType.F32, a.shape());
        kernel.accept(result.view());
        return result.toFloatArray();
    }
}
