package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.random.Philox;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** Shapes and elements that kernels are tried with. */
final class Draws {
    /**
     * Around the widths of vectors (4, 8, 16 floats) and of unrolled loops; primes; many threads.
     */
    static final int[] SIZES = {
        0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1009, 70_001
    };

    /** Ranks 0 to 4, with extents of 0 and 1. */
    static final List<Shape> SHAPES =
            List.of(
                    Shape.SCALAR,
                    Shape.of(17),
                    Shape.of(1, 5),
                    Shape.of(5, 1),
                    Shape.of(0, 3),
                    Shape.of(3, 0),
                    Shape.of(13, 19),
                    Shape.of(33, 64),
                    Shape.of(3, 5, 7),
                    Shape.of(2, 3, 1, 17));

    /** What functions stumble over, in one type or another. */
    private static final double[] STUMBLES = {
        0, 1, 0.5, 2, 3, 0.625, 9.01, 11.05, 87.3, 88.7, 88.73, 103.9, 104.1, 709.7, 709.8, 745.2,
        1e-10, 1e30, 1e300
    };

    private Draws() {}

    /** Numbers of either sign that are special in a format: its ends, and neighbours of 1. */
    static Values special(DType dtype) {
        FloatFormat format = FloatFormat.of(dtype);
        double u = format.roundoff();
        double[] ends = {
            format.smallest(),
            format.smallestNormal(),
            format.largest(),
            1 - u,
            1 + 2 * u,
            1 / u,
            Double.POSITIVE_INFINITY
        };
        double[] positive = DoubleStream.concat(stream(STUMBLES), stream(ends)).toArray();
        DoubleStream negative = stream(positive).map(x -> -x);
        DoubleStream both = DoubleStream.concat(stream(positive), negative);
        return Values.of(dtype, DoubleStream.concat(both, DoubleStream.of(Double.NaN)).toArray());
    }

    private static DoubleStream stream(double[] values) {
        return Arrays.stream(values);
    }

    /** Elements of any type and of all magnitudes, the special ones among them. */
    static Values any(Philox random, DType dtype, long size) {
        return dtype.isFloating() ? wild(random, dtype, size) : integers(random, dtype, size);
    }

    /** Of many magnitudes, most of them moderate; the specials among them where there is room. */
    static Values wild(Philox random, DType dtype, long size) {
        Values special = special(dtype);
        Values values = Values.zeros(dtype, size);
        for (int i = 0; i < values.size(); i++) {
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> values.bits()[i] = special.bits()[random.nextInt(special.size())];
                case 3, 4 -> values.set(i, random.nextGaussian() * 40);
                case 5 -> {
                    values.bits()[i] = bits(random);
                    // A signalling NaN may change its bits where it is converted.
                    values.set(i, Double.isNaN(values.real(i)) ? Double.NaN : values.real(i));
                }
                case 6 -> values.set(i, random.nextGaussian() * 1e-3);
                default -> values.set(i, random.nextGaussian());
            }
        }
        return values;
    }

    private static long bits(Philox random) {
        return ((long) random.nextInt() << 32) | (random.nextInt() & 0xFFFF_FFFFL);
    }

    /** Normal, with mean 0. */
    static Values normal(Philox random, DType dtype, long size, double deviation) {
        Values values = Values.zeros(dtype, size);
        for (int i = 0; i < values.size(); i++) {
            values.set(i, random.nextGaussian() * deviation);
        }
        return values;
    }

    /** An F32 tensor of such numbers. */
    static Tensor normal(Philox random, Device device, double deviation, long... dims) {
        Shape shape = Shape.of(dims);
        return normal(random, DType.F32, shape.size(), deviation).on(device, shape);
    }

    /** Uniform in [low, high). */
    static Values uniform(Philox random, DType dtype, long size, double low, double high) {
        Values values = Values.zeros(dtype, size);
        for (int i = 0; i < values.size(); i++) {
            values.set(i, low + (high - low) * random.nextDouble());
        }
        return values;
    }

    /** The smallest and the largest number of a type of integers, and their neighbours. */
    static Values ends(DType dtype) {
        long low = dtype.smallest();
        long high = dtype.largest();
        return Values.of(dtype, low, low + 1, high, high - 1);
    }

    /** Integers of all magnitudes, with the extremes among them; truths where it is their type. */
    static Values integers(Philox random, DType dtype, long size) {
        Values values = Values.zeros(dtype, size);
        if (dtype == DType.BOOL) {
            Arrays.setAll(values.bits(), _ -> random.nextInt(2));
            return values;
        }
        Values ends = ends(dtype);
        long low = Math.max(-1000, dtype.smallest());
        long count = Math.min(1000, dtype.largest()) - low + 1;
        for (int i = 0; i < values.size(); i++) {
            values.bits()[i] =
                    switch (random.nextInt(8)) {
                        case 0 -> bits(random);
                        case 1, 2 -> ends.bits()[random.nextInt(ends.size())];
                        case 3 -> 0;
                        default -> low + random.nextInt((int) count);
                    };
        }
        return values;
    }

    /** Indices below {@code bound}, with repetitions. */
    static int[] indices(Philox random, int size, int bound) {
        int[] values = new int[size];
        Arrays.setAll(values, _ -> random.nextInt(bound));
        return values;
    }

    /** With a stride of 0 along the first axis all rows are the last one that was written. */
    static Values repeated(Values values, Shape shape, Placement placement) {
        if (placement == Placement.BROADCAST && shape.rank() > 0 && values.size() > 0) {
            int row = values.size() / (int) shape.dim(0);
            int last = values.size() - row;
            for (int i = 0; i < last; i++) {
                values.bits()[i] = values.bits()[last + i % row];
            }
        }
        return values;
    }
}
