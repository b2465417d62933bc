package dev.weft.cuda;

import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasDestroy;
import static jcuda.jcublas.JCublas2.cublasGemmEx_new;
import static jcuda.jcublas.JCublas2.cublasGemmStridedBatchedEx_new;
import static jcuda.jcublas.JCublas2.cublasSetMathMode;
import static jcuda.jcublas.JCublas2.cublasSetStream;
import static jcuda.jcublas.JCublas2.cublasSetWorkspace;

import dev.weft.DType;

import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** cuBLAS 12 through JCublas2, whose native library is linked to libcublas.so.12. */
final class JCublas implements Cublas {
    private final cublasHandle handle = new cublasHandle();
    private final ByteBuffer alpha = scalar();
    private final ByteBuffer beta = scalar();
    private final Pointer alphaPointer = Pointer.to(alpha);
    private final Pointer betaPointer = Pointer.to(beta);

    JCublas(Stream stream, long workspace, long bytes) {
        Cublas.check(cublasCreate(handle), "cublasCreate");
        try {
            Cublas.check(cublasSetStream(handle, new cudaStream_t(stream)), "cublasSetStream");
            Cublas.check(
                    cublasSetWorkspace(handle, Address.of(workspace), bytes), "cublasSetWorkspace");
            Cublas.check(cublasSetMathMode(handle, MATH_MODE), "cublasSetMathMode");
        } catch (RuntimeException e) {
            destroy();
            throw e;
        }
    }

    /** Whether JCublas2's native library finds libcublas.so.12: loads both. */
    static boolean isUsable() {
        if (JcudaNatives.bringOut(JCublas2.class, "JCublas2").isPresent()) {
            return false;
        }
        try {
            JCublas2.setExceptionsEnabled(false);
            return true;
        } catch (LinkageError e) {
            return false;
        }
    }

    private static ByteBuffer scalar() {
        return ByteBuffer.allocateDirect(Double.BYTES).order(ByteOrder.nativeOrder());
    }

    @Override
    public int gemm(ColumnMajor product, int computeType) {
        if (product.dtype() == DType.F64) {
            alpha.putDouble(0, product.alpha());
            beta.putDouble(0, product.beta());
        } else {
            alpha.putFloat(0, (float) product.alpha());
            beta.putFloat(0, (float) product.beta());
        }
        ColumnMajor.Operand first = product.first();
        ColumnMajor.Operand second = product.second();
        ColumnMajor.Operand result = product.result();
        return product.batch() == 1
                ? cublasGemmEx_new(
                        handle,
                        Cublas.op(first),
                        Cublas.op(second),
                        product.m(),
                        product.n(),
                        product.k(),
                        alphaPointer,
                        Address.of(first.address()),
                        Cublas.dataType(first),
                        first.leading(),
                        Address.of(second.address()),
                        Cublas.dataType(second),
                        second.leading(),
                        betaPointer,
                        Address.of(result.address()),
                        Cublas.dataType(result),
                        result.leading(),
                        computeType,
                        GEMM_DEFAULT)
                : cublasGemmStridedBatchedEx_new(
                        handle,
                        Cublas.op(first),
                        Cublas.op(second),
                        product.m(),
                        product.n(),
                        product.k(),
                        alphaPointer,
                        Address.of(first.address()),
                        Cublas.dataType(first),
                        first.leading(),
                        first.stride(),
                        Address.of(second.address()),
                        Cublas.dataType(second),
                        second.leading(),
                        second.stride(),
                        betaPointer,
                        Address.of(result.address()),
                        Cublas.dataType(result),
                        result.leading(),
                        result.stride(),
                        product.batch(),
                        computeType,
                        GEMM_DEFAULT);
    }

    @Override
    public void destroy() {
        cublasDestroy(handle);
    }
}
