package dev.weft.benchmarks.task;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.DeviceOptions;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.autograd.Gradients;
import dev.weft.autograd.Tape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A layer as a program calls it: y alone, or y and the gradients by all of its operands as autograd
 * takes them from a gradient by y. A result is y, or these gradients one after the other.
 *
 * @param kind which layer
 * @param gradients whether they are taken
 * @param x its first operand's shape
 */
public record LayerPass(LayerKind kind, boolean gradients, Shape x) implements Task {
    private static final int SEED = 47;

    /** How far numbers may be off: what is summed up is up to some thousand products. */
    private static final double BOUND = 168 * DType.F32.roundoff();

    @Override
    public String suite() {
        return "layers";
    }

    @Override
    public String family() {
        return kind.family() + ", " + pass();
    }

    private String pass() {
        return gradients ? "forward and backward" : "forward";
    }

    @Override
    public String what() {
        return "%s %s, %s".formatted(kind.title(), pass(), x);
    }

    @Override
    public double size() {
        return Double.NaN;
    }

    @Override
    public double flops() {
        return (gradients ? 3 : 1) * kind.products(x);
    }

    /** Of x and y; on the way back x again, both gradients, and no parameters, which are few. */
    @Override
    public double bytes() {
        double both = 4.0 * (x.size() + kind.y(x).size());
        return kind.isBoundByMemory() ? both + (gradients ? both + 4.0 * x.size() : 0) : 0;
    }

    /** x and what else the layer takes, in the order in which it takes them. */
    public List<Operand> operands() {
        List<Operand> operands = new ArrayList<>();
        for (Shape shape : kind.operands(x)) {
            operands.add(
                    Operand.normal(
                            SEED + operands.size(),
                            operands.isEmpty() ? 1 : kind.deviation(x),
                            shape));
        }
        return operands;
    }

    /** The gradient by y. */
    public Operand dy() {
        return Operand.normal(SEED - 1, 1, kind.y(x));
    }

    /** What Weft makes of the operands, in the innermost open scope. */
    public List<Tensor> results(List<Tensor> operands, Tensor dy) {
        if (!gradients) {
            return List.of(kind.apply(operands));
        }
        try (Tape tape = new Tape(dy.device())) {
            operands.forEach(tape::watch);
            Gradients all = tape.gradients(kind.apply(operands), dy);
            return operands.stream().map(all::of).toList();
        }
    }

    /**
     * Compares a result with that of the CPU's kernels in F64, which peers are compared with as
     * well: numbers are off by what they were rounded by, or come of other sums.
     */
    @Override
    public void check(String library, double[] result) {
        Check check = new Check(library, this);
        List<double[]> parts = inDouble();
        check.length(result, parts.stream().mapToInt(part -> part.length).sum());
        int i = 0;
        for (double[] part : parts) {
            double largest = Arrays.stream(part).map(Math::abs).max().orElse(0);
            for (double expected : part) {
                check.element(i, result[i], expected, BOUND * (1 + largest));
                i++;
            }
        }
    }

    private List<double[]> inDouble() {
        try (Device device = Devices.open("cpu", DeviceOptions.defaults().threads(1));
                Scope _ = device.scope()) {
            List<Tensor> all =
                    Stream.concat(operands().stream(), Stream.of(dy()))
                            .map(
                                    operand ->
                                            device.tensor(
                                                    Singles.widened(operand.values()),
                                                    operand.shape().toArray()))
                            .toList();
            return results(all.subList(0, all.size() - 1), all.getLast()).stream()
                    .map(Tensor::toDoubleArray)
                    .toList();
        }
    }
}
