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

/* 2/√π ∫₀ˣ e^(-t²) dt, within 2 ulp: an odd polynomial near 0, 1 - e^q beyond; both minimax, N. Juffa's. */
DEVICE float error_function(float x) {
    float t = fabs(x) > 10.0f ? 10.0f : fabs(x);
    float s = t * t;
    float q = -1.72853470e-5f;
    q = q * t + 3.83197126e-4f;
    q = q * t - 3.88396438e-3f;
    q = q * t + 2.42546219e-2f;
    q = q * t - 1.06777877e-1f;
    q = q * t - 6.34846687e-1f;
    q = q * t - 1.28717512e-1f;
    float far = 1.0f - exp(q * t - t);
    float r = -5.96761703e-4f;
    r = r * s + 4.99119423e-3f;
    r = r * s - 2.67681349e-2f;
    r = r * s + 1.12819925e-1f;
    r = r * s - 3.76125336e-1f;
    r = r * s + 1.28379166e-1f;
    float near = r * x + x;
    float y = t > 0.927734375f ? (x < 0.0f ? -far : far) : near;
    return x == x ? y : x;
}

/* tanh x, within 2 ulp, and exactly ±1 from where it rounds to it (PoCL's is one ulp below, and gelu of -100 then is
 * not 0): near 0 an odd polynomial, minimax as in Cephes' tanhf, beyond it 1 - 2 / (e^2|x| + 1). */
DEVICE float hyperbolic_tangent(float x) {
    float t = fabs(x) > 10.0f ? 10.0f : fabs(x);
    float far = 1.0f - 2.0f / (exp(2.0f * t) + 1.0f);
    float z = x * x;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    float near = p * z * x + x;
    float y = t < 0.625f ? near : (x < 0.0f ? -far : far);
    return x == x ? y : x;
}

/* Φ(x) = (1 + erf(x / √2)) / 2, the normal distribution. */
DEVICE float normal_cdf(float x) { return 0.5f * error_function(0.70710678f * x) + 0.5f; }

/* √(2/π) (x + 0.044715 x³), the argument of gelu's tanh form. */
DEVICE float gelu_inner(float x) { return 0.79788456f * x * (1.0f + 0.044715f * x * x); }

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
