/* y = x, converted: a program for each type that x can have (DTYPE; of BOOL it is U8), and in it a kernel for each that
 * y can have. KernelCall.Copy gives the rules. Each group on a span of elements.
 *
 *   to_TYPE          dense operands, n elements
 *   to_TYPE_strided  any strides: n elements in row-major order of the extents
 *
 * Tuning: GROUP, SPAN. */

#define CONVERT(NAME, TY, RESULT)                                               \
    KERNEL(GROUP) NAME(long64 n, DENSE(const T, x_), DENSE(TY, y_)) {           \
        EACH_OF_SPAN(i, n) {                                                    \
            ACC x = widened(AT_DENSE(x_));                                      \
            AT_DENSE(y_) = RESULT;                                              \
        }                                                                       \
    }                                                                           \
    KERNEL(GROUP) NAME##_strided(EXTENTS, VIEW(const T, x_), VIEW(TY, y_)) {    \
        EACH_INDEX(n) {                                                         \
            ACC x = widened(AT(x_));                                            \
            AT(y_) = RESULT;                                                    \
        }                                                                       \
    }

/* A number as a float that can be rounded once more: where it is between two floats, the one whose last bit is 1. */
#if FLOATING && DTYPE != F64
DEVICE float sticky(ACC x) { return x; }
#else
DEVICE float sticky(ACC x) {
    float near = (float)x;
#if DTYPE == F64
    int lost = near != x && x == x;
    int beyond = fabs((double)near) > fabs(x);
#else
    int beyond_all = near >= 9223372036854775808.0f;
    long64 back = beyond_all ? 0 : (long64)near;
    int lost = beyond_all || back != x;
    int beyond = beyond_all || (x < 0 ? back < x : back > x);
#endif
    return AS_FLOAT(lost ? (AS_INT(near) - beyond) | 1 : AS_INT(near));
}
#endif

#if FLOATING

/* Truncated; saturates, and NaN gives 0. */
DEVICE int to_int(ACC x, int least, int most) {
    if (x >= most) {
        return most;
    }
    if (x <= least) {
        return least;
    }
    return x == x ? (int)x : 0;
}
DEVICE long64 to_long(ACC x) {
    if (x >= 9223372036854775808.0f) {
        return 9223372036854775807;
    }
    if (x <= -9223372036854775808.0f) {
        return -9223372036854775807 - 1;
    }
    return x == x ? (long64)x : 0;
}

#else

#define to_int(x, least, most) (x)
#define to_long(x) (x)

#endif

#if defined(HAS_F64) && DTYPE != F64
CONVERT(to_f64, double, (double)x)
#endif
#if DTYPE != F32
CONVERT(to_f32, float, (float)x)
#endif
#if DTYPE != F16
CONVERT(to_f16, bits16, float_to_half(sticky(x)))
#endif
#if DTYPE != BF16
CONVERT(to_bf16, bits16, float_to_bfloat(sticky(x)))
#endif
#if DTYPE != I64
CONVERT(to_i64, long64, to_long(x))
#endif
#if DTYPE != I32
CONVERT(to_i32, int, (int)to_int(x, -2147483647 - 1, 2147483647))
#endif
#if DTYPE != U8
CONVERT(to_u8, unsigned8, (unsigned8)to_int(x, 0, 255))
#endif
#if DTYPE != I8
CONVERT(to_i8, signed8, (signed8)to_int(x, -128, 127))
#endif
CONVERT(to_bool, unsigned8, x != 0)
