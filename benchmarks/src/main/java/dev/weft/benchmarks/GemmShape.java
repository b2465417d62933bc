package dev.weft.benchmarks;

/**
 * A product C = op(A) op(B), with C m×n and k the depth.
 *
 * @param transA whether A is stored k×m
 * @param transB whether B is stored n×k
 */
record GemmShape(int m, int n, int k, boolean transA, boolean transB) {
    /** The shape that {@link #toString} wrote. */
    static GemmShape parse(String text) {
        String[] parts = text.split("[x ]", -1);
        return new GemmShape(
                Integer.parseInt(parts[0]),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]),
                parts[3].charAt(0) == 'T',
                parts[3].charAt(1) == 'T');
    }

    double flops() {
        return 2.0 * m * n * k;
    }

    /** Such as {@code 64x128x784 NT}: m, n, k, and whether each operand is transposed. */
    @Override
    public String toString() {
        return m + "x" + n + "x" + k + " " + (transA ? "T" : "N") + (transB ? "T" : "N");
    }
}
