package dev.weft.cpu;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.backend.BinaryOp;
import dev.weft.backend.UnaryOp;

import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * The loops of the elementary functions: against a table of true values that scripts/truths.py has
 * computed with 420 digits, F32's against F64's over floats of all magnitudes, and at the ends.
 */
class ElementaryFunctionsTest {
    /** What the project promises. */
    private static final double ULPS = 4;

    private static final int STEP = 4999;
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    /** One line of the table: the value is the sum of the last two. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Truth(String name, double[] operands, double high, double low) {
        static Truth of(String line) {
            String[] words = line.split(" ");
            double[] numbers =
                    Arrays.stream(words)
                            .skip(1)
                            .mapToDouble(ElementaryFunctionsTest::parsed)
                            .toArray();
            return new Truth(
                    words[0],
                    Arrays.copyOf(numbers, numbers.length - 2),
                    numbers[numbers.length - 2],
                    numbers[numbers.length - 1]);
        }

        boolean isOfFloats() {
            return Arrays.stream(operands).allMatch(x -> x == (float) x);
        }

        double ofDoubles() {
            return operands.length == 1
                    ? doubles(UnaryOp.valueOf(name), operands[0])
                    : doubles(BinaryOp.valueOf(name), operands[0], operands[1]);
        }

        double ofFloats() {
            return operands.length == 1
                    ? floats(UnaryOp.valueOf(name), (float) operands[0])
                    : floats(BinaryOp.valueOf(name), (float) operands[0], (float) operands[1]);
        }

        double ulpsOff(double y) {
            if (y == high || (Double.isInfinite(y) && Double.isInfinite(high))) {
                return y == high ? Math.abs(low) / Math.ulp(high) : INF;
            }
            return Math.abs(y - high - low) / Math.ulp(Math.min(Math.abs(high), Double.MAX_VALUE));
        }

        double floatUlpsOff(double y) {
            return floatUlps(y, high);
        }
    }

    private static double parsed(String number) {
        return number.endsWith("inf")
                ? number.startsWith("-") ? -INF : INF
                : Double.parseDouble(number);
    }

    @Test
    void doublesAreTrue() throws IOException {
        Map<String, Double> worst = new TreeMap<>();
        for (Truth truth : truths()) {
            double y = truth.ofDoubles();
            keepWorst(worst, truth.name, truth.ulpsOff(y), Arrays.toString(truth.operands));
        }
        check("F64 and the table", worst);
    }

    @Test
    void floatsAreTrue() throws IOException {
        Map<String, Double> worst = new TreeMap<>();
        for (Truth truth : truths()) {
            if (truth.isOfFloats()) {
                double y = truth.ofFloats();
                keepWorst(
                        worst, truth.name, truth.floatUlpsOff(y), Arrays.toString(truth.operands));
            }
        }
        check("F32 and the table", worst);
    }

    /** Every 4999th float, NaN and infinities among them. */
    @Test
    void floatsAreAsDoubles() {
        Map<String, Double> worst = new TreeMap<>();
        Set<UnaryOp> ops = EnumSet.range(UnaryOp.SIN, UnaryOp.LOG_SIGMOID);
        int count = (int) ((1L << 32) / STEP) / Lanes.COUNT * Lanes.COUNT;
        try (Arena arena = Arena.ofConfined()) {
            long x = arena.allocate(count * 4L, 64).address();
            long y = arena.allocate(count * 4L, 64).address();
            long xs = arena.allocate(count * 8L, 64).address();
            long ys = arena.allocate(count * 8L, 64).address();
            for (int i = 0; i < count; i++) {
                float v = Float.intBitsToFloat(i * STEP);
                Memory.setFloat(x + i * 4L, v);
                Memory.setDouble(xs + i * 8L, v);
            }
            for (UnaryOp op : ops) {
                UnaryLoop.of(op).run(x, y, count, 1.5f, 0);
                DoubleUnaryLoop.of(op).run(xs, ys, count, 1.5, 0);
                for (int i = 0; i < count; i++) {
                    double off =
                            floatUlps(Memory.getFloat(y + i * 4L), Memory.getDouble(ys + i * 8L));
                    keepWorst(worst, op.name(), off, String.valueOf(Memory.getFloat(x + i * 4L)));
                }
            }
        }
        check("F32 and F64", worst);
    }

