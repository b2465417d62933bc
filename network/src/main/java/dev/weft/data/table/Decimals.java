package dev.weft.data.table;

/**
 * Numbers as tables have them: a sign, digits with a decimal point or comma among them, and an
 * exponent, each but one digit optional. No hexadecimal, no {@code Infinity}, no type letters.
 */
final class Decimals {
    /** What 10ⁿ is exact for n in doubles, and so rounds once in a product or quotient. */
    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22
    };

    private static final int LARGEST_POWER = 22;
    private static final long LARGEST_EXACT = 1L << 53;

    /** So many digits fit a long. */
    private static final int DIGITS = 18;

    private static final int LARGEST_EXPONENT = 100_000;

    private Decimals() {}

    /**
     * The double nearest to a number, ±infinity where that is too large, NaN where it is none.
     * Where up to 18 digits make an integer of at most 2⁵³, and the power of ten is exact, one
     * product or quotient rounds right (Clinger, "How to read floating point numbers accurately",
     * 1990); {@link PowersOfFive} rounds most others of up to 18 digits, the JDK the rest.
     */
    static double parse(char[] text, int from, int length, char point) {
        int end = from + length;
        int at = from;
        boolean negative = at < end && text[at] == '-';
        if (at < end && (text[at] == '-' || text[at] == '+')) {
            at++;
        }
        long digits = 0;
        int significant = 0;
        int seen = 0;
        int exponent = 0;
        boolean fraction = false;
        for (; at < end; at++) {
            char c = text[at];
            int digit = c - '0';
            if (digit >= 0 && digit <= 9) {
                seen++;
                if (significant < DIGITS) {
                    digits = digits * 10 + digit;
                    significant += digits == 0 ? 0 : 1;
                } else {
                    significant++;
                }
                if (fraction) {
                    exponent--;
                }
            } else if (c == point && !fraction) {
                fraction = true;
            } else {
                break;
            }
        }
        if (seen == 0) {
            return Double.NaN;
        }
        if (at < end) {
            if (text[at] != 'e' && text[at] != 'E') {
                return Double.NaN;
            }
            int written = exponent(text, at + 1, end);
            if (written == Integer.MIN_VALUE) {
                return Double.NaN;
            }
            exponent += written;
        }
        if (significant <= DIGITS
                && digits <= LARGEST_EXACT
                && exponent >= -LARGEST_POWER
                && exponent <= LARGEST_POWER) {
            double value = exponent < 0 ? digits / POWERS[-exponent] : digits * POWERS[exponent];
            return negative ? -value : value;
        }
        if (significant <= DIGITS && digits != 0) {
            double value = PowersOfFive.scale(digits, exponent);
            if (!Double.isNaN(value)) {
                return negative ? -value : value;
            }
        }
        String whole = new String(text, from, length);
        return Double.parseDouble(point == '.' ? whole : whole.replace(point, '.'));
    }

    /** The exponent, cut at ±100,000; {@link Integer#MIN_VALUE} where there is none. */
    private static int exponent(char[] text, int from, int end) {
        int at = from;
        boolean negative = at < end && text[at] == '-';
        if (at < end && (text[at] == '-' || text[at] == '+')) {
            at++;
        }
        if (at == end) {
            return Integer.MIN_VALUE;
        }
        int value = 0;
        for (; at < end; at++) {
            int digit = text[at] - '0';
            if (digit < 0 || digit > 9) {
                return Integer.MIN_VALUE;
            }
            value = Math.min(LARGEST_EXPONENT, value * 10 + digit);
        }
        return negative ? -value : value;
    }

    /** The double nearest to a number, or NaN. */
    static double parse(String text, char point) {
        return parse(text.toCharArray(), 0, text.length(), point);
    }
}
