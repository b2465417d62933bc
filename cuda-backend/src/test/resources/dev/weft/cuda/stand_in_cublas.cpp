// A stand-in for libcublas.so.<MAJOR> for tests on machines without a GPU: the functions that Weft uses, over the
// memory of the stand-in for the driver (stand_in.cpp), in plain loops.
//
// What is asked of cuBLAS is checked: a stream, a workspace and a math mode have to be set, leading dimensions have to
// fit, and memory has to be live. TF32 and BF16 round as they do on a GPU, so that a test can tell them from F32.
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <cmath>
#include <functional>

typedef int Status;
typedef int CUresult;
typedef unsigned long long CUdeviceptr;
typedef std::function<CUresult()> Work;

enum { SUCCESS = 0, NOT_INITIALIZED = 1, ALLOC_FAILED = 3, INVALID_VALUE = 7, EXECUTION_FAILED = 13, NOT_SUPPORTED = 15 };
enum { F32 = 68, F64 = 70, FAST_BF16 = 75, FAST_TF32 = 77 };
enum { R_32F = 0, R_64F = 1, R_16F = 2, R_16BF = 14 };
enum { DISALLOW_REDUCED_PRECISION_REDUCTION = 16 };

struct Stream;
struct Handle {
    Stream* stream;
    CUdeviceptr workspace;
    size_t workspace_bytes;
    int math_mode;
};

#define EXPORT extern "C" __attribute__((visibility("default")))

template <class F>
static F* of_driver(const char* name) {
    return (F*)dlsym(dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD), name);
}

static long handles, products;
static bool refuses;

// Handles that nobody has destroyed, and products that were asked for.
EXPORT long stand_in_cublas_handles(void) { return handles; }
EXPORT long stand_in_cublas_products(void) { return products; }

// Whether no handle can be had from now on.
EXPORT void stand_in_cublas_refuse(long yes) { refuses = yes != 0; }

EXPORT Status cublasGetProperty(int type, int* value) {
    *value = type == 0 ? MAJOR : type == 1 ? 6 : 4;
    return SUCCESS;
}

EXPORT Status cublasCreate_v2(Handle** handle) {
    if (refuses) return ALLOC_FAILED;
    handles++;
    *handle = new Handle();
    return SUCCESS;
}

EXPORT Status cublasDestroy_v2(Handle* handle) {
    if (!handle) return NOT_INITIALIZED;
    handles--;
    delete handle;
    return SUCCESS;
}

// Takes the workspace away, as cuBLAS does.
EXPORT Status cublasSetStream_v2(Handle* handle, Stream* stream) {
    handle->stream = stream;
    handle->workspace = 0;
    return SUCCESS;
}

EXPORT Status cublasSetWorkspace_v2(Handle* handle, CUdeviceptr workspace, size_t bytes) {
    if (workspace % 256) return INVALID_VALUE;
    handle->workspace = workspace;
    handle->workspace_bytes = bytes;
    return SUCCESS;
}

EXPORT Status cublasSetMathMode(Handle* handle, int mode) {
    handle->math_mode = mode;
    return SUCCESS;
}

// To the nearest, ties to even, with `bits` fewer bits.
static float rounded(float x, int bits) {
    if (!std::isfinite(x)) return x;
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    u += (1u << (bits - 1)) - 1 + (u >> bits & 1);
    u &= ~0u << bits;
    memcpy(&x, &u, sizeof u);
    return x;
}

static float taken(float x, int compute) {
    return compute == FAST_TF32 ? rounded(x, 13) : compute == FAST_BF16 ? rounded(x, 16) : x;
}

static double taken(double x, int) { return x; }

// F16 and BF16 in memory.
struct Half {
    uint16_t bits;
    operator float() const {
        int exponent = bits >> 10 & 31, fraction = bits & 1023;
        float size = exponent == 31 ? (fraction ? NAN : INFINITY)
                                    : exponent ? ldexpf(1024 + fraction, exponent - 25) : ldexpf(fraction, -24);
        return bits >> 15 ? -size : size;
    }
    Half(float x) {
        float size = fabsf(x);
        int exponent = size < 0x1p-14f ? -14 : ilogbf(size);
        int sum = std::isnan(x) ? 0x7E00 : size >= 65520 ? 0x7C00
                : (exponent + 14) * 1024 + (int)nearbyintf(ldexpf(size, 10 - exponent));
        bits = (uint16_t)(sum | (std::signbit(x) ? 0x8000 : 0));
    }
};
struct Bfloat {
    uint16_t bits;
    operator float() const {
        uint32_t u = (uint32_t)bits << 16;
        float x;
        memcpy(&x, &u, sizeof x);
        return x;
    }
    Bfloat(float x) {
        float near = rounded(x, 16);
        uint32_t u;
        memcpy(&u, &near, sizeof u);
        bits = (uint16_t)(u >> 16);
    }
};

