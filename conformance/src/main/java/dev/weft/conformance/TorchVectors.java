package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Gradients;
import dev.weft.autograd.Tape;

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
 * nothing else here is compared with: to |actual - expected| ≤ 1e-11 + 1e-9 |expected| there, and
 * to 1e-5 + 1e-4 |expected| on devices that compute in F32.
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
        for (Path file : files) {
            TorchCase c = TorchCase.read(file);
            try (Scope _ = device.scope();
                    Tape tape = new Tape(device)) {
                run(c, device, tape);
                passed.add(c.name());
            } catch (UnsupportedCase _) {
                open.add(c.name());
            } catch (AssertionError | RuntimeException e) {
                failures.add(c.name() + ": " + e.getMessage());
            }
        }
        System.out.printf(
                "torch on %s: %d pass, %d fail, %d not supported yet, of %d%n",
                device.info().selector(),
                passed.size(),
                failures.size(),
                open.size(),
                files.size());
        assertEquals(List.of(), failures);
        KnownCases.of("torch").check(passed, open);
        assertEquals(0, device.memory().liveBytes());
    }

    private static void run(TorchCase c, Device device, Tape tape) {
        if (TorchUpdates.has(c)) {
            double[] after = TorchUpdates.run(c, device);
            compare("p", c.array("out.p"), after, device.info().selector().equals("reference"));
            return;
        }
        var operation = TorchOperators.of(c);
        TorchOperands operands = new TorchOperands(c, device);
        List<String> sought = c.names("grad.");
        for (String name : sought) {
            tape.watch(operands.get(name));
        }
        Tensor y = operation.apply(operands);
        boolean exact =
                device.info().selector().equals("reference")
                        && !ROUNDED_BY_PYTORCH.contains(c.operation());
        compare("y", c.array("out.y"), y, exact);
        if (!sought.isEmpty()) {
            TorchCase.Array handed = c.array("dout.y");
            Tensor dy = device.tensor(handed.values()).reshape(handed.shape().toArray());
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
