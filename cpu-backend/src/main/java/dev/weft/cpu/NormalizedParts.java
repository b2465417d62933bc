package dev.weft.cpu;

import dev.weft.backend.View;

/**
 * How the elements of a normalisation lie: a statistic is of some planes of adjacent elements, each
 * of one channel, or of one row, whose elements are a channel each.
 *
 * @param byPosition whether elements are channels
 * @param ofBatch whether a statistic is of a channel in all examples, and otherwise of an example's
 *     group
 * @param channels of a group
 * @param length of a plane
 */
record NormalizedParts(
        boolean byPosition,
        boolean ofBatch,
        long examples,
        long groups,
        long channels,
        long length) {
    /** Planes of a batch that are shorter are so few vectors that composing is as fast. */
    private static final int SHORTEST = 16;

    /** 16 KiB of F32. */
    private static final int CACHED = 1 << 12;

    /** Of elements and their statistics. */
    static NormalizedParts of(View x, View variance) {
        boolean ofBatch = variance.dim(0) != x.dim(0);
        boolean byPosition = x.dim(3) == 1 && !ofBatch;
        return new NormalizedParts(
                byPosition,
                ofBatch,
                x.dim(0),
                x.dim(1),
                byPosition ? 1 : x.dim(2),
                byPosition ? x.dim(2) : x.dim(3));
    }

    /** Whether there are kernels for them. */
    static boolean fit(View x, View variance) {
        NormalizedParts parts = of(x, variance);
        return !parts.ofBatch || (parts.channels == 1 && parts.length >= SHORTEST);
    }

    /** How many means and variances there are. */
    long statistics() {
        return ofBatch ? groups : examples * groups;
    }

    /** Planes of a statistic. */
    long planes() {
        return ofBatch ? examples : channels;
    }

    /** Elements of a statistic. */
    long members() {
        return planes() * length;
    }

    /** The number of one of its planes among all. */
    long plane(long statistic, long plane) {
        return ofBatch ? plane * groups + statistic : statistic * channels + plane;
    }

    /** The channel of one of its planes. */
    long channel(long statistic, long plane) {
        return ofBatch ? statistic : group(statistic) * channels + plane;
    }

    /** The number of a statistic's group in its example. */
    long group(long statistic) {
        return groups == 1 ? 0 : statistic % groups;
    }

    /** Adjacent elements of a statistic: a plane, or all of its planes. */
    long run() {
        return ofBatch ? length : members();
    }

    /** How many such runs it has. */
    long runs() {
        return ofBatch ? examples : 1;
    }

    /** The first element of one of them. */
    long first(long statistic, long run) {
        return ofBatch ? (run * groups + statistic) * length : statistic * members();
    }

    /** So many statistics at a time have all of their elements in the first-level cache. */
    long together() {
        return Math.max(1, CACHED / members());
    }

    /** Channels of an example. */
    long allChannels() {
        return groups * (byPosition ? length : channels);
    }
}
