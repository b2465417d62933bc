package dev.weft.benchmarks;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Kernels;
import dev.weft.backend.Penalty;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;
import dev.weft.random.Philox;

import java.util.List;

/** One of the kernels that memory limits, its operands drawn and its result allocated before. */
final class KernelCase implements AutoCloseable {
    /** What is computed, and the bytes that it reads and writes for each element. */
    enum Work {
        COPY("copy", 8),
        RELU("relu", 8),
        EXP("exp", 8),
        TANH("tanh", 8),
        SUM("sum", 4),
        SOFTMAX("softmax of rows of 1024", 8),
        AXPY("axpy (SGD's update)", 12),
        ADAM("Adam's update", 28);

        private final String title;
        private final int bytes;

        Work(String title, int bytes) {
            this.title = title;
            this.bytes = bytes;
        }

        String title() {
            return title;
        }

        int bytes() {
            return bytes;
        }
    }

    private static final int ROW = 1024;
    private static final int DRAWN = 1 << 20;
    private static final double LR = 1e-3;
    private static final UpdateRule SGD = new UpdateRule.Sgd(0, false, Penalty.NONE);
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;
    private static final UpdateRule ADAM = new UpdateRule.Adam(BETA1, BETA2, EPS, Penalty.NONE);

    private final Device device;
    private final Work work;
    private final Scope scope;
    private final float[] values;
    private final View x;
    private final Tensor result;
    private final View control;
    private final View halt;
    private final List<View> states;

    /**
     * Draws the operand.
     *
     * @param elements a multiple of 1024
     */
    KernelCase(Device device, Work work, int elements) {
        this.device = device;
        this.work = work;
        this.scope = device.scope();
        values = new float[elements];
        Philox random = new Philox(42);
        for (int i = 0; i < elements; i++) {
            values[i] = i < DRAWN ? (float) random.nextGaussian() : values[i - DRAWN];
        }
        Shape rows = Shape.of(elements / ROW, ROW);
        x = device.tensor(values, elements / ROW, ROW).view();
        result = work == Work.SUM ? device.zeros(1, 1) : device.full(0, rows);
        control = device.tensor(new float[] {(float) LR, 0}, 2).view();
        halt = device.tensor(new int[] {0}).view();
        states =
                work == Work.ADAM
                        ? List.of(device.full(0, rows).view(), device.full(0, rows).view())
                        : List.of();
    }

    String name() {
        return Comparison.name(device);
    }

    /** Computes, and waits for it. */
    void run() {
        Kernels kernels = device.backend();
        View y = result.view();
        switch (work) {
            case COPY -> kernels.copy(x, y);
            case RELU -> kernels.unary(UnaryOp.RELU, 0, 0, x, y);
            case EXP -> kernels.unary(UnaryOp.EXP, 0, 0, x, y);
            case TANH -> kernels.unary(UnaryOp.TANH, 0, 0, x, y);
            case SUM -> kernels.reduce(ReduceOp.SUM, x, y);
            case SOFTMAX -> kernels.softmax(false, x, y);
            case AXPY -> kernels.update(SGD, control, halt, y, x, states);
            case ADAM -> kernels.update(ADAM, control, halt, y, x, states);
        }
        device.backend().synchronize();
    }

    /**
     * Compares the result of the first run with one in double.
     *
     * @throws IllegalStateException naming the kernel and the element, where one is off
     */
    void check() {
        float[] actual = result.toFloatArray();
        Philox random = new Philox(7);
        for (int sample = 0; sample < 1000; sample++) {
            int i = random.nextInt(actual.length);
            double expected = expected(i);
            if (!(Math.abs(actual[i] - expected) <= 1e-5 * (1 + Math.abs(expected)))) {
                throw new IllegalStateException(
                        String.format(
                                "%s: %s is wrong at %d: %s instead of %s",
                                name(), work.title(), i, actual[i], expected));
            }
            if (work == Work.SUM) {
                break;
            }
        }
    }

    private double expected(int i) {
        double value = values[i];
        return switch (work) {
            case COPY -> value;
            case RELU -> Math.max(0, value);
            case EXP -> Math.exp(value);
            case TANH -> Math.tanh(value);
            case SUM -> sum();
            case SOFTMAX -> Math.exp(value) / sumOfExp(i / ROW);
            case AXPY -> -LR * value;
            // The first step's bias corrections divide by what 1 - beta multiplied.
            case ADAM -> -LR * value / (Math.abs(value) + EPS);
        };
    }

    private double sum() {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }

    private double sumOfExp(int row) {
        double sum = 0;
        for (int i = row * ROW; i < (row + 1) * ROW; i++) {
            sum += Math.exp(values[i]);
        }
        return sum;
    }

    @Override
    public void close() {
        scope.close();
    }
}
