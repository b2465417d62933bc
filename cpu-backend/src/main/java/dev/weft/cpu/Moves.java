package dev.weft.cpu;

import static dev.weft.cpu.Memory.WORD;

/** Moves of elements of 1, 2, 4 or 8 bytes, whatever they are; all strides are in bytes. */
interface Moves {
    /** Those of elements of so many bytes. */
    static Moves of(int width) {
        return switch (width) {
            case Byte.BYTES -> ByteMoves.MOVES;
            case Short.BYTES -> ShortMoves.MOVES;
            case Integer.BYTES -> IntegerMoves.MOVES;
            default -> LongMoves.MOVES;
        };
    }

    /** Bytes of an element. */
    long width();

    /** The i-th element, from {@code from + i fromStride} to {@code to + i toStride}. */
    void spaced(long from, long fromStride, long to, long toStride, int count);

    /**
     * By number: the i-th element, from {@code from + i fromStride + index fromStep} to {@code to +
     * i toStride + index toStep}, with the index at {@code at + i atStride}.
     */
    default void byIndex(
            long from,
            long fromStride,
            long fromStep,
            long at,
            long atStride,
            long to,
            long toStride,
            long toStep,
            int count) {
        long width = width();
        boolean takes = fromStride == 0 && fromStep == width && toStride == width && toStep == 0;
        boolean puts = fromStride == width && fromStep == 0 && toStride == 0 && toStep == width;
        if (takes && atStride == WORD) {
            take(from, at, to, count);
        } else if (puts && atStride == WORD) {
            put(from, at, to, count);
        } else {
            walk(from, fromStride, fromStep, at, atStride, to, toStride, toStep, count);
        }
    }

    /** to[i] = from[at[i]], all adjacent. */
    void take(long from, long at, long to, int count);

    /** to[at[i]] = from[i], all adjacent. */
    void put(long from, long at, long to, int count);

    /** What {@link #byIndex} does, for any strides. */
    void walk(
            long from,
            long fromStride,
            long fromStep,
            long at,
            long atStride,
            long to,
            long toStride,
            long toStep,
            int count);
}
