/* The dialect: one C that OpenCL 1.2 compiles at run time and nvcc compiles as CUDA C++. See docs/kernel-dialect.md.
 *
 * Work-groups are one-dimensional and their size is a constant of the kernel; the grid of groups may have three
 * dimensions. The host gives, by device class:
 *
 *   ITEMS  work-items of a group whose items each do one thing, and share nothing
 *   GROUP  work-items of a group that takes a span of elements or works together by way of local memory, a power of
 *          two; 1 on a CPU, where a barrier costs more than it gives, and a loop becomes vector instructions
 *   SPAN   steps that each item of such a group takes, GROUP apart
 *   LANES  independent sums of an item, so that a sum can become vector instructions; 1 on a GPU
 *   DTYPE  the type of the elements, by its name in dev.weft.DType: a file is a program for each that it serves */

#ifndef ITEMS
#define ITEMS 256
#endif
#ifndef GROUP
#define GROUP 256
#endif
#ifndef SPAN
#define SPAN 4
#endif
#ifndef LANES
#define LANES 1
#endif

#define F64 1
#define F32 2
#define F16 3
#define BF16 4
#define I64 5
#define I32 6
#define U8 7
#define I8 8
#ifndef DTYPE
#define DTYPE F32
#endif
#define FLOATING (DTYPE <= BF16)

#ifdef __OPENCL_VERSION__

typedef long long64;
typedef ulong ulong64;
typedef uint uint32;
typedef ushort bits16;
typedef uchar unsigned8;
typedef char signed8;
typedef ushort4 bits16_4;

#ifdef cl_khr_fp64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#define HAS_F64
typedef double4 double_4;
#endif

#if defined(__clang__) && GROUP == 1
/* Stands before a loop whose steps are independent of each other, so that it may become vector instructions even where
 * operands may be the same memory, and as wide ones as the device has: left to itself, LLVM takes half of AVX-512. Only
 * a CPU has such loops. */
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety) vectorize_width(VECTOR)")
#else
#define INDEPENDENT
#endif

#define KERNEL(group) __kernel __attribute__((reqd_work_group_size(group, 1, 1))) void
/* Of which a multiprocessor is to hold so many groups at a time: CUDA's compiler spares registers for that. */
#define KERNEL_RESIDENT(group, groups) KERNEL(group)
#define GLOBAL __global
#define LOCAL __local
/* What a pointer to local memory is declared with; LOCAL is for the memory itself. */
#define TO_LOCAL __local
#define RESTRICT restrict
#define DEVICE static inline
#define BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
/* Orders one work-item's own accesses to global memory, as others see them. */
#define FENCE() mem_fence(CLK_GLOBAL_MEM_FENCE)

#define LOCAL_ID() ((int)get_local_id(0))
#define GROUP_ID() ((int)get_group_id(0))
#define GROUP_ID_Y() ((int)get_group_id(1))
#define GROUP_ID_Z() ((int)get_group_id(2))
#define GROUPS() ((int)get_num_groups(0))
#define GLOBAL_ID() ((long64)get_global_id(0))

#define AS_INT(x) as_int(x)
#define AS_FLOAT(x) as_float(x)
#define AS_LONG(x) as_long(x)
#define AS_DOUBLE(x) as_double(x)
#define MUL_HI(a, b) mul_hi(a, b)

/* Atomics exist for 32-bit integers only. */
#define ATOMIC_READ(p) atomic_or((volatile __global int*)(p), 0)
#define ATOMIC_WRITE(p, v) atomic_xchg((volatile __global int*)(p), v)
#define ATOMIC_ADD(p, v) atomic_add((volatile __global int*)(p), v)
#define ATOMIC_CLAIM(p, expected, v) (atomic_cmpxchg((volatile __global int*)(p), expected, v) == (expected))

#else /* CUDA */

typedef long long long64;
typedef unsigned long long ulong64;
typedef unsigned int uint32;
typedef unsigned short bits16;
typedef unsigned char unsigned8;
typedef signed char signed8;
typedef ushort4 bits16_4;
typedef struct __align__(16) { double x, y, z, w; } double_4;
#define HAS_F64

#define INDEPENDENT
#define KERNEL(group) extern "C" __global__ void __launch_bounds__(group)
#define KERNEL_RESIDENT(group, groups) extern "C" __global__ void __launch_bounds__(group, groups)
#define GLOBAL
#define LOCAL __shared__
#define TO_LOCAL
#define RESTRICT __restrict__
#define DEVICE __device__ __forceinline__
#define BARRIER() __syncthreads()
#define FENCE() __threadfence()

#define LOCAL_ID() ((int)threadIdx.x)
#define GROUP_ID() ((int)blockIdx.x)
#define GROUP_ID_Y() ((int)blockIdx.y)
#define GROUP_ID_Z() ((int)blockIdx.z)
#define GROUPS() ((int)gridDim.x)
#define GLOBAL_ID() ((long64)blockIdx.x * blockDim.x + threadIdx.x)

