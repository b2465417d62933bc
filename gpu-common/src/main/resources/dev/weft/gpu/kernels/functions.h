/* Functions of one ACC that several families need. Where the device's own is precise enough and fast (exp, sqrt), it
 * is used as it is; on PoCL log and erf of floats branch, and are fifty times slower than what follows. */

/* Additions in a row, at most. A longer sum is cut into blocks of so many, whose sums are CARRIED to a total with what
 * it loses by rounding beside it (TwoSum: Knuth, The Art of Computer Programming, volume 2, section 4.2.2). So no error
 * grows with the length, and no kernel needs more than its own type. */
#define BLOCK 128

#if FLOATING

#define CARRY(total, lost, block)                               \
    {                                                           \
        ACC after = (total) + (block);                          \
        ACC added = after - (total);                            \
        lost += ((total) - (after - added)) + ((block) - added);\
        total = after;                                          \
    }

/* total + lost, but where that is NaN since the total has overflowed. */
DEVICE ACC settled(ACC total, ACC lost) { return fabs(lost) < INFINITY ? total + lost : total; }

/* 1 / (1 + e^-x), without overflow: e is at most 1. */
DEVICE ACC logistic(ACC x) {
    ACC e = exp(-fabs(x));
    ACC s = 1.0f / (1.0f + e);
    return x >= 0.0f ? s : e * s;
}

/* The larger and the smaller, NaN where either is, and 0 above -0: where two equal numbers differ, they are those. */
DEVICE ACC larger(ACC a, ACC b) {
    return a > b || a != a ? a : (a == b ? FROM_BITS(TO_BITS(a) & TO_BITS(b)) : b);
}
DEVICE ACC smaller(ACC a, ACC b) {
    return a < b || a != a ? a : (a == b ? FROM_BITS(TO_BITS(a) | TO_BITS(b)) : b);
}

/* max(x, 0), NaN for NaN. */
DEVICE ACC rectified(ACC x) { return x <= 0.0f ? 0.0f : x; }

/* ln x, within 1 ulp: x = 2^e m with √½ ≤ m < √2, and ln(1 + f) = f - f²/2 + f³ (…), minimax as in Cephes' logf
 * (Moshier 1989). ln 2 in two parts, the first short enough that e times it is exact. */
#if DTYPE == F64
DEVICE double natural_log(double x) { return log(x); }
#else
DEVICE float natural_log(float x) {
    int tiny = x < 1.17549435e-38f;
    float normal = tiny ? x * 33554432.0f : x;
    int above = AS_INT(normal) - 0x3F3504F3;
    int exponent = above >> 23;
    float f = AS_FLOAT(AS_INT(normal) - exponent * 0x800000) - 1.0f;
    float e = (float)(tiny ? exponent - 25 : exponent);
    float p = 7.0376836292e-2f;
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    float z = f * f;
    float r = p * f * z - 2.12194440e-4f * e - 0.5f * z + f + 0.693359375f * e;
    r = x < INFINITY ? r : x;
    r = x == 0.0f ? -INFINITY : r;
    return x < 0.0f ? NAN : r;
}
#endif

/* max(x, 0) + ln(1 + e^-|x|) = ln(1 + e^x). */
DEVICE ACC log_one_plus_exp(ACC x) { return rectified(x) + log1p(exp(-fabs(x))); }

/* The magnitude of y, which is not of the other sign, with the sign of x. */
DEVICE ACC with_sign(ACC y, ACC x) { return FROM_BITS(TO_BITS(y) | (TO_BITS(x) & SIGN_BIT)); }

/* tanh x, within 2 ulp, and exactly ±1 from where it rounds to it (PoCL's is one ulp below, and gelu of -100 then is
 * not 0): near 0 an odd polynomial, minimax as in Cephes' tanhf, beyond it 1 - 2 / (e^2|x| + 1). For F64 by e^2|x| - 1,
 * to within 3 ulp. */
#if DTYPE == F64
DEVICE double hyperbolic_tangent(double x) {
    double t = fabs(x) > 22.0 ? 22.0 : fabs(x);
    double e = expm1(2.0 * t);
    return x == x ? with_sign(e / (e + 2.0), x) : x;
}
#else
DEVICE float hyperbolic_tangent(float x) {
    float t = fabs(x) > 10.0f ? 10.0f : fabs(x);
    float far = 1.0f - 2.0f / (exp(2.0f * t) + 1.0f);
    float z = t * t;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    float near = p * z * t + t;
    float y = t < 0.625f ? near : far;
    return x == x ? with_sign(y, x) : x;
}
#endif

