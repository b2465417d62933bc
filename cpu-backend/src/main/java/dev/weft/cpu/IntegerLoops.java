// twin: I64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.I32;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.UnaryOp;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementwise loops over adjacent I32 elements; arithmetic wraps.
 *
 * <p>As {@link BinaryLoop}, a loop is an object, so that each is compiled by itself.
 */
final class IntegerLoops {
    private IntegerLoops() {}

    /** y = op(x; p, q). */
    static Elementwise.Loop unary(UnaryOp op, long p, long q) {
        return switch (op) {
            // I64: case AFFINE -> (x, b, c, y, count) -> affine(x, y, count, p, q);
            case AFFINE -> (x, b, c, y, count) -> affine(x, y, count, (int) p, (int) q);
            case NEG -> (x, b, c, y, count) -> neg(x, y, count);
            case ABS -> (x, b, c, y, count) -> abs(x, y, count);
            case SQUARE -> (x, b, c, y, count) -> square(x, y, count);
            case RELU -> (x, b, c, y, count) -> relu(x, y, count);
            case CLAMP -> (x, b, c, y, count) -> clamp(x, y, count, p, q);
            // They are whole.
            case FLOOR, CEIL, ROUND, TRUNC ->
                    (x, b, c, y, count) -> Memory.copy(x, y, (long) count * WORD);
            case SIGN -> (x, b, c, y, count) -> sign(x, y, count);
            // What is not defined for integers never comes here.
            default -> throw new IllegalArgumentException(op + " is not defined for I32");
        };
    }

    private static void affine(long x, long y, int count, int p, int q) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i).mul(p).add(q).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void neg(long x, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i).neg().intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void abs(long x, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i).abs().intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void relu(long x, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i).max(0).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void sign(long x, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(x, i).max(-1).min(1).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void square(long x, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            IntVector v = load(x, i);
            v.mul(v).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void clamp(long x, long y, int count, long p, long q) {
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            // I64: Memory.setLong(y + at, Math.min(Math.max(Memory.getLong(x + at), p), q));
            Memory.setInt(y + at, (int) Math.min(Math.max(Memory.getInt(x + at), p), q));
        }
    }

    /** y = op(a, b). */
    static Elementwise.Loop binary(BinaryOp op) {
        return switch (op) {
            case ADD -> (a, b, c, y, count) -> add(a, b, y, count);
            case SUB -> (a, b, c, y, count) -> sub(a, b, y, count);
            case MUL -> (a, b, c, y, count) -> mul(a, b, y, count);
            case DIV -> (a, b, c, y, count) -> div(a, b, y, count);
            case MIN -> (a, b, c, y, count) -> min(a, b, y, count);
            case MAX -> (a, b, c, y, count) -> max(a, b, y, count);
            case POW -> (a, b, c, y, count) -> pow(a, b, y, count);
            case FMOD -> (a, b, c, y, count) -> fmod(a, b, y, count);
            case REMAINDER -> (a, b, c, y, count) -> remainder(a, b, y, count);
            case ATAN2, HYPOT -> throw new IllegalArgumentException(op + " is not defined for I32");
        };
    }

    private static void add(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(a, i).add(load(b, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void sub(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(a, i).sub(load(b, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void mul(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(a, i).mul(load(b, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void min(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(a, i).min(load(b, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void max(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            load(a, i).max(load(b, i)).intoMemorySegment(MEM, y + (long) i * WORD, ORDER);
        }
    }

    private static void pow(long a, long b, long y, int count) {
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            Memory.setInt(y + at, power(Memory.getInt(a + at), Memory.getInt(b + at)));
        }
    }

    /** By squaring; with b below 0 without its fraction. */
    private static int power(int a, int b) {
        if (b < 0) {
            return a == 1 || (a == -1 && b % 2 == 0) ? 1 : a == -1 ? -1 : 0;
        }
        int power = 1;
        int square = a;
        for (int rest = b; rest != 0; rest >>= 1) {
            power *= (rest & 1) == 0 ? 1 : square;
            square *= square;
        }
        return power;
    }

    private static void fmod(long a, long b, long y, int count) {
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            int divisor = Memory.getInt(b + at);
            Memory.setInt(y + at, divisor == 0 ? 0 : Memory.getInt(a + at) % divisor);
        }
    }

    private static void remainder(long a, long b, long y, int count) {
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            int divisor = Memory.getInt(b + at);
            Memory.setInt(y + at, divisor == 0 ? 0 : Math.floorMod(Memory.getInt(a + at), divisor));
        }
    }

    private static void div(long a, long b, long y, int count) {
        for (long at = 0; at < (long) count * WORD; at += WORD) {
            int divisor = Memory.getInt(b + at);
            Memory.setInt(y + at, divisor == 0 ? 0 : Memory.getInt(a + at) / divisor);
        }
    }

    /** y = a op b, where y is BOOL. */
    static Elementwise.Loop compare(CompareOp op) {
        return switch (op) {
            case EQUAL -> (a, b, c, y, count) -> equal(a, b, y, count);
            case NOT_EQUAL -> (a, b, c, y, count) -> notEqual(a, b, y, count);
            case LESS -> (a, b, c, y, count) -> less(a, b, y, count);
            case LESS_EQUAL -> (a, b, c, y, count) -> lessEqual(a, b, y, count);
            case GREATER -> (a, b, c, y, count) -> greater(a, b, y, count);
            case GREATER_EQUAL -> (a, b, c, y, count) -> greaterEqual(a, b, y, count);
        };
    }

    private static void equal(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Truths.store(load(a, i).compare(VectorOperators.EQ, load(b, i)).toLong(), y + i, COUNT);
        }
    }

    private static void notEqual(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Truths.store(load(a, i).compare(VectorOperators.NE, load(b, i)).toLong(), y + i, COUNT);
        }
    }

    private static void less(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Truths.store(load(a, i).compare(VectorOperators.LT, load(b, i)).toLong(), y + i, COUNT);
        }
    }

    private static void lessEqual(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Truths.store(load(a, i).compare(VectorOperators.LE, load(b, i)).toLong(), y + i, COUNT);
        }
    }

    private static void greater(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Truths.store(load(a, i).compare(VectorOperators.GT, load(b, i)).toLong(), y + i, COUNT);
        }
    }

    private static void greaterEqual(long a, long b, long y, int count) {
        for (int i = 0; i < count; i += COUNT) {
            Truths.store(load(a, i).compare(VectorOperators.GE, load(b, i)).toLong(), y + i, COUNT);
        }
    }

    private static IntVector load(long address, int index) {
        return IntVector.fromMemorySegment(I32, MEM, address + (long) index * WORD, ORDER);
    }
}