    /** Signs of zeros, infinities and the ends of domains. */
    @Test
    void limits() {
        Map<UnaryOp, double[]> pairs = new EnumMap<>(UnaryOp.class);
        for (UnaryOp op :
                EnumSet.of(
                        UnaryOp.SIN,
                        UnaryOp.TAN,
                        UnaryOp.ASIN,
                        UnaryOp.ATAN,
                        UnaryOp.SINH,
                        UnaryOp.ASINH,
                        UnaryOp.ATANH,
                        UnaryOp.EXPM1,
                        UnaryOp.LOG1P,
                        UnaryOp.ERF,
                        UnaryOp.FLOOR,
                        UnaryOp.CEIL,
                        UnaryOp.ROUND,
                        UnaryOp.TRUNC,
                        UnaryOp.SIGN,
                        UnaryOp.HARD_SWISH,
                        UnaryOp.MISH,
                        UnaryOp.SELU,
                        UnaryOp.CELU,
                        UnaryOp.SOFTSIGN)) {
            pairs.put(op, new double[] {0, 0, -0.0, -0.0});
        }
        add(pairs, UnaryOp.SIN, INF, NAN, -INF, NAN);
        add(pairs, UnaryOp.COS, 0, 1, -0.0, 1, INF, NAN, -INF, NAN);
        add(pairs, UnaryOp.TAN, INF, NAN);
        add(pairs, UnaryOp.ASIN, 1.5, NAN, -1.5, NAN, INF, NAN);
        add(pairs, UnaryOp.ACOS, 1, 0, 1.5, NAN, -INF, NAN);
        add(pairs, UnaryOp.SINH, INF, INF, -INF, -INF, 720, INF);
        add(pairs, UnaryOp.COSH, 0, 1, INF, INF, -INF, INF, -720, INF);
        add(pairs, UnaryOp.ASINH, INF, INF, -INF, -INF);
        add(pairs, UnaryOp.ACOSH, 1, 0, 0.5, NAN, INF, INF, -INF, NAN);
        add(pairs, UnaryOp.ATANH, 1, INF, -1, -INF, 1.5, NAN, INF, NAN);
        add(pairs, UnaryOp.EXPM1, INF, INF, -INF, -1, 800, INF);
        add(pairs, UnaryOp.LOG1P, INF, INF, -1, -INF, -2, NAN, -INF, NAN);
        add(pairs, UnaryOp.LOG2, 0, -INF, -0.0, -INF, -1, NAN, INF, INF, 1, 0, 8, 3);
        add(pairs, UnaryOp.LOG10, 0, -INF, -0.0, -INF, -1, NAN, INF, INF, 1, 0);
        add(pairs, UnaryOp.EXP2, INF, INF, -INF, 0, 0, 1, 10, 1024, -3, 0.125, 2000, INF);
        add(pairs, UnaryOp.EXP2, -2000, 0, 128, (double) (1L << 62) * (1L << 62) * 16);
        add(pairs, UnaryOp.RSQRT, 0, INF, -0.0, -INF, INF, 0, -1, NAN, 4, 0.5);
        add(pairs, UnaryOp.RECIPROCAL, 0, INF, -0.0, -INF, INF, 0, -INF, -0.0);
        add(pairs, UnaryOp.ERF, INF, 1, -INF, -1);
        add(pairs, UnaryOp.ERFC, INF, 0, -INF, 2, 0, 1);
        add(pairs, UnaryOp.FLOOR, 2.5, 2, -2.5, -3, INF, INF, 0.5, 0, -0.5, -1, 1e10, 1e10);
        add(pairs, UnaryOp.CEIL, 2.5, 3, -2.5, -2, -INF, -INF, 0.5, 1, -0.5, -0.0);
        add(pairs, UnaryOp.ROUND, 2.5, 2, 3.5, 4, -0.5, -0.0, -1.5, -2, 8388609, 8388609);
        add(pairs, UnaryOp.TRUNC, 2.5, 2, -2.75, -2, -0.75, -0.0, 0.75, 0, -INF, -INF);
        add(pairs, UnaryOp.SIGN, 3, 1, -1e-30, -1, INF, 1, -INF, -1);
        add(pairs, UnaryOp.HARD_SIGMOID, -3, 0, 3, 1, 0, 0.5, INF, 1, -INF, 0);
        add(pairs, UnaryOp.HARD_SWISH, -3, -0.0, 3, 3, INF, INF, -INF, -0.0);
        add(pairs, UnaryOp.MISH, INF, INF, -INF, -0.0);
        add(pairs, UnaryOp.CELU, INF, INF, -INF, -1.5);
        add(pairs, UnaryOp.SOFTSIGN, INF, 1, -INF, -1);
        add(pairs, UnaryOp.LOG_SIGMOID, INF, -0.0, -INF, -INF);
        for (UnaryOp op : EnumSet.range(UnaryOp.SIN, UnaryOp.LOG_SIGMOID)) {
            double[] each = pairs.getOrDefault(op, new double[0]);
            for (int i = 0; i < each.length; i += 2) {
                double expected = each[i + 1];
                String of = op + " of " + each[i];
                assertEquals(expected, doubles(op, each[i]), of);
                boolean beyond = op == UnaryOp.EXP2 && each[i] == 128;
                float single = beyond ? Float.POSITIVE_INFINITY : (float) expected;
                assertEquals(single, floats(op, (float) each[i]), of);
            }
            assertTrue(Double.isNaN(doubles(op, NAN)), op + " of NaN");
            assertTrue(Float.isNaN(floats(op, Float.NaN)), op + " of NaN");
        }
    }

