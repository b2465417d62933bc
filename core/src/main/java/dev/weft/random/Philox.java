package dev.weft.random;

/**
 * Philox4x32-10: a counter-based generator. Each block of four 32-bit words is a pure function of a
 * 128-bit counter and a 64-bit key, so that any backend can draw any part of the stream in any
 * order. Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * <p>An instance reads the stream in order on the host, from the counter (block low, block high, 0,
 * 0).
 */
public final class Philox {
    private static final int M0 = 0xD2511F53;
    private static final int M1 = 0xCD9E8D57;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;

    private final long key;
    private final int[] words = new int[4];
    private long block;
    private int used = 4;

    /** A stream for this key, from block 0 on. */
    public Philox(long seed) {
        this(seed, 0);
    }

    /** A stream for this key, from {@code block} on. */
    public Philox(long seed, long block) {
        this.key = seed;
        this.block = block;
    }

    /**
     * An independent stream for a purpose: its key is drawn from this key's stream far from where
     * ordinary use reads.
     *
     * @param purpose any number; equal numbers give equal streams
     */
    public static Philox stream(long seed, int purpose) {
        int[] drawn = new int[4];
        block((int) seed, (int) (seed >>> 32), purpose, 0, 0, 0x80000000, drawn);
        return new Philox((drawn[0] & 0xFFFFFFFFL) | ((long) drawn[1] << 32));
    }

    /** out[0..3] = the block for the counter (c0, c1, c2, c3) and the key (k0, k1). */
    public static void block(int k0, int k1, int c0, int c1, int c2, int c3, int[] out) {
        for (int round = 0; round < 10; round++) {
            long p0 = (M0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
            long p1 = (M1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
            c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c1 = (int) p1;
            c3 = (int) p0;
            k0 += W0;
            k1 += W1;
        }
        out[0] = c0;
        out[1] = c1;
        out[2] = c2;
        out[3] = c3;
    }

    /** The key. */
    public long key() {
        return key;
    }

    /** The next 32 random bits. */
    public int nextInt() {
        if (used == 4) {
            block((int) key, (int) (key >>> 32), (int) block, (int) (block >>> 32), 0, 0, words);
            block++;
            used = 0;
        }
        return words[used++];
    }

    /** Uniform in [0, bound), without bias; Lemire 2019. */
    public int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be above 0, got " + bound);
        }
        long product = (nextInt() & 0xFFFFFFFFL) * bound;
        if ((int) product < bound && (product & 0xFFFFFFFFL) < bound) {
            int threshold = Integer.remainderUnsigned(-bound, bound);
            while (Integer.compareUnsigned((int) product, threshold) < 0) {
                product = (nextInt() & 0xFFFFFFFFL) * bound;
            }
        }
        return (int) (product >>> 32);
    }

    /** Uniform in [0, 1), a multiple of 2⁻²⁴. */
    public float nextFloat() {
        return (nextInt() >>> 8) * 0x1p-24f;
    }

    /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
    public double nextDouble() {
        int high = nextInt() >>> 5;
        int low = nextInt() >>> 6;
        return (high * 0x1p26 + low) * 0x1p-53;
    }

    /** Normal with mean 0 and variance 1, by Box and Muller's transform, one of the pair. */
    public double nextGaussian() {
        double u = 1 - nextDouble();
        double angle = 2 * Math.PI * nextDouble();
        return Math.sqrt(-2 * Math.log(u)) * Math.cos(angle);
    }

    /** A random permutation of 0 … n - 1, by Fisher and Yates. */
    public int[] permutation(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
