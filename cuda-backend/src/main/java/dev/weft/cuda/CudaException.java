package dev.weft.cuda;

/** A function of CUDA's driver failed. The message names it and its code. */
public final class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;

    CudaException(String message, int code) {
        super(message);
        this.code = code;
    }

    /** The {@code CUresult}. */
    public int code() {
        return code;
    }
}
