package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;
import static dev.weft.cpu.Memory.getFloat;
import static dev.weft.cpu.Memory.getInt;
import static dev.weft.cpu.Memory.setFloat;
import static dev.weft.cpu.Memory.setInt;

import dev.weft.backend.BinaryOp;
import dev.weft.backend.UnaryOp;

/**
 * Elementwise loops over adjacent I32 elements, and conversions. Indices and labels are few: one at
 * a time will do.
 */
final class IntegerLoops {
    private IntegerLoops() {}

    /** y = op(x; p, q). */
    static void unary(UnaryOp op, long p, long q, long x, long y, int count) {
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            setInt(y + at, unary(op, p, q, getInt(x + at)));
        }
    }

    private static int unary(UnaryOp op, long p, long q, int x) {
        return switch (op) {
            case AFFINE -> (int) (p * x + q);
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SQUARE -> x * x;
            case RELU -> Math.max(x, 0);
            case CLAMP -> (int) Math.min(Math.max(x, p), q);
            case EXP,
                    LOG,
                    SQRT,
                    LEAKY_RELU,
                    ELU,
                    SIGMOID,
                    TANH,
                    GELU_ERF,
                    GELU_TANH,
                    SILU,
                    SOFTPLUS ->
                    throw new IllegalArgumentException(op + " is not defined for I32");
        };
    }

    /** y = op(a, b). */
    static void binary(BinaryOp op, long a, long b, long y, int count) {
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            setInt(y + at, binary(op, getInt(a + at), getInt(b + at)));
        }
    }

    private static int binary(BinaryOp op, int a, int b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> b == 0 ? 0 : a / b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case POW -> throw new IllegalArgumentException(op + " is not defined for I32");
        };
    }

    /** y = x truncated; saturates, and NaN gives 0. */
    static void fromFloat(long x, long y, int count) {
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            setInt(y + at, (int) getFloat(x + at));
        }
    }

    /** y = x rounded. */
    static void toFloat(long x, long y, int count) {
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            setFloat(y + at, (float) getInt(x + at));
        }
    }
}
