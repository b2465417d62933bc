package dev.weft.onnx.graph;

/**
 * A model is right, and asks for something that Weft does not do: an operator, a type, a choice.
 */
public final class UnsupportedOnnxException extends OnnxException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with its message. */
    public UnsupportedOnnxException(String message) {
        super(message);
    }
}
