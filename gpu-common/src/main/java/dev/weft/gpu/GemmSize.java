package dev.weft.gpu;

/** Classes of products by their work, m n k: one kernel is not the best for all. */
enum GemmSize {
    /** A layer of a small network and a batch. */
    SMALL(1L << 24, 64, 128, 784),
    /** Up to about 800³. */
    MEDIUM(1L << 29, 512, 512, 512),
    /** Up to 2048³. */
    LARGE(1L << 33, 1280, 1280, 1280),
    /** All above. */
    HUGE(Long.MAX_VALUE, 2560, 2560, 2560);

    private final long below;
    private final int m;
    private final int n;
    private final int k;

    GemmSize(long below, int m, int n, int k) {
        this.below = below;
        this.m = m;
        this.n = n;
        this.k = k;
    }

    static GemmSize of(long m, long n, long k) {
        // A product that overflows is above all bounds; so is its double.
        double work = (double) m * n * k;
        for (GemmSize size : values()) {
            if (work < size.below) {
                return size;
            }
        }
        return HUGE;
    }

    /** The rows of C in the product that stands for the class in the tuner. */
    int m() {
        return m;
    }

    /** Its columns of C. */
    int n() {
        return n;
    }

    /** Its depth. */
    int k() {
        return k;
    }
}
