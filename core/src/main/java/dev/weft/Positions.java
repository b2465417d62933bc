package dev.weft;

import java.util.Arrays;

/**
 * What tells attention where a token stands. Tables are computed in double and rounded once, and
 * are constants of a step that is captured.
 */
public final class Positions {
    private Positions() {}

    /** Which elements of a head are turned together by {@link #rotate}. */
    public enum Pairs {
        /** i and i + width / 2, as in Llama and GPT-NeoX. */
        HALVES,
        /** 2 i and 2 i + 1, as in GPT-J and the paper. */
        ADJACENT
    }

    /**
     * Waves of every length: y[p, 2 i] = sin((first + p) / 10000^(2 i / width)), and y[p, 2 i + 1]
     * the cosine of that. Vaswani et al. 2017.
     *
     * @return length×width, of a floating type
     * @throws IllegalArgumentException where a number is negative, or the width is odd
     */
    public static Tensor sinusoidal(
            Device device, DType dtype, long first, long length, int width) {
        check("sinusoidal", first, length, width);
        return table(
                device,
                dtype,
                length,
                width,
                (p, i) -> {
                    double angle = angle(first + p, i / 2, width, 10_000);
                    return i % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
                });
    }

    /**
     * Turns pair i of the vector at place p by (first + p) / base^(2 i / width), so that products
     * of two such vectors tell how far apart they stand. Su et al. 2021. Gradients flow to x.
     *
     * @param x …×length×width: queries or keys, of a floating type and an even width
     * @param base 10000 in the paper
     * @param first the position of the first vector
     * @throws ShapeException where x has fewer axes, another type or an odd width
     * @throws IllegalArgumentException where the base is not above 0, or the position is negative
     */
    public static Tensor rotate(Tensor x, Pairs pairs, double base, long first) {
        Elementwise.requireFloating("rotate", x);
        if (x.rank() < 2 || x.dim(-1) % 2 != 0 || x.dim(-1) > Integer.MAX_VALUE) {
            throw new ShapeException(
                    "rotate: x is %s: it must be …×length×width, with an even width".formatted(x));
        }
        if (!(base > 0) || Double.isInfinite(base)) {
            throw new IllegalArgumentException(
                    "rotate: the base must be finite and above 0, got %s".formatted(base));
        }
        int width = (int) x.dim(-1);
        long length = x.dim(-2);
        check("rotate", first, length, width);
        return x.device()
                .compute(
                        () -> {
                            Tensor cosines =
                                    table(
                                            x.device(),
                                            x.dtype(),
                                            length,
                                            width,
                                            (p, i) ->
                                                    Math.cos(
                                                            turn(
                                                                    pairs, base, first + p, i,
                                                                    width)));
                            Tensor sines =
                                    table(
                                            x.device(),
                                            x.dtype(),
                                            length,
                                            width,
                                            (p, i) ->
                                                    sign(pairs, i, width)
                                                            * Math.sin(
                                                                    turn(
                                                                            pairs, base, first + p,
                                                                            i, width)));
                            return x.mul(cosines).add(partners(x, pairs).mul(sines));
                        });
    }

    /**
     * The bias of attention with linear biases (Press et al. 2022): y[h, 0, j] = slope_h (j - keys
     * + 1), to be added to the scores of causal attention. A softmax does not change when a row is
     * shifted, so that this is slope_h (j - i) for every query i. Slopes are 2^(-8 (h + 1) / heads)
     * where the heads are a power of 2, and otherwise those of the next lower power, and then every
     * other one of twice that.
     *
     * @return heads×1×keys
     * @throws IllegalArgumentException where there is no head, or keys are negative
     */
    public static Tensor alibi(Device device, DType dtype, int heads, long keys) {
        if (heads < 1 || keys < 0 || keys > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "alibi: needs at least 1 head and 0 to 2³¹ - 1 keys, got %d, %d"
                            .formatted(heads, keys));
        }
        return device.compute(
                () ->
                        table(
                                        device,
                                        dtype,
                                        heads,
                                        (int) keys,
                                        (h, j) -> slope((int) h, heads) * (j - keys + 1))
                                .unsqueeze(1));
    }

    private static double slope(int head, int heads) {
        int power = Integer.highestOneBit(heads);
        return head < power
                ? Math.pow(2, -8.0 * (head + 1) / power)
                : Math.pow(2, -8.0 * (2 * (head - power) + 1) / (2 * power));
    }

    private static void check(String name, long first, long length, int width) {
        if (first < 0 || length < 0 || width < 0 || width % 2 != 0) {
            throw new IllegalArgumentException(
                    "%s: position, length and width must be at least 0 and the width even, got %d, %d, %d"
                            .formatted(name, first, length, width));
        }
    }

    private static double angle(long position, int pair, int width, double base) {
        return position * Math.pow(base, -2.0 * pair / width);
    }

    private static double turn(Pairs pairs, double base, long position, int i, int width) {
        return angle(position, pairs == Pairs.HALVES ? i % (width / 2) : i / 2, width, base);
    }

    /** The first of a pair loses what its partner gives it, (a, b) → (a c - b s, b c + a s). */
    private static int sign(Pairs pairs, int i, int width) {
        boolean first = pairs == Pairs.HALVES ? i < width / 2 : i % 2 == 0;
        return first ? -1 : 1;
    }

    private static Tensor partners(Tensor x, Pairs pairs) {
        long half = x.dim(-1) / 2;
        if (pairs == Pairs.HALVES) {
            return x.roll(half, -1);
        }
        long[] apart = Arrays.copyOf(x.shape().toArray(), x.rank() + 1);
        apart[x.rank() - 1] = half;
        apart[x.rank()] = 2;
        return x.contiguous().reshape(apart).flip(-1).reshape(x.shape().toArray());
    }

    @FunctionalInterface
    private interface Entry {
        double at(long row, int column);
    }

    private static Tensor table(Device device, DType dtype, long rows, int columns, Entry entry) {
        double[] values = new double[Math.toIntExact(Math.multiplyExact(rows, columns))];
        for (int i = 0; i < values.length; i++) {
            values[i] = entry.at(i / columns, i % columns);
        }
        return device.constant(() -> device.tensor(dtype, values, rows, columns));
    }
}
