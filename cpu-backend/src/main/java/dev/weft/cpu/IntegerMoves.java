// twin: I64, I16, I8
package dev.weft.cpu;

/**
 * Moves of elements of 4 bytes. The masks change no address: see {@link Memory#ADDRESS}. Where only
 * the first addresses are masked, C2 compares nothing with the bounds of memory, which takes a
 * third of the time that it takes to mask each; but it has to know the strides.
 */
final class IntegerMoves implements Moves {
    static final Moves MOVES = new IntegerMoves();

    private IntegerMoves() {}

    @Override
    public long width() {
        return Integer.BYTES;
    }

    @Override
    public void spaced(long from, long fromStride, long to, long toStride, int count) {
        for (int i = 0; i < count; i++) {
            Memory.setInt(to + i * toStride, Memory.getInt(from + i * fromStride));
        }
    }

    @Override
    public void take(long from, long at, long to, int count) {
        from &= Memory.ADDRESS;
        at &= Memory.ADDRESS;
        to &= Memory.ADDRESS;
        for (int i = 0; i < count; i++) {
            long source = from + Indices.index(at, i) * Integer.BYTES;
            Memory.setInt(to + (long) i * Integer.BYTES, Memory.getInt(source));
        }
    }

    @Override
    public void put(long from, long at, long to, int count) {
        from &= Memory.ADDRESS;
        at &= Memory.ADDRESS;
        to &= Memory.ADDRESS;
        for (int i = 0; i < count; i++) {
            long target = to + Indices.index(at, i) * Integer.BYTES;
            Memory.setInt(target, Memory.getInt(from + (long) i * Integer.BYTES));
        }
    }

    @Override
    public void walk(
            long from,
            long fromStride,
            long fromStep,
            long at,
            long atStride,
            long to,
            long toStride,
            long toStep,
            int count) {
        for (int i = 0; i < count; i++) {
            long index = Indices.index((at + i * atStride) & Memory.ADDRESS, 0);
            long source = (from + i * fromStride + index * fromStep) & Memory.ADDRESS;
            long target = (to + i * toStride + index * toStep) & Memory.ADDRESS;
            Memory.setInt(target, Memory.getInt(source));
        }
    }
}