// T of a and b, C of c, computed in S, of which alpha and beta are.
template <class T, class C, class S>
static Status product(const char* name, Handle* handle, int op_a, int op_b, int m, int n, int k, const void* alpha_at,
        CUdeviceptr a, int lda, long long a_stride, CUdeviceptr b, int ldb, long long b_stride, const void* beta_at,
        CUdeviceptr c, int ldc, long long c_stride, int batch, int compute) {
    auto is_live = of_driver<bool(CUdeviceptr, size_t)>("stand_in_is_live");
    auto enqueue = of_driver<CUresult(Stream*, const char*, const Work*)>("stand_in_enqueue");
    if (!handle || !handle->stream) return NOT_INITIALIZED;
    if (op_a < 0 || op_a > 1 || op_b < 0 || op_b > 1 || m < 0 || n < 0 || k < 0 || batch < 0) return INVALID_VALUE;
    if (lda < (op_a ? k : m) || ldb < (op_b ? n : k) || ldc < m || lda < 1 || ldb < 1) return INVALID_VALUE;
    products++;
    S alpha = *(const S*)alpha_at, beta = *(const S*)beta_at;
    Work work = [=]() -> CUresult {
        for (long long z = 0; z < batch; z++) {
            const T* az = (const T*)(uintptr_t)a + z * a_stride;
            const T* bz = (const T*)(uintptr_t)b + z * b_stride;
            C* cz = (C*)(uintptr_t)c + z * c_stride;
            for (int j = 0; j < n; j++) {
                for (int i = 0; i < m; i++) {
                    const T* x = op_a ? az + (size_t)i * lda : az + i;
                    const T* y = op_b ? bz + j : bz + (size_t)j * ldb;
                    size_t dx = op_a ? 1 : lda, dy = op_b ? ldb : 1;
                    S sum = 0;
                    for (int l = 0; l < k; l++) {
                        sum = std::fma(taken((S)x[l * dx], compute), taken((S)y[l * dy], compute), sum);
                    }
                    C* to = cz + (size_t)j * ldc + i;
                    if (!is_live((CUdeviceptr)(uintptr_t)to, sizeof *to)) return 700;
                    *to = C(beta == 0 ? alpha * sum : std::fma(alpha, sum, beta * (S)*to));
                }
            }
        }
        return 0;
    };
    return enqueue(handle->stream, name, &work) ? EXECUTION_FAILED : SUCCESS;
}

// The combinations of types that cuBLAS's documentation lists and Weft asks for.
template <class... A>
static Status product_of(int type, int c_type, int compute, const char* name, Handle* handle, A... rest) {
    if (type == R_64F && c_type == R_64F && compute == F64) {
        return product<double, double, double>(name, handle, rest..., compute);
    }
    bool fast = compute == FAST_BF16 || compute == FAST_TF32;
    if (type == R_32F && c_type == R_32F && (compute == F32 || fast)) {
        return product<float, float, float>(name, handle, rest..., compute);
    }
    if (compute != F32) return NOT_SUPPORTED;
    // Else cuBLAS may round the parts of a long sum to c's type.
    if (handle && handle->math_mode != DISALLOW_REDUCED_PRECISION_REDUCTION) return INVALID_VALUE;
    if (type == R_16F && c_type == R_16F) return product<Half, Half, float>(name, handle, rest..., compute);
    if (type == R_16F && c_type == R_32F) return product<Half, float, float>(name, handle, rest..., compute);
    if (type == R_16BF && c_type == R_16BF) return product<Bfloat, Bfloat, float>(name, handle, rest..., compute);
    if (type == R_16BF && c_type == R_32F) return product<Bfloat, float, float>(name, handle, rest..., compute);
    return NOT_SUPPORTED;
}

// Without a workspace of the caller's, results need not repeat in a graph: Weft gives one.
static bool has_workspace(Handle* handle) {
    auto is_live = of_driver<bool(CUdeviceptr, size_t)>("stand_in_is_live");
    return handle && is_live(handle->workspace, handle->workspace_bytes);
}

#ifndef WITHOUT_BATCHES
EXPORT
#else
static
#endif
Status cublasGemmStridedBatchedEx(Handle* handle, int op_a, int op_b, int m, int n, int k, const void* alpha,
        CUdeviceptr a, int a_type, int lda, long long a_stride, CUdeviceptr b, int b_type, int ldb, long long b_stride,
        const void* beta, CUdeviceptr c, int c_type, int ldc, long long c_stride, int batch, int compute,
        int algorithm) {
    if (a_type != b_type || algorithm != -1) return NOT_SUPPORTED;
    if (!has_workspace(handle)) return INVALID_VALUE;
    return product_of(a_type, c_type, compute, "cublasGemmStridedBatchedEx", handle, op_a, op_b, m, n, k, alpha, a, lda,
            a_stride, b, ldb, b_stride, beta, c, ldc, c_stride, batch);
}

EXPORT Status cublasGemmEx(Handle* handle, int op_a, int op_b, int m, int n, int k, const void* alpha, CUdeviceptr a,
        int a_type, int lda, CUdeviceptr b, int b_type, int ldb, const void* beta, CUdeviceptr c, int c_type, int ldc,
        int compute, int algorithm) {
    if (a_type != b_type || algorithm != -1) return NOT_SUPPORTED;
    if (!has_workspace(handle)) return INVALID_VALUE;
    return product_of(a_type, c_type, compute, "cublasGemmEx", handle, op_a, op_b, m, n, k, alpha, a, lda, 0LL, b, ldb,
            0LL, beta, c, ldc, 0LL, 1);
}

// For the benchmarks, which call it as others do.
EXPORT Status cublasSgemm_v2(Handle* handle, int op_a, int op_b, int m, int n, int k, const float* alpha, CUdeviceptr a,
        int lda, CUdeviceptr b, int ldb, const float* beta, CUdeviceptr c, int ldc) {
    return product<float, float, float>("cublasSgemm", handle, op_a, op_b, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c,
            ldc, 0, 1, F32);
}
