// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.BYTES;
import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Lanes.F32;
import static dev.weft.cpu.Lanes.VECTOR;
import static dev.weft.cpu.Memory.ADDRESS;
import static dev.weft.cpu.Memory.MEM;
import static dev.weft.cpu.Memory.ORDER;
import static dev.weft.cpu.Memory.WORD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Convolutions of planes with a kernel each, and their gradients: a {@link ConvolutionProduct} of
 * one row, which would leave gemm's tiles empty. Vectors go along the lines of a plane. The lines
 * of the second operand that a few lines need are copied with their padding, and where a line is
 * read in steps, its remainders one after the other ({@link Band}): then each element of the kernel
 * is a load from a distance that is the same all along.
 */
final class Depthwise {
    /** The most elements of a kernel. */
    private static final int MOST_TAPS = 64;

    /** Products that a task adds up, about. */
    private static final int CHUNK = 1 << 16;

    /** Of copied lines: they stay in the first-level cache. */
    private static final int BAND_BYTES = 24 << 10;

    /** The longest lines, so that the copy of a few takes little memory. */
    private static final int MOST_COLUMNS = 1 << 16;

    /** Columns whose products are added up in a row. */
    private static final int COLUMNS_AT_ONCE = 4096;

    private static final int TAPS_AT_ONCE = 4;

    private final WorkerPool pool;
    private final Scratch[] workers;

    Depthwise(WorkerPool pool, Scratch[] workers) {
        this.pool = pool;
        this.workers = workers;
    }

    /** Whether it is one, of planes. */
    static boolean fits(ConvolutionProduct g) {
        boolean isPlane =
                g.depth().partners() == 1 && g.depth().elements() == 1 && g.depth().places() == 1;
        Phase columns = g.columns();
        int longest = Math.max(columns.partners(), Math.max(columns.elements(), columns.places()));
        boolean byPlane = g.terms() == 1 && g.places() <= MOST_TAPS && g.places() > 0;
        return g.rows() == 1
                && isPlane
                && longest <= MOST_COLUMNS
                && (isByWeight(g) ? g.images() == 1 && g.elements() <= MOST_TAPS : byPlane);
    }

    /** Whether the result is a kernel, or small as one: sums of products of two planes. */
    private static boolean isByWeight(ConvolutionProduct g) {
        return g.isWhole()
                && g.lines().byJ() > 0
                && g.columns().byJ() > 0
                && g.places() > g.elements();
    }