#define AS_INT(x) __float_as_int(x)
#define AS_FLOAT(x) __int_as_float(x)
#define AS_LONG(x) __double_as_longlong(x)
#define AS_DOUBLE(x) __longlong_as_double(x)
#define MUL_HI(a, b) __umulhi(a, b)

#define ATOMIC_READ(p) atomicOr((int*)(p), 0)
#define ATOMIC_WRITE(p, v) atomicExch((int*)(p), v)
#define ATOMIC_ADD(p, v) atomicAdd((int*)(p), v)
#define ATOMIC_CLAIM(p, expected, v) (atomicCAS((int*)(p), expected, v) == (expected))

#endif

/* What an element is in memory, T, and what it is computed with, ACC: see DType.computesIn. F16 and BF16 are their 16
 * bits (functions.h widens and narrows them), so that no device needs to know these types. */
#if DTYPE == F64
typedef double T;
typedef double ACC;
#elif DTYPE == F32
typedef float T;
typedef float ACC;
#elif DTYPE == F16 || DTYPE == BF16
typedef bits16 T;
typedef float ACC;
#elif DTYPE == I64
typedef long64 T;
typedef long64 ACC;
typedef ulong64 UNSIGNED;
#elif DTYPE == I32
typedef int T;
typedef int ACC;
typedef uint32 UNSIGNED;
#elif DTYPE == U8
typedef unsigned8 T;
typedef int ACC;
#else
typedef signed8 T;
typedef int ACC;
#endif

/* A literal of a floating ACC: all digits that a double takes. And its bits, as an integer. */
#if DTYPE == F64
#define REAL(literal) literal
typedef long64 BITS;
#define TO_BITS(x) AS_LONG(x)
#define FROM_BITS(x) AS_DOUBLE(x)
#define SIGN_BIT (-9223372036854775807 - 1)
#define SMALLEST_NORMAL 2.2250738585072014e-308
#else
#define REAL(literal) literal##f
typedef int BITS;
#define TO_BITS(x) AS_INT(x)
#define FROM_BITS(x) AS_FLOAT(x)
#define SIGN_BIT (-2147483647 - 1)
#define SMALLEST_NORMAL 1.17549435e-38f
#endif

/* Vectors of 64 bytes, for kernels that one work-item runs alone on a CPU's vector unit. Macros, because vload16 and
 * vstore16 take a pointer into any address space.
 *
 *   VEC_ZIP_LOW   a0 b0 a1 b1 …, of the lower halves; VEC_ZIP_HIGH of the upper ones */
#if DTYPE == F64
#define VEC_LANES 8
#elif FLOATING
#define VEC_LANES 16
#endif
#if FLOATING && defined(__OPENCL_VERSION__)
#if DTYPE == F64
typedef double8 vec;
#define VEC_SPLAT(x) ((double8)(x))
#define VEC_LOAD(p) vload8(0, p)
#define VEC_STORE(x, p) vstore8(x, 0, p)
#define VEC_ZIP_LOW(a, b) shuffle2(a, b, (ulong8)(0, 8, 1, 9, 2, 10, 3, 11))
#define VEC_ZIP_HIGH(a, b) shuffle2(a, b, (ulong8)(4, 12, 5, 13, 6, 14, 7, 15))
#else
typedef float16 vec;
#define VEC_SPLAT(x) ((float16)(x))
#define VEC_LOAD(p) vload16(0, p)
#define VEC_STORE(x, p) vstore16(x, 0, p)
#define VEC_ZIP_LOW(a, b) shuffle2(a, b, (uint16)(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23))
#define VEC_ZIP_HIGH(a, b) shuffle2(a, b, (uint16)(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31))
#endif
#define VEC_FMA(a, b, c) fma(a, b, c)
#elif FLOATING
/* Never fast on a GPU: here so that nvcc checks the kernels that are meant for CPUs, and a host can run them. */
typedef struct {
    ACC lane[VEC_LANES];
} vec;
DEVICE vec VEC_SPLAT(ACC x) {
    vec y;
    for (int i = 0; i < VEC_LANES; i++) {
        y.lane[i] = x;
    }
    return y;
}
DEVICE vec VEC_LOAD(const ACC* p) {
    vec y;
    for (int i = 0; i < VEC_LANES; i++) {
        y.lane[i] = p[i];
    }
    return y;
}
DEVICE void VEC_STORE(vec x, ACC* p) {
    for (int i = 0; i < VEC_LANES; i++) {
        p[i] = x.lane[i];
    }
}
DEVICE vec VEC_FMA(vec a, vec b, vec c) {
    for (int i = 0; i < VEC_LANES; i++) {
        c.lane[i] = fma(a.lane[i], b.lane[i], c.lane[i]);
    }
    return c;
}
DEVICE vec vec_zip(vec a, vec b, int from) {
    vec y;
    for (int i = 0; i < VEC_LANES / 2; i++) {
        y.lane[2 * i] = a.lane[from + i];
        y.lane[2 * i + 1] = b.lane[from + i];
    }
    return y;
}
#define VEC_ZIP_LOW(a, b) vec_zip(a, b, 0)
#define VEC_ZIP_HIGH(a, b) vec_zip(a, b, VEC_LANES / 2)
#endif

