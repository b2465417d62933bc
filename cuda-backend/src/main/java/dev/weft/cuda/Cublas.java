package dev.weft.cuda;

import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.GemmPrecision;

import jcuda.jcublas.cublasStatus;

/**
 * A handle of cuBLAS on one stream, by whichever version of the library the machine has. The handle
 * has a workspace of its own, without which results would not repeat bit for bit.
 */
interface Cublas {
    /** As cublas_api.h and library_types.h number them. */
    int OP_N = 0;

    int OP_T = 1;
    int CUDA_R_32F = 0;
    int GEMM_DEFAULT = -1;

    /**
     * Enqueues the product.
     *
     * @return cuBLAS's status
     */
    int gemm(ColumnMajor product, int computeType);

    /** Destroys the handle; its status does not matter any more. */
    void destroy();

    /** How cuBLAS is to compute, as cublasComputeType_t numbers it. */
    static int computeType(GemmPrecision precision) {
        return switch (precision) {
            case F32 -> 68;
            case BF16 -> 75;
            case TF32 -> 77;
        };
    }

    /** How an operand is to be taken. */
    static int op(ColumnMajor.Operand operand) {
        return operand.transposed() ? OP_T : OP_N;
    }

    /**
     * Returns where {@code status} is success.
     *
     * @throws DeviceOutOfMemoryException where cuBLAS found no memory
     * @throws CudaException for all else
     */
    static void check(int status, String call) {
        if (status == cublasStatus.CUBLAS_STATUS_SUCCESS) {
            return;
        }
        String message = "%s gave %s (%d)".formatted(call, cublasStatus.stringFor(status), status);
        throw status == cublasStatus.CUBLAS_STATUS_ALLOC_FAILED
                ? new DeviceOutOfMemoryException(message)
                : new CudaException(message, status);
    }
}