    /** Computes c = a b, given their addresses. */
    void run(ConvolutionProduct g, long a, long b, long c) {
        long products = (long) g.places() * g.elements() * g.terms();
        long planes = (long) g.groups() * g.images();
        Pieces tasks = new Pieces(planes, CHUNK / Math.clamp(products, 1, CHUNK));
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    Band band = new Band(g, workers[worker]);
                    for (long plane = tasks.start(index); plane < tasks.end(index); plane++) {
                        long group = plane / g.images();
                        long image = plane % g.images();
                        long first = a + group * g.aGroup() * WORD;
                        long second = b + (group * g.bGroup() + image * g.bImage()) * WORD;
                        long to = c + (group * g.cGroup() + image * g.cImage()) * WORD;
                        if (isByWeight(g)) {
                            band.addUp(first, second, to);
                        } else {
                            band.convolve(first, second, to);
                        }
                    }
                });
    }

    /** Lines of a plane, with zeros around them. */
    private static final class Band {
        private final ConvolutionProduct g;
        private final int tapLines;
        private final int tapColumns;

        /** Lines and columns of the larger of the other two operands, and the steps along them. */
        private final int lines;

        private final int columns;
        private final int lineStep;
        private final int columnStep;

        /** The line and the column that the first element's first tap is at. */
        private final int top;

        private final int left;
        private final int tall;

        /** Elements of a remainder of a line, and of all of them. */
        private final int width;

        private final int pitch;

        /** How far each tap is from the first, in bytes. */
        private final int[] taps;

        private final int size;
        private final long weights;
        private final long line;
        private final long copies;

        Band(ConvolutionProduct g, Scratch memory) {
            this.g = g;
            Phase line = g.lines();
            Phase column = g.columns();
            boolean byWeight = isByWeight(g);
            tapLines = byWeight ? line.elements() : line.places();
            tapColumns = byWeight ? column.elements() : column.places();
            int byLine = byWeight ? line.byE() : line.byJ();
            int byColumn = byWeight ? column.byE() : column.byJ();
            lines = byWeight ? line.places() : line.elements();
            columns = byWeight ? column.places() : column.elements();
            lineStep = byWeight ? line.byJ() : line.byE();
            columnStep = byWeight ? column.byJ() : column.byE();
            int firstLine = Math.min(0, (tapLines - 1) * byLine);
            int firstColumn = Math.min(0, (tapColumns - 1) * byColumn);
            top = line.base() + firstLine;
            left = column.base() + firstColumn;
            tall = Math.abs((tapLines - 1) * byLine) + 1;
            int wide = Math.abs((tapColumns - 1) * byColumn);
            width = vectors(vectors(columns) + wide / columnStep);
            pitch = width * columnStep;
            taps = new int[tapLines * tapColumns];
            for (int j = 0; j < taps.length; j++) {
                int down = j / tapColumns * byLine - firstLine;
                int along = j % tapColumns * byColumn - firstColumn;
                taps[j] = (down * pitch + along % columnStep * width + along / columnStep) * WORD;
            }
            int room = BAND_BYTES / (pitch * WORD) - tall;
            size = Math.clamp(room / lineStep + 1, 1, lines);
            long copied = (long) ((size - 1) * lineStep + tall) * pitch * WORD;
            int extra = MOST_TAPS * WORD + vectors(columns) * WORD;
            weights = memory.reserve(extra + copied, "convolution");
            this.line = weights + MOST_TAPS * WORD;
            copies = weights + extra;
        }

        private static int vectors(int size) {
            return (size + COUNT - 1) / COUNT * COUNT;
        }

        /** Copies what the lines from one on need, and returns where they end. */
        private int copy(long plane, int from) {
            int until = Math.min(lines, from + size);
            int count = (until - from - 1) * lineStep + tall;
            int available = g.lines().partners();
            int extent = g.columns().partners();
            for (int i = 0; i < count; i++) {
                int source = top + from * lineStep + i;
                boolean isOutside = source < 0 || source >= available;
                for (int rest = 0; rest < columnStep; rest++) {
                    int first = left + rest;
                    ConvolutionPacking.line(
                            plane + ((long) source * extent + first) * WORD,
                            columnStep,
                            ConvolutionPacking.low(first, columnStep),
                            isOutside
                                    ? 0
                                    : ConvolutionPacking.high(first, columnStep, extent, width),
                            width,
                            copies + ((long) i * pitch + rest * width) * WORD);
                }
            }
            return until;
        }

        /** A plane of the result, of a kernel and a plane. */
        void convolve(long kernel, long plane, long to) {
            for (int j = 0; j < taps.length; j++) {
                float weight = Memory.getFloat(kernel + ConvolutionPacking.place(g, j) * WORD);
                Memory.setFloat(weights + (long) j * WORD, weight);
            }
            Phase column = g.columns();
            for (int from = 0; from < lines; ) {
                int until = copy(plane, from);
                for (int i = from; i < until; i++) {
                    long row = g.lines().firstE() + (long) i * g.lines().stepE();
                    long target = to + (row * column.allElements() + column.firstE()) * WORD;
                    long source = copies + (long) (i - from) * lineStep * pitch * WORD;
                    if (column.stepE() == 1) {
                        line(taps, weights, source, columns, target);
                    } else {
                        line(taps, weights, source, columns, line);
                        long step = (long) column.stepE() * WORD;
                        for (int t = 0; t < columns; t++) {
                            float value = Memory.getFloat(line + (long) t * WORD);
                            Memory.setFloat(target + t * step, value);
                        }
                    }
                }
                from = until;
            }
        }

        /** A kernel's gradient, of a plane of dy and one of x for each example. */
        void addUp(long dy, long x, long to) {
            FloatSum[] sums = new FloatSum[taps.length];
            for (int j = 0; j < sums.length; j++) {
                sums[j] = new FloatSum();
            }
            for (int n = 0; n < g.terms(); n++) {
                long first = dy + n * g.aTerm() * WORD;
                long second = x + n * g.bTerm() * WORD;
                for (int from = 0; from < lines; ) {
                    int until = copy(second, from);
                    for (int j = 0; j < taps.length; j += TAPS_AT_ONCE) {
                        // Of too few taps the last is added up again, and not looked at.
                        int last = taps.length - 1;
                        for (int t = 0; t < columns; t += COLUMNS_AT_ONCE) {
                            dots(
                                    until - from,
                                    Math.min(COLUMNS_AT_ONCE, columns - t),
                                    first + ((long) from * columns + t) * WORD,
                                    (long) columns * WORD,
                                    copies + (long) t * WORD,
                                    (long) lineStep * pitch * WORD,
                                    taps[j],
                                    taps[Math.min(j + 1, last)],
                                    taps[Math.min(j + 2, last)],
                                    taps[Math.min(j + 3, last)],
                                    weights);
                            for (int k = j; k < Math.min(j + TAPS_AT_ONCE, taps.length); k++) {
                                sums[k].add(Memory.getFloat(weights + (long) (k - j) * WORD));
                            }
                        }
                    }
                    from = until;
                }
            }
            for (int j = 0; j < sums.length; j++) {
                Memory.setFloat(to + (long) j * WORD, sums[j].value());
            }
        }
    }

    /** y[t] = Σ w[j] x[t + taps[j]]. */
    private static void line(int[] taps, long w, long x, int columns, long y) {
        int t = 0;
        for (; t + 4 * COUNT <= columns; t += 4 * COUNT) {
            fourVectors(taps, w, x + (long) t * WORD, y + (long) t * WORD);
        }
        for (; t < columns; t += COUNT) {
            vector(taps, w, x + (long) t * WORD, Math.min(COUNT, columns - t), y + (long) t * WORD);
        }
    }

    private static void fourVectors(int[] taps, long w, long x, long y) {
        FloatVector a = FloatVector.zero(F32);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int j = 0; j < taps.length; j++) {
            long at = (x + taps[j]) & ADDRESS;
            FloatVector weight = FloatVector.broadcast(F32, Memory.getFloat(w + (long) j * WORD));
            a = weight.fma(FloatVector.fromMemorySegment(F32, MEM, at, ORDER), a);
            b = weight.fma(FloatVector.fromMemorySegment(F32, MEM, at + BYTES, ORDER), b);
            c = weight.fma(FloatVector.fromMemorySegment(F32, MEM, at + 2 * BYTES, ORDER), c);
            d = weight.fma(FloatVector.fromMemorySegment(F32, MEM, at + 3 * BYTES, ORDER), d);
        }
        ((FloatVector) VECTOR.cast(a)).intoMemorySegment(MEM, y, ORDER);
        ((FloatVector) VECTOR.cast(b)).intoMemorySegment(MEM, y + BYTES, ORDER);
        ((FloatVector) VECTOR.cast(c)).intoMemorySegment(MEM, y + 2 * BYTES, ORDER);
        ((FloatVector) VECTOR.cast(d)).intoMemorySegment(MEM, y + 3 * BYTES, ORDER);
    }

    private static void vector(int[] taps, long w, long x, int length, long y) {
        FloatVector sum = FloatVector.zero(F32);
        for (int j = 0; j < taps.length; j++) {
            long at = (x + taps[j]) & ADDRESS;
            FloatVector weight = FloatVector.broadcast(F32, Memory.getFloat(w + (long) j * WORD));
            sum = weight.fma(FloatVector.fromMemorySegment(F32, MEM, at, ORDER), sum);
        }
        sum = (FloatVector) VECTOR.cast(sum);
        if (length == COUNT) {
            sum.intoMemorySegment(MEM, y, ORDER);
        } else {
            sum.intoMemorySegment(MEM, y, ORDER, F32.indexInRange(0, length));
        }
    }

    /** Four sums of products of lines of dy with those of x, at so many distances. */
    private static void dots(
            int lines,
            int columns,
            long dy,
            long dyLine,
            long x,
            long xLine,
            int tapA,
            int tapB,
            int tapC,
            int tapD,
            long to) {
        FloatVector a = FloatVector.zero(F32);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int whole = F32.loopBound(columns);
        VectorMask<Float> rest = F32.indexInRange(whole, columns);
        for (int i = 0; i < lines; i++) {
            for (int t = 0; t < whole; t += COUNT) {
                FloatVector g =
                        FloatVector.fromMemorySegment(
                                F32, MEM, (dy + (long) t * WORD) & ADDRESS, ORDER);
                long at = (x + (long) t * WORD) & ADDRESS;
                a = g.fma(FloatVector.fromMemorySegment(F32, MEM, at + tapA, ORDER), a);
                b = g.fma(FloatVector.fromMemorySegment(F32, MEM, at + tapB, ORDER), b);
                c = g.fma(FloatVector.fromMemorySegment(F32, MEM, at + tapC, ORDER), c);
                d = g.fma(FloatVector.fromMemorySegment(F32, MEM, at + tapD, ORDER), d);
            }
            if (whole < columns) {
                // Behind the line may be what no place meets, and is not finite.
                FloatVector g =
                        FloatVector.fromMemorySegment(
                                F32, MEM, (dy + (long) whole * WORD) & ADDRESS, ORDER, rest);
                long at = (x + (long) whole * WORD) & ADDRESS;
                a = g.fma(FloatVector.fromMemorySegment(F32, MEM, at + tapA, ORDER, rest), a);
                b = g.fma(FloatVector.fromMemorySegment(F32, MEM, at + tapB, ORDER, rest), b);
                c = g.fma(FloatVector.fromMemorySegment(F32, MEM, at + tapC, ORDER, rest), c);
                d = g.fma(FloatVector.fromMemorySegment(F32, MEM, at + tapD, ORDER, rest), d);
            }
            dy += dyLine;
            x += xLine;
        }
        Memory.setFloat(to, Lanes.sum(a));
        Memory.setFloat(to + WORD, Lanes.sum(b));
        Memory.setFloat(to + 2 * WORD, Lanes.sum(c));
        Memory.setFloat(to + 3 * WORD, Lanes.sum(d));
    }
}
