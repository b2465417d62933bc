package dev.weft.onnx.graph;

/**
 * An extent that a model declares: a number, a symbol that stands for the same number wherever it
 * occurs, or neither.
 *
 * @param size the extent, or -1 where it is not given
 * @param symbol its name, or an empty text
 */
public record Dimension(long size, String symbol) {
    @Override
    public String toString() {
        return size >= 0 ? Long.toString(size) : symbol.isEmpty() ? "?" : symbol;
    }
}