    private static void add(Map<UnaryOp, double[]> pairs, UnaryOp op, double... more) {
        double[] before = pairs.getOrDefault(op, new double[0]);
        double[] all = Arrays.copyOf(before, before.length + more.length);
        System.arraycopy(more, 0, all, before.length, more.length);
        pairs.put(op, all);
    }

    /** Of all pairs of special values, what Java's own have. */
    @Test
    void limitsOfPairs() {
        double[] special = {0, 1, 2.5, 3, 1e30, Float.MIN_VALUE, INF, NAN};
        List<Double> signed = new ArrayList<>();
        for (double each : special) {
            signed.add(each);
            signed.add(-each);
        }
        for (double a : signed) {
            for (double b : signed) {
                checkPair(BinaryOp.ATAN2, a, b, Math.atan2(a, b));
                checkPair(BinaryOp.FMOD, a, b, a % b);
                checkPair(BinaryOp.HYPOT, a, b, Math.hypot(a, b));
                double rest = a % b;
                double expected = rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
                checkPair(BinaryOp.REMAINDER, a, b, rest == 0 ? Math.copySign(rest, b) : expected);
            }
        }
    }

    private static void checkPair(BinaryOp op, double a, double b, double expected) {
        String of = op + " of " + a + ", " + b;
        double y = doubles(op, a, b);
        assertTrue(isNear(expected, y, Math.ulp(expected)), of + " is " + y);
        float single = (float) expected;
        if (a != (float) a || b != (float) b) {
            return;
        }
        float z = floats(op, (float) a, (float) b);
        assertTrue(isNear(single, z, Math.ulp(single)), of + " is " + z);
    }

    private static boolean isNear(double expected, double actual, double ulp) {
        return Double.compare(expected, actual) == 0
                || (Math.copySign(1, expected) == Math.copySign(1, actual)
                        && Math.abs(expected - actual) <= ULPS * ulp);
    }

    private static void check(String what, Map<String, Double> worst) {
        System.out.println(what + ", ulp: " + worst);
        assertAll(
                worst.entrySet().stream()
                        .map(
                                each ->
                                        () ->
                                                assertTrue(
                                                        each.getValue() <= ULPS,
                                                        each.toString() + " ulp")));
    }

    private static void keepWorst(Map<String, Double> worst, String name, double off, String at) {
        double rounded = Math.ceil(off * 100) / 100;
        if (!(off <= ULPS)) {
            System.out.println(name + " of " + at + " is off by " + off + " ulp");
        }
        worst.merge(name, Double.isNaN(rounded) ? INF : rounded, Math::max);
    }

    private static double floatUlps(double actual, double expected) {
        float nearest = (float) expected;
        if (Double.isNaN(expected) || Float.isInfinite(nearest)) {
            return Double.compare(actual, nearest) == 0 ? 0 : INF;
        }
        return Math.abs(actual - expected) / Math.ulp(nearest);
    }

    private static List<Truth> truths() throws IOException {
        try (InputStream file =
                        Objects.requireNonNull(
                                ElementaryFunctionsTest.class.getResourceAsStream("truths.txt"));
                BufferedReader reader =
                        new BufferedReader(
                                new InputStreamReader(file, StandardCharsets.US_ASCII))) {
            return reader.lines().map(Truth::of).toList();
        }
    }

    private static double doubles(UnaryOp op, double x) {
        try (Arena arena = Arena.ofConfined()) {
            long at = filled(arena, x);
            DoubleUnaryLoop.of(op).run(at, at, DoubleLanes.COUNT, 1.5, 0);
            return Memory.getDouble(at);
        }
    }

    private static double doubles(BinaryOp op, double a, double b) {
        try (Arena arena = Arena.ofConfined()) {
            long at = filled(arena, a);
            DoubleBinaryLoop.of(op).run(at, filled(arena, b), at, DoubleLanes.COUNT);
            return Memory.getDouble(at);
        }
    }

    private static float floats(UnaryOp op, float x) {
        try (Arena arena = Arena.ofConfined()) {
            long at = filled(arena, x);
            UnaryLoop.of(op).run(at, at, Lanes.COUNT, 1.5f, 0);
            return Memory.getFloat(at);
        }
    }

    private static float floats(BinaryOp op, float a, float b) {
        try (Arena arena = Arena.ofConfined()) {
            long at = filled(arena, a);
            BinaryLoop.of(op).run(at, filled(arena, b), at, Lanes.COUNT);
            return Memory.getFloat(at);
        }
    }

    private static long filled(Arena arena, double x) {
        long at = arena.allocate(DoubleLanes.BYTES, 64).address();
        for (int i = 0; i < DoubleLanes.COUNT; i++) {
            Memory.setDouble(at + 8L * i, x);
        }
        return at;
    }

    private static long filled(Arena arena, float x) {
        long at = arena.allocate(Lanes.BYTES, 64).address();
        for (int i = 0; i < Lanes.COUNT; i++) {
            Memory.setFloat(at + 4L * i, x);
        }
        return at;
    }
}
