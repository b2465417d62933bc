package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
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
import java.util.Arrays;
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
 * largest error in ulp.
 */
final class UmathVectors {
    private static final Map<String, UnaryOperator<Tensor>> FUNCTIONS =
            new TreeMap<>(
                    Map.of(
                            "exp", Tensor::exp,
                            "log", Tensor::log,
                            "tanh", Tensor::tanh,
                            "sin", Tensor::sin,
                            "cos", Tensor::cos,
                            "expm1", Tensor::expm1,
                            "log1p", Tensor::log1p));

    /** How many lines of these functions there are at least. */
    private static final int LINES = 7646;

    private static final String PREFIX = "umath-validation-set-";

    private UmathVectors() {}

    /** A line of a table: an operand and its result, of rank 1 and one element each. */
    private record Line(Values x, Values y, double ulp) {}

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
                for (DType dtype : List.of(DType.F32, DType.F64)) {
                    List<Line> read = read(table, dtype);
                    check(device, name, function, dtype, read, failures);
                    lines += read.size();
                }
                passed.add(name);
            }
        }
        assertTrue(lines >= LINES, lines + " lines were read");
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

    private static List<Line> read(Path table, DType dtype) {
        String prefix = dtype == DType.F64 ? "np.float64," : "np.float32,";
        try (Stream<String> text = Files.lines(table)) {
            return text.filter(line -> line.startsWith(prefix))
                    .map(line -> line.split(","))
                    .map(f -> new Line(bits(dtype, f[1]), bits(dtype, f[2]), ulp(f[3])))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double ulp(String text) {
        return Double.parseDouble(text);
    }

    private static Values bits(DType dtype, String hex) {
        return new Values(dtype, new long[] {Long.parseUnsignedLong(hex.substring(2), 16)});
    }

    private static void check(
            Device device,
            String name,
            UnaryOperator<Tensor> function,
            DType dtype,
            List<Line> lines,
            List<String> failures) {
        Values x = Values.zeros(dtype, lines.size());
        Arrays.setAll(x.bits(), i -> lines.get(i).x().bits()[0]);
        try (Scope _ = device.scope()) {
            double[] y = function.apply(x.on(device)).toDoubleArray();
            FloatFormat format = FloatFormat.of(dtype);
            for (int i = 0; i < y.length; i++) {
                Line line = lines.get(i);
                double right = line.y().real(0);
                double rounded = format.round(y[i]);
                if (!Bound.within(dtype, line.ulp() * format.ulp(right), right, rounded)) {
                    failures.add(
                            "%s(%s): expected %s within %s ulp, got %s"
                                    .formatted(name, line.x().real(0), right, line.ulp(), y[i]));
                }
            }
        }
    }
}
