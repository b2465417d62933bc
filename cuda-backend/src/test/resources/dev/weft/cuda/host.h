// What CUDA C++ has and the host's has not, so that the kernels' sources run on the host: see stand_in.cpp.
//
// The threads of a block take turns, each on a stack of its own, from barrier to barrier; blocks follow each other.
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tuple>
#include <ucontext.h>

#define __global__
#define __device__
#define __shared__ static
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(...)

struct float4 {
    float x, y, z, w;
};
struct ushort4 {
    unsigned short x, y, z, w;
};
struct dim3 {
    int x, y, z;
};
static dim3 blockIdx, blockDim, gridDim, threadIdx;

using std::fma;
using std::fabs;
using std::exp;
using std::log;
using std::sqrt;
using std::tanh;
using std::erf;
using std::pow;
using std::floor;
using std::erfc;
using std::expm1;
using std::log1p;
static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }
static inline long long min(long long a, long long b) { return a < b ? a : b; }
static inline long long max(long long a, long long b) { return a > b ? a : b; }

template <class To, class From>
static inline To bits(From x) {
    To y;
    memcpy(&y, &x, sizeof y);
    return y;
}
static inline int __float_as_int(float x) { return bits<int>(x); }
static inline float __int_as_float(int x) { return bits<float>(x); }
static inline long long __double_as_longlong(double x) { return bits<long long>(x); }
static inline double __longlong_as_double(long long x) { return bits<double>(x); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((unsigned long long)a * b >> 32); }
static inline int atomicOr(int* p, int v) {
    int before = *p;
    *p |= v;
    return before;
}
static inline int atomicExch(int* p, int v) {
    int before = *p;
    *p = v;
    return before;
}
static inline int atomicAdd(int* p, int v) {
    int before = *p;
    *p += v;
    return before;
}
static inline int atomicCAS(int* p, int expected, int v) {
    int before = *p;
    if (before == expected) *p = v;
    return before;
}
static inline void __threadfence() {}

// ---- threads

static const int MOST_THREADS = 1024;
static const size_t STACK = 64 << 10;
static char* stacks;
static ucontext_t scheduler_context;
static jmp_buf scheduler, threads[MOST_THREADS];
static bool waits[MOST_THREADS];
static void (*body)(const char*);
static const char* body_parameters;

// To the scheduler, and on from here when all threads of the block have come to a barrier.
static inline void __syncthreads() {
    int me = threadIdx.x;
    waits[me] = true;
    if (_setjmp(threads[me]) == 0) _longjmp(scheduler, 1);
}

static void thread_main() {
    body(body_parameters);
    _longjmp(scheduler, 1);
}

static void start_thread(int thread) {
    ucontext_t context;
    getcontext(&context);
    context.uc_stack.ss_sp = stacks + thread * STACK;
    context.uc_stack.ss_size = STACK;
    context.uc_link = nullptr;
    makecontext(&context, thread_main, 0);
    setcontext(&context);
}

static void run_block() {
    bool started = false;
    for (;;) {
        int waiting = 0;
        for (volatile int t = 0; t < blockDim.x; t++) {
            threadIdx.x = t;
            waits[t] = false;
            if (_setjmp(scheduler) == 0) {
                if (started) {
                    _longjmp(threads[t], 1);
                }
                start_thread(t);
            }
            waiting += waits[t];
            // A kernel without barriers needs no stacks for the rest.
            if (!started && t == 0 && !waits[0]) {
                for (t = 1; t < blockDim.x; t++) {
                    threadIdx.x = t;
                    waits[t] = false;
                    if (_setjmp(scheduler) == 0) {
                        body(body_parameters);
                    }
                    if (waits[t]) {
                        fprintf(stderr, "stand-in: thread 0 ended and thread %d waits at a barrier\n", (int)t);
                        abort();
                    }
                }
                return;
            }
        }
        if (waiting == 0) return;
        if (waiting != blockDim.x) {
            fprintf(stderr, "stand-in: %d of %d threads wait at a barrier\n", waiting, blockDim.x);
            abort();
        }
        started = true;
    }
}

static void launch(void (*kernel)(const char*), const char* parameters, int x, int y, int z, int group) {
    if (!stacks) stacks = (char*)aligned_alloc(4096, MOST_THREADS * STACK);
    body = kernel;
    body_parameters = parameters;
    gridDim = {x, y, z};
    blockDim = {group, 1, 1};
    for (blockIdx.z = 0; blockIdx.z < z; blockIdx.z++) {
        for (blockIdx.y = 0; blockIdx.y < y; blockIdx.y++) {
            for (blockIdx.x = 0; blockIdx.x < x; blockIdx.x++) run_block();
        }
    }
}

// ---- parameters: each at a multiple of its size

template <class T>
static T next_parameter(const char* parameters, size_t& at) {
    T value;
    at = (at + sizeof(T) - 1) / sizeof(T) * sizeof(T);
    memcpy(&value, parameters + at, sizeof(T));
    at += sizeof(T);
    return value;
}

template <class... A>
static void call(void (*kernel)(A...), const char* parameters) {
    size_t at = 0;
    std::tuple<A...> all{next_parameter<A>(parameters, at)...};
    std::apply(kernel, all);
}

#define LAUNCHER(name)                                                                                  \
    extern "C" __attribute__((visibility("default"))) void launch_##name(                               \
            const char* parameters, int x, int y, int z, int group) {                                   \
        launch([](const char* p) { call(name, p); }, parameters, x, y, z, group);                       \
    }
