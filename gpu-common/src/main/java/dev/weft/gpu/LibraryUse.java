package dev.weft.gpu;

/** For which products of a size the vendor's library is faster than our kernels. */
enum LibraryUse {
    /** For none. */
    NEVER,
    /** For those without an epilogue, which our kernels do in the same launch. */
    PLAIN,
    /** For all. */
    ALWAYS
}
