package dev.weft.opencl;

/** An OpenCL function failed. The message names it and its code. */
public final class OpenClException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;

    OpenClException(String message, int code) {
        super(message);
        this.code = code;
    }

    /** OpenCL's return code. */
    public int code() {
        return code;
    }
}
