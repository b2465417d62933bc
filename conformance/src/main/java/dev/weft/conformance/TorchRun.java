package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.autograd.Gradients;
import dev.weft.autograd.Tape;
import dev.weft.conformance.TorchCase.Array;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares results and gradients with those that PyTorch computed in double: in F64 to 1e-11 + 1e-9
 * |expected|, in F32 to 1e-5 + 1e-4 |expected|. F16 and BF16 have not the operands' numbers: there
 * the reference, once it has passed the case itself, is asked in double about the rounded ones.
 */
final class TorchRun {
    /** PyTorch's gradient has its sixth as a float, in double too. */
    private static final Set<String> ROUNDED_BY_PYTORCH = Set.of("hardsigmoid");

    private TorchRun() {}

    static void compare(
            TorchCase c, Device device, DType dtype, Device reference, Comparison comparison) {
        Map<String, Array> expected = c.expected();
        if (expected.isEmpty()) {
            throw new IllegalArgumentException("the case expects no result");
        }
        TorchCase asked = c;
        if (dtype != DType.F64 && dtype != DType.F32) {
            compare(c, reference, DType.F64, reference, new Comparison());
            asked = c.in(dtype);
            expected = compute(asked, reference, DType.F64);
            expected.keySet().retainAll(c.expected().keySet());
        }
        Map<String, Array> actual = compute(asked, device, dtype);
        boolean rounded = dtype == DType.F64 && ROUNDED_BY_PYTORCH.contains(c.operation());
        expected.forEach(
                (name, right) -> {
                    Array got = actual.get(name);
                    if (got == null) {
                        throw new UnsupportedCase("no " + name);
                    }
                    comparison.shapes(name, right.shape(), got.shape());
                    if (right.dtype().isFloating() || right.dtype() == DType.BOOL) {
                        DType type = right.dtype().isFloating() ? dtype : DType.BOOL;
                        comparison.types(name, type, got.dtype());
                    }
                    Tolerance tolerance = Tolerance.of(rounded ? DType.F32 : dtype, right.values());
                    comparison.values(name, tolerance, right.values(), got.values());
                });
    }

    /** Everything that the case can ask for, under its names there. */
    private static Map<String, Array> compute(TorchCase c, Device device, DType dtype) {
        try (var _ = device.scope();
                Tape tape = new Tape(device)) {
            TorchOperands operands = new TorchOperands(c, device, dtype);
            List<String> sought = c.names("grad.");
            for (String name : sought) {
                tape.watch(operands.get(name));
            }
            Map<String, Array> computed = new LinkedHashMap<>();
            Tensor y;
            try {
                y = TorchOperators.run(operands);
            } catch (UnsupportedCase e) {
                throw e;
            } catch (RuntimeException e) {
                operands.refuseUnread();
                throw e;
            }
            operands.refuseUnread();
            operands.give("y", y);
            operands.results().forEach((name, result) -> computed.put("out." + name, read(result)));
            if (!sought.isEmpty()) {
                Gradients gradients = tape.gradients(handed(c, operands, device, dtype));
                for (String name : sought) {
                    computed.put("grad." + name, read(gradients.of(operands.get(name))));
                }
            }
            return computed;
        }
    }

    /** What has the gradients that the case hands to its results: Σ dout · out. */
    private static Tensor handed(TorchCase c, TorchOperands operands, Device device, DType dtype) {
        Tensor sum = device.full(dtype, 0, Shape.SCALAR);
        for (String name : c.names("dout.")) {
            Tensor result = operands.results().get(name);
            if (result == null) {
                throw new UnsupportedCase("gradients of " + name);
            }
            Array dout = c.array("dout." + name);
            Tensor d = Values.of(dtype, dout.values()).on(device, dout.shape());
            sum = sum.add(result.mul(d).sum());
        }
        return sum;
    }

    private static Array read(Tensor tensor) {
        return new Array(tensor.dtype(), tensor.shape(), tensor.toDoubleArray());
    }
}
