package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;

import org.junit.jupiter.api.DynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * NumPy's tables of elementary functions: dtype, input and output as hexadecimal bits, and the
 * largest error in ulp. Only float32 lines are read.
 */
final class UmathVectors {
    private static final Map<String, UnaryOperator<Tensor>> FUNCTIONS =
            new TreeMap<>(Map.of("exp", Tensor::exp, "log", Tensor::log, "tanh", Tensor::tanh));

    private static final String PREFIX = "umath-validation-set-";

    private UmathVectors() {}

    /** A line of a table. */
    private record Line(float x, float y, double ulp) {}

    static Stream<DynamicTest> all(Supplier<Device> device) {
        return Stream.of(dynamicTest("umath", () -> checkAll(device.get())));
    }

    private static void checkAll(Device device) throws IOException {
        Path folder = SharedVectors.require("umath");
        List<Path> tables;
        try (Stream<Path> files = Files.list(folder)) {
            tables = files.filter(f -> f.toString().endsWith(".csv")).sorted().toList();
        }
        Set<String> unsupported = new TreeSet<>();
        Set<String> passed = new TreeSet<>();
        List<String> failures = new ArrayList<>();
        int lines = 0;
        for (Path table : tables) {
            String name = table.getFileName().toString().replace(PREFIX, "").replace(".csv", "");
            UnaryOperator<Tensor> function = FUNCTIONS.get(name);
            if (function == null) {
                unsupported.add(name);
            } else {
                int read = check(device, name, function, read(table), failures);
                assertNotEquals(0, read, table + " has no line of float32");
                lines += read;
                passed.add(name);
            }
        }
        System.out.printf(
                "umath on %s: %d lines of %d files checked, %d failed; not supported yet:"
                        + " %s%n",
                device.info().selector(),
                lines,
                passed.size(),
                failures.size(),
                String.join(", ", unsupported));
        assertEquals(List.of(), failures);
        KnownCases.of("umath").check(passed, unsupported);
    }

    private static List<Line> read(Path table) {
        try (Stream<String> text = Files.lines(table)) {
            return text.filter(line -> line.startsWith("np.float32,"))
                    .map(line -> line.split(","))
                    .map(f -> new Line(bits(f[1]), bits(f[2]), Double.parseDouble(f[3])))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static float bits(String hex) {
        return Float.intBitsToFloat(Integer.parseUnsignedInt(hex.substring(2), 16));
    }

    private static int check(
            Device device,
            String name,
            UnaryOperator<Tensor> function,
            List<Line> lines,
            List<String> failures) {
        float[] x = new float[lines.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = lines.get(i).x();
        }
        try (Scope _ = device.scope()) {
            float[] y = function.apply(device.tensor(x)).toFloatArray();
            for (int i = 0; i < y.length; i++) {
                Line line = lines.get(i);
                if (!Bound.ulp(line.ulp()).holds(DType.F32, i, line.y(), y[i])) {
                    failures.add(
                            "%s(%s): expected %s within %s ulp, got %s"
                                    .formatted(name, line.x(), line.y(), line.ulp(), y[i]));
                }
            }
        }
        return lines.size();
    }
}
