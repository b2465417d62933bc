package dev.weft.onnx.graph;

import org.jspecify.annotations.Nullable;

/**
 * A model cannot be read or run as it was asked: its file is damaged or no ONNX, its graph is
 * wrong, or an input does not fit. The message names the file or the node, what was found, and the
 * rule.
 */
public class OnnxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with its message. */
    public OnnxException(String message) {
        super(message);
    }

    /** Creates the exception with its message and what caused it. */
    public OnnxException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