/* A view of up to four axes, as parameters of a kernel: element (i0, i1, i2, i3) of x is AT(x). Offsets and strides
 * count elements and are 64 bits wide; extents and the number of elements are ints, and what is larger is launched in
 * pieces. The outermost extent is not needed. */
#define VIEW(type, x) \
    GLOBAL type* x, long64 x##_offset, long64 x##_s0, long64 x##_s1, long64 x##_s2, long64 x##_s3
#define EXTENTS int n, int e1, int e2, int e3
#define AT(x) x[x##_offset + i0 * x##_s0 + i1 * x##_s1 + i2 * x##_s2 + i3 * x##_s3]

/* The lines of a VIEW along its last axis, as parameters of a kernel: row (i0, i1, i2) of the leading axes, and the
 * length of a row. ROW_OF says where a row begins, ELEMENT is its element j. */
#define LINES int rows, int e1, int e2, int columns
#define SPLIT_ROW(row)                       \
    uint32 i01 = (uint32)(row) / (uint32)e2; \
    uint32 i2 = (uint32)(row) - i01 * e2;    \
    uint32 i0 = i01 / (uint32)e1;            \
    uint32 i1 = i01 - i0 * e1
#define ROW_OF(x) long64 x##_at = x##_offset + i0 * x##_s0 + i1 * x##_s1 + i2 * x##_s2
#define ELEMENT(x) x[x##_at + j * x##_s3]

/* A dense operand, as parameters of a kernel, and its element i. */
#define DENSE(type, x) GLOBAL type* x, long64 x##_offset
#define AT_DENSE(x) x[x##_offset + i]

/* For the indices, below n, that fall to the caller where each group takes GROUP SPAN adjacent ones. What the loop does
 * for one index may not depend on what it does for another. */
#define EACH_OF_SPAN(i, n)                                                         \
    INDEPENDENT for (long64 i = (long64)GROUP_ID() * (GROUP * SPAN) + LOCAL_ID();  \
                     i < (n) && i < ((long64)GROUP_ID() + 1) * (GROUP * SPAN); i += GROUP)

/* The same for the indices (i0, i1, i2, i3) of a VIEW whose EXTENTS are among the parameters, in row-major order. */
#define SPLIT(i)                                                   \
    long64 i01 = (uint32)(i) / (uint32)e3, i3 = (i) - i01 * e3,    \
           i00 = (uint32)i01 / (uint32)e2, i2 = i01 - i00 * e2,    \
           i0 = (uint32)i00 / (uint32)e1, i1 = i00 - i0 * e1
#if GROUP == 1
/* A run along the last axis at a time, whose steps are a loop of their own. */
#define END_OF_SPAN(n) ((n) - GROUP_ID() * SPAN < SPAN ? (n) : (GROUP_ID() + 1) * SPAN)
#define EACH_INDEX(n)                                                                                \
    for (long64 run = (long64)GROUP_ID() * SPAN, end = END_OF_SPAN(n); run < end;                    \
         run = ((uint32)run / (uint32)e3 + 1) * (long64)e3)                                          \
        INDEPENDENT for (SPLIT(run), last = end - run < e3 - i3 ? i3 + end - run : e3; i3 < last; i3++)
#else
#define EACH_INDEX(n)   \
    EACH_OF_SPAN(i, n)  \
    for (SPLIT(i), once = 1; once; once = 0)
#endif

/* Whether the caller's group is the last of the launch to come here: true for one of them, which leaves the counter at
 * 0 for the next launch. One work-item of each group calls it. */
DEVICE int last_group(GLOBAL int* counter) {
    FENCE();
    int before = ATOMIC_ADD(counter, 1);
    if (before < GROUPS() - 1) {
        return 0;
    }
    ATOMIC_WRITE(counter, 0);
    return 1;
}

/* Notes the first index that is out of range, for the host to report: fault = {1, kernel, position, index, bound}. The
 * queue is in order, so an earlier kernel's fault is kept. */
DEVICE void note_fault(GLOBAL int* fault, int kernel_code, int position, int index, int bound) {
    if (ATOMIC_CLAIM(fault, 0, 1)) {
        fault[1] = kernel_code;
        fault[2] = position;
        fault[3] = index;
        fault[4] = bound;
    }
}
