package dev.weft.data.table;

/** How numbers become features. */
public enum NumberEncoding {
    /**
     * {@link #LOG} for numbers of 0 and more whose skewness is above 2, such as prices and amounts
     * of rain; {@link #STANDARD} for others.
     */
    AUTO,
    /** (x - mean) / deviation. */
    STANDARD,
    /** (x - min) / (max - min). */
    MIN_MAX,
    /** (x - median) / (upper quartile - lower quartile). */
    ROBUST,
    /** 2 r - 1, with r in [0, 1] the fraction of the training numbers below x. */
    QUANTILE,
    /** sign(x) log(1 + |x|), standardised. */
    LOG,
    /** x. */
    AS_IS
}