/* Functions x F(x) where F rises from 0 to 1 and F(-x) = 1 - F(x): gelu, its tanh form, and silu. With a = |x| and the
 * tail t = F(-a) nothing cancels, and nothing overflows or is 0 times infinity, since a is bounded where t is 0:
 *
 *     x F(x) = max(x, 0) - a t
 *     F(x) + x F'(x) = d where x is below 0, otherwise 1 - d, with d = t - a F'(a) */
DEVICE ACC magnitude(ACC x, ACC far) { return fabs(x) > far ? far : fabs(x); }
DEVICE ACC gated(ACC x, ACC tail) { return with_sign(rectified(x) - tail, x); }
DEVICE ACC gated_slope(ACC x, ACC d) { return x < 0.0f ? d : 1.0f - d; }

/* Φ(-a), Φ the normal distribution, and φ(a), for a ≥ 0; FAR is where the first is 0.
 *
 * For F32 by e^(a²/2) Φ(-a) where a ≤ 15, minimax, fitted by Lawson's iteration. For F64 by erfc(a / √2) / 2, less its
 * slope times what the argument has lost by rounding, which the tail would magnify. */
#if DTYPE == F64
#define FAR_OF_NORMAL 39.0
DEVICE double normal_density(double a) { return 0.3989422804014327 * exp(-0.5 * a * a); }
DEVICE double normal_tail(double a) {
    double t = a * 0.7071067811865476;
    double lost = fma(a, 0.7071067811865476, -t) - a * 4.833646656726457e-17;
    return 0.5 * (erfc(t) - lost * 1.1283791670955126 * exp(-t * t));
}
#else
#define FAR_OF_NORMAL 15.0f
DEVICE float normal_ratio(float a) {
    float p = 4.153182550756437e-3f;
    p = p * a + 4.0880840255532465e-2f;
    p = p * a + 1.83968336097497e-1f;
    p = p * a + 4.3928242900927966e-1f;
    p = p * a + 5.000000031483312e-1f;
    float q = 1.0410373146348621e-2f;
    q = q * a + 1.0247918664841661e-1f;
    q = q * a + 4.714065660643776e-1f;
    q = q * a + 1.2055450786641428f;
    q = q * a + 1.6764498649139818f;
    q = q * a + 1.0f;
    return p / q;
}
#endif

/* x Φ(x), and Φ(x) + x φ(x). */
#if DTYPE == F64
DEVICE double normal_gated(double x) {
    double a = magnitude(x, FAR_OF_NORMAL);
    return gated(x, a * normal_tail(a));
}
DEVICE double normal_gated_slope(double x) {
    double a = magnitude(x, FAR_OF_NORMAL);
    /* In this order, so that it ends at -0, as it comes from below. */
    return gated_slope(x, -(a * normal_density(a) - normal_tail(a)));
}
#else
DEVICE float normal_gated(float x) {
    float a = magnitude(x, FAR_OF_NORMAL);
    return gated(x, a * normal_ratio(a) * exp(-0.5f * a * a));
}
DEVICE float normal_gated_slope(float x) {
    float a = magnitude(x, FAR_OF_NORMAL);
    return gated_slope(x, (normal_ratio(a) - 0.39894228f * a) * exp(-0.5f * a * a));
}
#endif

/* x σ(w) and its derivative, for an odd w(x) with the value w and the derivative slope at a = |x|. */
DEVICE ACC logistic_gated(ACC x, ACC a, ACC w) {
    ACC e = exp(-w);
    return gated(x, a * (e / (1.0f + e)));
}
DEVICE ACC logistic_gated_slope(ACC x, ACC a, ACC w, ACC slope) {
    ACC e = exp(-w);
    ACC rest = 1.0f / (1.0f + e);
    return gated_slope(x, e * rest * (1.0f - a * slope * rest));
}

/* Where the tails of silu and of gelu's tanh form are 0. */
#define FAR_OF_LOGISTIC (DTYPE == F64 ? REAL(760.0) : REAL(112.0))
#define FAR_OF_TANH (DTYPE == F64 ? REAL(22.0) : REAL(12.0))

