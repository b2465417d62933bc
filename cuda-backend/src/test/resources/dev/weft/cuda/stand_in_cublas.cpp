// A stand-in for libcublas.so.<MAJOR> for tests on machines without a GPU: the functions that Weft uses, over the
// memory of the stand-in for the driver (stand_in.cpp), in plain loops.
//
// What is asked of cuBLAS is checked: a stream and a workspace have to be set, leading dimensions have to fit, and
// memory has to be live. TF32 and BF16 round as they do on a GPU, so that a test can tell them from F32.
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <functional>

typedef int Status;
typedef int CUresult;
typedef unsigned long long CUdeviceptr;
typedef std::function<CUresult()> Work;

enum { SUCCESS = 0, NOT_INITIALIZED = 1, ALLOC_FAILED = 3, INVALID_VALUE = 7, EXECUTION_FAILED = 13, NOT_SUPPORTED = 15 };
enum { F32 = 68, FAST_BF16 = 75, FAST_TF32 = 77 };

struct Stream;
struct Handle {
    Stream* stream;
    CUdeviceptr workspace;
    size_t workspace_bytes;
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

// To the nearest, ties to even, with `bits` fewer bits.
static float rounded(float x, int bits) {
    if (!isfinite(x)) return x;
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

static Status product(const char* name, Handle* handle, int op_a, int op_b, int m, int n, int k, const float* alpha_at,
        CUdeviceptr a, int lda, long long a_stride, CUdeviceptr b, int ldb, long long b_stride, const float* beta_at,
        CUdeviceptr c, int ldc, long long c_stride, int batch, int compute) {
    auto is_live = of_driver<bool(CUdeviceptr, size_t)>("stand_in_is_live");
    auto enqueue = of_driver<CUresult(Stream*, const char*, const Work*)>("stand_in_enqueue");
    if (!handle || !handle->stream) return NOT_INITIALIZED;
    if (compute != F32 && compute != FAST_BF16 && compute != FAST_TF32) return NOT_SUPPORTED;
    if (op_a < 0 || op_a > 1 || op_b < 0 || op_b > 1 || m < 0 || n < 0 || k < 0 || batch < 0) return INVALID_VALUE;
    if (lda < (op_a ? k : m) || ldb < (op_b ? n : k) || ldc < m || lda < 1 || ldb < 1) return INVALID_VALUE;
    products++;
    float alpha = *alpha_at, beta = *beta_at;
    Work work = [=]() -> CUresult {
        for (long long z = 0; z < batch; z++) {
            const float* az = (const float*)(uintptr_t)a + z * a_stride;
            const float* bz = (const float*)(uintptr_t)b + z * b_stride;
            float* cz = (float*)(uintptr_t)c + z * c_stride;
            for (int j = 0; j < n; j++) {
                for (int i = 0; i < m; i++) {
                    const float* x = op_a ? az + (size_t)i * lda : az + i;
                    const float* y = op_b ? bz + j : bz + (size_t)j * ldb;
                    size_t dx = op_a ? 1 : lda, dy = op_b ? ldb : 1;
                    float sum = 0;
                    for (int l = 0; l < k; l++) sum = fmaf(taken(x[l * dx], compute), taken(y[l * dy], compute), sum);
                    float* to = cz + (size_t)j * ldc + i;
                    if (!is_live((CUdeviceptr)(uintptr_t)to, sizeof *to)) return 700;
                    *to = beta == 0 ? alpha * sum : fmaf(alpha, sum, beta * *to);
                }
            }
        }
        return 0;
    };
    return enqueue(handle->stream, name, &work) ? EXECUTION_FAILED : SUCCESS;
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
Status cublasGemmStridedBatchedEx(Handle* handle, int op_a, int op_b, int m, int n, int k, const float* alpha,
        CUdeviceptr a, int a_type, int lda, long long a_stride, CUdeviceptr b, int b_type, int ldb, long long b_stride,
        const float* beta, CUdeviceptr c, int c_type, int ldc, long long c_stride, int batch, int compute,
        int algorithm) {
    if (a_type || b_type || c_type || algorithm != -1) return NOT_SUPPORTED;
    if (!has_workspace(handle)) return INVALID_VALUE;
    return product("cublasGemmStridedBatchedEx", handle, op_a, op_b, m, n, k, alpha, a, lda, a_stride, b, ldb, b_stride,
            beta, c, ldc, c_stride, batch, compute);
}

EXPORT Status cublasGemmEx(Handle* handle, int op_a, int op_b, int m, int n, int k, const float* alpha, CUdeviceptr a,
        int a_type, int lda, CUdeviceptr b, int b_type, int ldb, const float* beta, CUdeviceptr c, int c_type, int ldc,
        int compute, int algorithm) {
    if (a_type || b_type || c_type || algorithm != -1) return NOT_SUPPORTED;
    if (!has_workspace(handle)) return INVALID_VALUE;
    return product("cublasGemmEx", handle, op_a, op_b, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1,
            compute);
}

// For the benchmarks, which call it as others do.
EXPORT Status cublasSgemm_v2(Handle* handle, int op_a, int op_b, int m, int n, int k, const float* alpha, CUdeviceptr a,
        int lda, CUdeviceptr b, int ldb, const float* beta, CUdeviceptr c, int ldc) {
    return product("cublasSgemm", handle, op_a, op_b, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1, F32);
}
