/* Functions of one float that several families need. Where the device's own is precise enough and fast (exp, sqrt), it
 * is used as it is; on PoCL log and erf branch, and are fifty times slower than what follows. */

/* Additions in a row, at most. A longer sum is cut into blocks of so many, whose sums are CARRIED to a total with what
 * it loses by rounding beside it (TwoSum: Knuth, The Art of Computer Programming, volume 2, section 4.2.2). So no error
 * grows with the length, and no kernel needs double. */
#define BLOCK 128
#define CARRY(total, lost, block)                               \
    {                                                           \
        float after = (total) + (block);                        \
        float added = after - (total);                          \
        lost += ((total) - (after - added)) + ((block) - added);\
        total = after;                                          \
    }

/* total + lost, but where that is NaN since the total has overflowed. */
DEVICE float settled(float total, float lost) { return fabs(lost) < INFINITY ? total + lost : total; }

/* 1 / (1 + e^-x), without overflow: e is at most 1. */
DEVICE float logistic(float x) {
    float e = exp(-fabs(x));
    float s = 1.0f / (1.0f + e);
    return x >= 0.0f ? s : e * s;
}

/* The larger and the smaller, NaN where either is, and 0 above -0: where two equal floats differ, they are those. */
DEVICE float larger(float a, float b) {
    return a > b || a != a ? a : (a == b ? AS_FLOAT(AS_INT(a) & AS_INT(b)) : b);
}
DEVICE float smaller(float a, float b) {
    return a < b || a != a ? a : (a == b ? AS_FLOAT(AS_INT(a) | AS_INT(b)) : b);
}

/* max(x, 0), NaN for NaN. */
DEVICE float rectified(float x) { return x <= 0.0f ? 0.0f : x; }

/* ln x, within 1 ulp: x = 2^e m with √½ ≤ m < √2, and ln(1 + f) = f - f²/2 + f³ (…), minimax as in Cephes' logf
 * (Moshier 1989). ln 2 in two parts, the first short enough that e times it is exact. */
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

/* max(x, 0) + ln(1 + e^-|x|) = ln(1 + e^x). */
DEVICE float log_one_plus_exp(float x) { return rectified(x) + log1p(exp(-fabs(x))); }

/* The magnitude of y, which is not of the other sign, with the sign of x. */
DEVICE float with_sign(float y, float x) { return AS_FLOAT(AS_INT(y) | (AS_INT(x) & (-2147483647 - 1))); }

/* tanh x, within 2 ulp, and exactly ±1 from where it rounds to it (PoCL's is one ulp below, and gelu of -100 then is
 * not 0): near 0 an odd polynomial, minimax as in Cephes' tanhf, beyond it 1 - 2 / (e^2|x| + 1). */
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

/* Functions x F(x) where F rises from 0 to 1 and F(-x) = 1 - F(x): gelu, its tanh form, and silu. With a = |x| and the
 * tail t = F(-a) nothing cancels, and nothing overflows or is 0 times infinity, since a is bounded where t is 0:
 *
 *     x F(x) = max(x, 0) - a t
 *     F(x) + x F'(x) = d where x is below 0, otherwise 1 - d, with d = t - a F'(a) */
DEVICE float magnitude(float x, float far) { return fabs(x) > far ? far : fabs(x); }
DEVICE float gated(float x, float tail) { return with_sign(rectified(x) - tail, x); }
DEVICE float gated_slope(float x, float d) { return x < 0.0f ? d : 1.0f - d; }

/* e^(a²/2) Φ(-a) for 0 ≤ a ≤ 15, Φ the normal distribution: minimax, fitted by Lawson's iteration. */
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

/* x Φ(x), and Φ(x) + x φ(x). */
DEVICE float normal_gated(float x) {
    float a = magnitude(x, 15.0f);
    return gated(x, a * normal_ratio(a) * exp(-0.5f * a * a));
}
DEVICE float normal_gated_slope(float x) {
    float a = magnitude(x, 15.0f);
    return gated_slope(x, (normal_ratio(a) - 0.39894228f * a) * exp(-0.5f * a * a));
}

/* x σ(w) and its derivative, for an odd w(x) with the value w and the derivative slope at a = |x|. */
DEVICE float logistic_gated(float x, float a, float w) {
    float e = exp(-w);
    return gated(x, a * (e / (1.0f + e)));
}
DEVICE float logistic_gated_slope(float x, float a, float w, float slope) {
    float e = exp(-w);
    float rest = 1.0f / (1.0f + e);
    return gated_slope(x, e * rest * (1.0f - a * slope * rest));
}

/* 2 √(2/π) (a + 0.044715 a³), of whose half gelu's tanh form takes the tanh, and its derivative. */
DEVICE float gelu_inner(float a) { return a * (1.5957691f + 0.071354816f * a * a); }
DEVICE float gelu_inner_slope(float a) { return 1.5957691f + 0.21406445f * a * a; }

/* -1, 0 or 1 by the sign of x; NaN for NaN. */
DEVICE float sign_of(float x) { return x > 0.0f ? 1.0f : (x < 0.0f ? -1.0f : x); }

/* The word that tells a gemm kernel what to do before it stores: bit 0 a bias, bits 1 and 2 the activation, and two
 * bits that only gemm_cpu knows. Those stand far from the activation: Oclgrind 21.10 does not mask the 2-bit integer
 * that a compiler may make of it, and sees whatever else is in its byte. */
#define GEMM_BIAS 1
#define GEMM_ACTIVATION(epilogue) ((epilogue) >> 1 & 3)
#define GEMM_A_PACKED (1 << 16)
#define GEMM_B_PACKED (1 << 17)

DEVICE float activated(int activation, float x) {
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