/* 2 √(2/π) (a + 0.044715 a³), of whose half gelu's tanh form takes the tanh, and its derivative. */
DEVICE ACC gelu_inner(ACC a) { return a * (REAL(1.5957691216057307) + REAL(0.07135481627260025) * a * a); }
DEVICE ACC gelu_inner_slope(ACC a) { return REAL(1.5957691216057307) + REAL(0.21406444881780075) * a * a; }

/* -1, 0 or 1 by the sign of x; NaN for NaN. */
DEVICE ACC sign_of(ACC x) { return x > 0.0f ? 1.0f : (x < 0.0f ? -1.0f : x); }

/* The word that tells a gemm kernel what to do before it stores: bit 0 a bias, bits 1 and 2 the activation, and two
 * bits that only gemm_cpu knows. Those stand far from the activation: Oclgrind 21.10 does not mask the 2-bit integer
 * that a compiler may make of it, and sees whatever else is in its byte. */
#define GEMM_BIAS 1
#define GEMM_ACTIVATION(epilogue) ((epilogue) >> 1 & 3)
#define GEMM_A_PACKED (1 << 16)
#define GEMM_B_PACKED (1 << 17)

DEVICE ACC activated(int activation, ACC x) {
    switch (activation) {
        case 1:
            return rectified(x);
        case 2:
            return logistic(x);
        case 3:
            return hyperbolic_tangent(x);
        default:
            return x;
    }
}

#elif DTYPE == I64 || DTYPE == I32 /* arithmetic wraps, without the overflow that C leaves undefined */

DEVICE ACC larger(ACC a, ACC b) { return a > b ? a : b; }
DEVICE ACC smaller(ACC a, ACC b) { return a < b ? a : b; }

#endif

/* The 16 bits of F16 and BF16 as a float, exactly. */
DEVICE float half_to_float(bits16 x) {
    int size = x & 0x7FFF;
    float small = (float)size * 5.9604645e-8f; /* 2⁻²⁴, of which those below 2⁻¹⁴ are multiples */
    int large = (size << 13) + (size < 0x7C00 ? 112 : 224) * 0x800000;
    return AS_FLOAT((size < 0x400 ? AS_INT(small) : large) | ((x & 0x8000) << 16));
}
DEVICE float bfloat_to_float(bits16 x) { return AS_FLOAT((int)x << 16); }

/* And back, rounded to the nearest, ties to even. */
DEVICE bits16 float_to_half(float x) {
    int sign = AS_INT(x) >> 16 & 0x8000;
    int size = AS_INT(x) & 0x7FFFFFFF;
    int small = AS_INT(AS_FLOAT(size) + 0.5f) - 0x3F000000; /* 0.5 is of the size whose last bit is 2⁻²⁴ */
    int normal = (size - 112 * 0x800000 + 0xFFF + (size >> 13 & 1)) >> 13;
    int finite = size < 0x38800000 ? small : normal;
    return (bits16)(sign | (size > 0x7F800000 ? 0x7E00 : (size >= 0x477FF000 ? 0x7C00 : finite)));
}
DEVICE bits16 float_to_bfloat(float x) {
    int size = AS_INT(x) & 0x7FFFFFFF;
    int carry = ((size & 0xFFFF) + 0x7FFF + (size >> 16 & 1)) >> 16;
    return (bits16)(size > 0x7F800000 ? 0x7FC0 : (AS_INT(x) >> 16 & 0xFFFF) + carry);
}

/* An element as it is computed with, and what was computed as an element. */
#if DTYPE == F16
DEVICE ACC widened(T x) { return half_to_float(x); }
DEVICE T narrowed(ACC x) { return float_to_half(x); }
#elif DTYPE == BF16
DEVICE ACC widened(T x) { return bfloat_to_float(x); }
DEVICE T narrowed(ACC x) { return float_to_bfloat(x); }
#else
DEVICE ACC widened(T x) { return x; }
DEVICE T narrowed(ACC x) { return (T)x; }
#endif

/* What a product writes, C: as its operands, or with -DWIDE_C as it is computed with, rounded no more. */
#ifdef WIDE_C
typedef ACC C;
#define WIDENED_C(x) (x)
#define NARROWED_C(x) (x)
#else
typedef T C;
#define WIDENED_C(x) widened(x)
#define NARROWED_C(x) narrowed(x)
#endif
