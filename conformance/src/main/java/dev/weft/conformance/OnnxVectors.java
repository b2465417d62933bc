package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * ONNX's node tests, for the operators that Weft's operations can express. Passed means shape and
 * type equal and |actual - expected| ≤ 1e-7 + 1e-3 |expected|, as in ONNX's own runner.
 */
final class OnnxVectors {
    private static final double RELATIVE = 1e-3;
    private static final double ABSOLUTE = 1e-7;

    private OnnxVectors() {}

    static Stream<DynamicTest> all(Supplier<Device> device) {
        return Stream.of(dynamicTest("onnx-node", () -> runAll(device.get())));
    }

    private static void runAll(Device device) throws IOException {
        List<Path> folders;
        try (Stream<Path> entries = Files.list(SharedVectors.require("onnx-node"))) {
            folders = entries.filter(Files::isDirectory).sorted().toList();
        }
        Map<String, List<String>> unsupported = new TreeMap<>();
        List<String> failures = new ArrayList<>();
        Set<String> passed = new TreeSet<>();
        Set<String> open = new TreeSet<>();
        for (Path folder : folders) {
            OnnxCase test = OnnxCase.read(folder);
            try (Scope _ = device.scope()) {
                run(test, device);
                passed.add(test.name());
            } catch (UnsupportedCase e) {
                String why = String.valueOf(e.getMessage());
                unsupported.computeIfAbsent(test.operator(), _ -> new ArrayList<>()).add(why);
                open.add(test.name());
            } catch (AssertionError | RuntimeException e) {
                failures.add(test.name() + ": " + e.getMessage());
            }
        }
        print(device, unsupported, passed.size(), failures.size(), folders.size());
        assertEquals(List.of(), failures);
        KnownCases.of("onnx-node").check(passed, open);
        assertEquals(0, device.memory().liveBytes());
    }

    private static void print(
            Device device, Map<String, List<String>> unsupported, int passed, int failed, int all) {
        int open = unsupported.values().stream().mapToInt(List::size).sum();
        StringBuilder text = new StringBuilder();
        text.append("onnx on ")
                .append(device.info().selector())
                .append(
                        ": %d pass, %d fail, %d not supported yet, of %d"
                                .formatted(passed, failed, open, all));
        unsupported.forEach(
                (operator, why) ->
                        text.append(
                                "\n  not supported yet: %s, %d (%s)"
                                        .formatted(
                                                operator,
                                                why.size(),
                                                String.join("; ", new TreeSet<>(why)))));
        System.out.println(text);
    }

    private static void run(OnnxCase test, Device device) {
        for (OnnxTensor output : test.expected()) {
            if (output.values() == null) {
                String type = OnnxNode.typeName(output.type());
                throw new UnsupportedCase("result of type " + type);
            }
        }
        List<Tensor> results = OnnxOperators.run(test.operator(), new OnnxNode(test, device));
        for (int i = 0; i < test.expected().size(); i++) {
            int position = test.positions().get(i);
            if (position >= results.size()) {
                throw new UnsupportedCase("output " + position);
            }
            OnnxTensor expected = test.expected().get(i);
            compare(expected.shape(), expected.values(), results.get(position));
        }
    }

    private static void compare(Shape shape, @Nullable Values expected, Tensor actual) {
        if (expected == null) {
            throw new IllegalArgumentException("there is nothing to compare with");
        }
        assertEquals(shape, actual.shape(), "shape");
        assertEquals(expected.dtype(), actual.dtype(), "type");
        double[] values = actual.toDoubleArray();
        for (int i = 0; i < values.length; i++) {
            double right = expected.real(i);
            boolean equal =
                    values[i] == right
                            || (Double.isNaN(values[i]) && Double.isNaN(right))
                            || Math.abs(values[i] - right) <= ABSOLUTE + RELATIVE * Math.abs(right);
            if (!equal) {
                throw new AssertionError(
                        "element %d: expected %s, got %s".formatted(i, right, values[i]));
            }
        }
    }
}
