package dev.weft.cuda;

import dev.weft.DType;
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
    int GEMM_DEFAULT = -1;

    /**
     * CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION: what is added up is rounded to F16 or BF16
     * once, in the end.
     */
    int MATH_MODE = 16;

    /**
     * Enqueues the product.
     *
     * @return cuBLAS's status
     */
    int gemm(ColumnMajor product, int computeType);

    /** Destroys the handle; its status does not matter any more. */
    void destroy();

    /** How cuBLAS is to compute, as cublasComputeType_t numbers it; only F32 lets others choose. */
    static int computeType(DType dtype, GemmPrecision precision) {
        return switch (dtype) {
            case F64 -> 70;
            case F16, BF16 -> 68;
            case F32 ->
                    switch (precision) {
                        case F32 -> 68;
                        case BF16 -> 75;
                        case TF32 -> 77;
                    };
            case I64, I32, U8, I8, BOOL -> throw noProducts(dtype);
        };
    }

    /** The type of elements, as cudaDataType numbers it. */
    static int dataType(ColumnMajor.Operand operand) {
        return switch (operand.dtype()) {
            case F32 -> 0;
            case F64 -> 1;
            case F16 -> 2;
            case BF16 -> 14;
            case I64, I32, U8, I8, BOOL -> throw noProducts(operand.dtype());
        };
    }

    private static IllegalArgumentException noProducts(DType dtype) {
        return new IllegalArgumentException("cuBLAS multiplies no matrices of " + dtype);
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
