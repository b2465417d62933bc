package dev.weft;

/**
 * The type of a tensor's elements.
 *
 * <p>Every type can be filled, copied, converted, viewed, concatenated and selected from; all but
 * {@link #BOOL} have arithmetic. {@link #F16}, {@link #BF16}, {@link #U8} and {@link #I8} are types
 * to store: an operation computes in the type that {@link #computesIn} names, and rounds or wraps
 * its result once. Operands of an operation have one type; {@link Tensor#to} converts.
 */
public enum DType {
    /** IEEE 754 binary64: 53 bits of precision, to 1.8e308. */
    F64(8, Kind.FLOATING, 53),
    /** IEEE 754 binary32: 24 bits of precision, to 3.4e38. */
    F32(4, Kind.FLOATING, 24),
    /** IEEE 754 binary16: 11 bits of precision, to 65,504. */
    F16(2, Kind.FLOATING, 11),
    /** The upper half of an F32: 8 bits of precision, to 3.4e38. */
    BF16(2, Kind.FLOATING, 8),
    /** Two's complement 64-bit integer; arithmetic wraps. */
    I64(8, Kind.INTEGER, 63),
    /** Two's complement 32-bit integer; arithmetic wraps. */
    I32(4, Kind.INTEGER, 31),
    /** Unsigned 8-bit integer, 0 to 255; arithmetic wraps. */
    U8(1, Kind.INTEGER, 8),
    /** Two's complement 8-bit integer, -128 to 127; arithmetic wraps. */
    I8(1, Kind.INTEGER, 7),
    /** True or false, a byte of 1 or 0: what comparisons give. */
    BOOL(1, Kind.TRUTH, 1);

    private enum Kind {
        FLOATING,
        INTEGER,
        TRUTH
    }

    private final int bytes;
    private final Kind kind;
    private final int precision;

    DType(int bytes, Kind kind, int precision) {
        this.bytes = bytes;
        this.kind = kind;
        this.precision = precision;
    }

    /** Bytes for one element, on every device and in files. */
    public int bytes() {
        return bytes;
    }

    /** Whether this is F64, F32, F16 or BF16: gradients flow through tensors of these types. */
    public boolean isFloating() {
        return kind == Kind.FLOATING;
    }

    /** Whether this is I64, I32, U8 or I8. */
    public boolean isInteger() {
        return kind == Kind.INTEGER;
    }

    /**
     * The type in which operations on this one compute: F32 for F16 and BF16, I32 for U8 and I8,
     * otherwise this one.
     */
    public DType computesIn() {
        return switch (this) {
            case F16, BF16 -> F32;
            case U8, I8 -> I32;
            case F64, F32, I64, I32, BOOL -> this;
        };
    }

    /**
     * The unit roundoff: half the distance from 1 to the next number, 2⁻⁵³ for F64 to 2⁻⁸ for BF16.
     *
     * @throws IllegalStateException where this is not floating
     */
    public double roundoff() {
        if (!isFloating()) {
            throw new IllegalStateException(this + " does not round");
        }
        return Math.scalb(1.0, -precision);
    }

    /** The smallest integer; 0 for BOOL. Not for floating types. */
    public long smallest() {
        return this == U8 || kind == Kind.TRUTH ? 0 : -largest() - 1;
    }

    /** The largest integer; 1 for BOOL. Not for floating types. */
    public long largest() {
        if (isFloating()) {
            throw new IllegalStateException(this + " is not an integer type");
        }
        return (1L << (precision - 1)) - 1 + (1L << (precision - 1));
    }
}
