package dev.weft;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Numbers as NumPy writes those of one array: with the fewest digits that tell each from the other
 * numbers of its type, at most the precision, in columns; in scientific notation where one is
 * 100,000,000 or more, or below 0.0001, or a thousand times another.
 */
final class NumberText {
    private static final double LARGE = 1e8;
    private static final double SMALL = 1e-4;
    private static final double FAR = 1000;

    private final DType dtype;
    private final int precision;

    private NumberText(DType dtype, int precision) {
        this.dtype = dtype;
        this.precision = precision;
    }

    /** A number before and behind its point, and its exponent, "e+05", or nothing. */
    private record Parts(String whole, String fraction, String exponent) {}

    /** Whole numbers, all as wide as the widest. */
    static List<String> of(long[] values) {
        return aligned(Arrays.stream(values).mapToObj(Long::toString).toList());
    }

    /** Truths. */
    static List<String> of(boolean[] values) {
        return IntStream.range(0, values.length)
                .mapToObj(i -> values[i] ? " True" : "False")
                .toList();
    }

    private static List<String> aligned(List<String> words) {
        int width = words.stream().mapToInt(String::length).max().orElse(0);
        return words.stream().map(word -> padded(word, width)).toList();
    }

    /** Floating-point numbers of a type, with their points below each other. */
    static List<String> of(DType dtype, double[] values, int precision) {
        NumberText text = new NumberText(dtype, precision);
        double[] sizes =
                Arrays.stream(values)
                        .filter(Double::isFinite)
                        .map(Math::abs)
                        .filter(v -> v > 0)
                        .toArray();
        double largest = Arrays.stream(sizes).max().orElse(1);
        double smallest = Arrays.stream(sizes).min().orElse(1);
        boolean scientific = largest >= LARGE || smallest < SMALL || largest / smallest > FAR;
        List<Parts> parts =
                Arrays.stream(values)
                        .mapToObj(v -> scientific ? text.scientific(v) : text.fixed(v))
                        .toList();
        int fraction = parts.stream().mapToInt(p -> p.fraction.length()).max().orElse(0);
        int exponent = parts.stream().mapToInt(p -> p.exponent.length()).max().orElse(0);
        return aligned(parts.stream().map(p -> joined(p, fraction, exponent)).toList());
    }

    /** A number alone. */
    static String of(DType dtype, double value) {
        NumberText text = new NumberText(dtype, Integer.MAX_VALUE);
        double size = Math.abs(value);
        if (size != 0 && (size < SMALL || size >= 1e16)) {
            Parts parts = text.scientific(value);
            String point = parts.fraction.isEmpty() ? "" : ".";
            return parts.whole + point + parts.fraction + parts.exponent;
        }
        Parts parts = text.fixed(value);
        return Double.isFinite(value)
                ? parts.whole + "." + (parts.fraction.isEmpty() ? "0" : parts.fraction)
                : parts.whole;
    }

    /** With zeros behind a fraction that has an exponent, and spaces behind one that has none. */
    private static String joined(Parts parts, int fraction, int exponent) {
        if (parts.whole.endsWith("n") || parts.whole.endsWith("f")) {
            return parts.whole;
        }
        String filler = exponent > 0 ? "0" : " ";
        String digits = parts.fraction + filler.repeat(fraction - parts.fraction.length());
        String power = parts.exponent;
        if (power.length() < exponent) {
            power =
                    power.substring(0, 2)
                            + "0".repeat(exponent - power.length())
                            + power.substring(2);
        }
        return parts.whole + "." + digits + power;
    }

    private static String padded(String word, int width) {
        return " ".repeat(width - word.length()) + word;
    }

    private Parts fixed(double value) {
        if (!Double.isFinite(value)) {
            return special(value);
        }
        BigDecimal digits = shortest(value);
        if (digits.scale() > precision) {
            digits = new BigDecimal(stored(value)).setScale(precision, RoundingMode.HALF_EVEN);
        }
        String plain = digits.abs().stripTrailingZeros().toPlainString();
        int point = plain.indexOf('.');
        String whole = point < 0 ? plain : plain.substring(0, point);
        return new Parts(sign(value) + whole, point < 0 ? "" : plain.substring(point + 1), "");
    }

    private Parts scientific(double value) {
        if (!Double.isFinite(value)) {
            return special(value);
        }
        BigDecimal digits = shortest(value).abs().stripTrailingZeros();
        if (digits.precision() - 1 > precision) {
            MathContext rounding = new MathContext(precision + 1, RoundingMode.HALF_EVEN);
            digits = new BigDecimal(Math.abs(stored(value))).round(rounding).stripTrailingZeros();
        }
        String all = digits.unscaledValue().toString();
        int power = value == 0 ? 0 : digits.precision() - digits.scale() - 1;
        String exponent = "e%s%02d".formatted(power < 0 ? "-" : "+", Math.abs(power));
        return new Parts(sign(value) + all.charAt(0), all.substring(1), exponent);
    }

    private static Parts special(double value) {
        return new Parts(Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf", "", "");
    }

    private static String sign(double value) {
        return Math.copySign(1, value) < 0 ? "-" : "";
    }

    /** The fewest digits that no other number of the type is nearer to. */
    private BigDecimal shortest(double value) {
        return switch (dtype) {
            case F64 -> new BigDecimal(Double.toString(value));
            case F32 -> new BigDecimal(Float.toString((float) value));
            case F16, BF16, I64, I32, U8, I8, BOOL -> {
                double stored = stored(value);
                BigDecimal exact = new BigDecimal(stored);
                int digits = 1;
                while (stored(exact.round(new MathContext(digits)).doubleValue()) != stored) {
                    digits++;
                }
                yield exact.round(new MathContext(digits));
            }
        };
    }

    /** The number of the type: the reference backend has more digits than it. */
    private double stored(double value) {
        return switch (dtype) {
            case F32 -> (float) value;
            case F16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
            case BF16 -> {
                int bits = Float.floatToIntBits((float) value);
                int even = bits >>> 16 & 1;
                yield Float.intBitsToFloat(bits + 0x7FFF + even & 0xFFFF0000);
            }
            case F64, I64, I32, U8, I8, BOOL -> value;
        };
    }
}
