package dev.weft.cuda;

import java.lang.foreign.SymbolLookup;

/**
 * A cuBLAS that this machine has.
 *
 * @param where the name or path by which it was loaded
 * @param version such as {@code 12.6.4}
 * @param symbols its functions
 * @param byJCublas whether JCublas2 calls it
 */
record CublasLibrary(String where, String version, SymbolLookup symbols, boolean byJCublas) {
    /** With a handle for this stream. */
    Cublas open(Stream stream, long workspace, long bytes) {
        return byJCublas
                ? new JCublas(stream, workspace, bytes)
                : new ForeignCublas(symbols, stream, workspace, bytes);
    }

    /** For people: which one it is, where it is, and what calls it. */
    String description() {
        return "%s, %s, by %s"
                .formatted(version, where, byJCublas ? "JCublas2" : "its C interface");
    }
}
