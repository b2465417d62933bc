package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.autograd.Gradients;
import dev.weft.autograd.Tape;
import dev.weft.backend.KernelCall;

import org.junit.jupiter.api.DynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Results and gradients that PyTorch computed in double. They judge the reference too, which
 * nothing else here is compared with: in F64 to |actual - expected| ≤ 1e-11 + 1e-9 |expected|, on
 * every device that has it, and in F32 to 1e-5 + 1e-4 |expected|.
 */
final class TorchVectors {
    /** PyTorch's gradient has its sixth as a float, in double too. */
    private static final Set<String> ROUNDED_BY_PYTORCH = Set.of("hardsigmoid");

    private TorchVectors() {}

    static Stream<DynamicTest> all(Supplier<Device> device) {
        return Stream.of(dynamicTest("torch", () -> runAll(device.get())));
    }

    private static void runAll(Device device) throws IOException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(SharedVectors.require("torch"))) {
            files = entries.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
        }
        Set<String> passed = new TreeSet<>();
        Set<String> open = new TreeSet<>();
        List<String> failures = new ArrayList<>();
        List<DType> types =
                has(device, DType.F64) ? List.of(DType.F32, DType.F64) : List.of(DType.F32);
        for (Path file : files) {
            TorchCase c = TorchCase.read(file);
            try {
                for (DType dtype : types) {
                    try (Scope _ = device.scope();
                            Tape tape = new Tape(device)) {
                        run(c, device, tape, dtype);
                    }
                }
                passed.add(c.name());
            } catch (UnsupportedCase _) {
                open.add(c.name());
            } catch (AssertionError | RuntimeException e) {
                failures.add(c.name() + ": " + e.getMessage());
            }
        }
        System.out.printf(
                "torch on %s in %s: %d pass, %d fail, %d not supported yet, of %d%n",
                device.info().selector(),
                types,
                passed.size(),
                failures.size(),
                open.size(),
                files.size());
        assertEquals(List.of(), failures);
        KnownCases.of("torch").check(passed, open);
        assertEquals(0, device.memory().liveBytes());
    }

    private static boolean has(Device device, DType dtype) {
        try (Tensor x = device.empty(dtype, Shape.SCALAR)) {
            return device.backend().supports(new KernelCall.Fill(0, x.view()));
        }
    }

    private static void run(TorchCase c, Device device, Tape tape, DType dtype) {
        boolean exact = dtype == DType.F64;
        if (TorchUpdates.has(c)) {
            compare("p", c.array("out.p"), TorchUpdates.run(c, device, dtype), exact);
            return;
        }
        var operation = TorchOperators.of(c);
        TorchOperands operands = new TorchOperands(c, device, dtype);
        List<String> sought = c.names("grad.");
        for (String name : sought) {
            tape.watch(operands.get(name));
        }
        Tensor y = operation.apply(operands);
        exact &= !ROUNDED_BY_PYTORCH.contains(c.operation());
        TorchCase.Array expected = c.array("out.y");
        if (expected.dtype().isFloating() || expected.dtype() == DType.BOOL) {
            DType right = expected.dtype().isFloating() ? dtype : DType.BOOL;
            assertEquals(right, y.dtype(), "type of y");
        }
        compare("y", expected, y, exact);
        if (!sought.isEmpty()) {
            TorchCase.Array handed = c.array("dout.y");
            Tensor dy = device.tensor(dtype, handed.values()).reshape(handed.shape().toArray());
            Gradients gradients = tape.gradients(y, dy);
            for (String name : sought) {
                compare(
                        "the gradient by " + name,
                        c.array("grad." + name),
                        gradients.of(operands.get(name)),
                        exact);
            }
        }
    }

    private static void compare(
            String what, TorchCase.Array expected, Tensor actual, boolean exact) {
        assertEquals(expected.shape(), actual.shape(), "shape of " + what);
        compare(what, expected, actual.toDoubleArray(), exact);
    }

    private static void compare(
            String what, TorchCase.Array expected, double[] values, boolean exact) {
        double relative = exact ? 1e-9 : 1e-4;
        double absolute = exact ? 1e-11 : 1e-5;
        for (int i = 0; i < values.length; i++) {
            double right = expected.values()[i];
            if (!(Math.abs(values[i] - right) <= absolute + relative * Math.abs(right))) {
                throw new AssertionError(
                        "%s, element %d: expected %s, got %s".formatted(what, i, right, values[i]));
            }
        }
    }
}
