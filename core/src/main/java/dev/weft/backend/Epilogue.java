package dev.weft.backend;

import org.jspecify.annotations.Nullable;

/**
 * What a gemm does to each element before it stores it: c = activation(c + bias[column]).
 *
 * @param bias F32 of rank 1 with one element for each column of C and any stride, or null for none
 * @param activation applied last
 */
public record Epilogue(@Nullable View bias, Activation activation) {
    /** Stores the product as it is. */
    public static final Epilogue NONE = new Epilogue(null, Activation.IDENTITY);
}
