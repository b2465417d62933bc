package dev.weft;

/** The type of a tensor's elements. */
public enum DType {
    /**
     * IEEE 754 binary32. The reference backend holds it in double, as the specification to compare
     * with.
     */
    F32(4, true),
    /** Two's complement 32-bit integer; arithmetic wraps. */
    I32(4, false);

    private final int bytes;
    private final boolean floating;

    DType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /** Bytes for one element in host memory and in files. */
    public int bytes() {
        return bytes;
    }

    /** Whether gradients flow through tensors of this type. */
    public boolean isFloating() {
        return floating;
    }
}
