/* y = f(x; p, q), each group on a span of elements. UnaryOp in dev.weft.backend gives the formulas.
 *
 *   unary_NAME          dense x and y, n elements: element i at x_offset + i and y_offset + i
 *   unary_NAME_strided  any strides: n elements in row-major order of the extents (n / (e1 e2 e3), e1, e2, e3)
 *
 * NAME is the constant of UnaryOp, in lower case. x and y may be the same view: a step writes only the element that it has read. Tuning: GROUP, SPAN. */

#if FLOATING
#define PARAMETER T
#else
#define PARAMETER long64
#endif

#define UNARY(NAME, RESULT)                                                                           \
    KERNEL(GROUP) unary_##NAME(long64 n, PARAMETER p, PARAMETER q, DENSE(const T, x_), DENSE(T, y_)) {        \
        EACH_OF_SPAN(i, n) {                                                                          \
            T x = AT_DENSE(x_);                                                                       \
            AT_DENSE(y_) = RESULT;                                                                    \
        }                                                                                             \
    }                                                                                                 \
    KERNEL(GROUP) unary_##NAME##_strided(EXTENTS, PARAMETER p, PARAMETER q, VIEW(const T, x_), VIEW(T, y_)) { \
        EACH_INDEX(n) {                                                                               \
            T x = AT(x_);                                                                             \
            AT(y_) = RESULT;                                                                          \
        }                                                                                             \
    }

#if FLOATING

#if DTYPE == F64
/* e^x. PoCL's exp is infinite a little below where e^x is: from there on by e^(x-1), times e in two parts. */
DEVICE T exponential(T x) {
    if (!(x > 709.7827)) { return exp(x); }
    T y = exp(x - 1.0);
    return fma(y, 2.718281828459045, y * 1.4456468917292502e-16);
}
#else
#define exponential exp
#endif

/* log₂ x and log₁₀ x, by the natural logarithm where the device's own is slow; powers of two are exact. */
#if DTYPE == F64
DEVICE double binary_log(double x) { return log2(x); }
DEVICE double decimal_log(double x) { return log10(x); }
#else
DEVICE float binary_log(float x) {
    int tiny = x < 1.17549435e-38f;
    float normal = tiny ? x * 33554432.0f : x;
    int exponent = (AS_INT(normal) - 0x3F3504F3) >> 23;
    float m = AS_FLOAT(AS_INT(normal) - exponent * 0x800000);
    float e = (float)(tiny ? exponent - 25 : exponent);
    return x > 0.0f && x < INFINITY ? e + natural_log(m) * 1.44269504f : natural_log(x);
}
DEVICE float decimal_log(float x) { return natural_log(x) * 0.434294482f; }
#endif

/* tanh(ln(1 + e)) = ((1 + e)² - 1) / ((1 + e)² + 1) with e = e^x, where nothing cancels. */
DEVICE T tanh_of_softplus(T x) {
    T e = exp(smaller(x, 40.0f));
    T n = e * (e + 2.0f);
    return n / (n + 2.0f);
}

/* erf x and erfc x. For F32, e^x² erfc x is Φ's ratio, and about 0 erf is an odd polynomial. */
#if DTYPE == F64
DEVICE double error_function(double x) { return erf(x); }
DEVICE double error_rest(double x) { return erfc(x); }
#else
/* erfc a, for a ≥ 0; with a² in two parts, as its rounding would be magnified by a². */
DEVICE float error_tail(float x) {
    float a = x > 10.5f ? 10.5f : x;
    float square = a * a;
    float rest = fma(a, a, -square);
    return 2.0f * normal_ratio(1.41421356f * a) * (exp(-square) * (1.0f - rest));
}
DEVICE float error_function(float x) {
    float a = fabs(x);
    float z = a * a;
    float p = -0.000675647957f;
    p = p * z + 0.00511533211f;
    p = p * z - 0.0268351146f;
    p = p * z + 0.112833865f;
    p = p * z - 0.376126195f;
    p = p * z + 1.12837917f;
    float near = a * p;
    float y = a < 0.75f ? near : 1.0f - error_tail(a);
    return x == x ? with_sign(y, x) : x;
}
DEVICE float error_rest(float x) {
    float tail = error_tail(fabs(x));
    return x == x ? (x < 0.0f ? 2.0f - tail : tail) : x;
}
#endif

UNARY(affine, p * x + q)
UNARY(neg, -x)
UNARY(abs, fabs(x))
UNARY(exp, exponential(x))
UNARY(log, natural_log(x))
UNARY(sqrt, sqrt(x))
UNARY(square, x * x)
UNARY(relu, rectified(x))
UNARY(leaky_relu, x > 0.0f ? x : p * x)
UNARY(elu, x >= 0.0f ? x : p * expm1(x))
UNARY(sigmoid, logistic(x))
UNARY(tanh, hyperbolic_tangent(x))
UNARY(gelu_erf, normal_gated(x))
UNARY(gelu_tanh, logistic_gated(x, magnitude(x, FAR_OF_TANH), gelu_inner(magnitude(x, FAR_OF_TANH))))
UNARY(silu, logistic_gated(x, magnitude(x, FAR_OF_LOGISTIC), magnitude(x, FAR_OF_LOGISTIC)))
UNARY(softplus, log_one_plus_exp(x))
UNARY(clamp, smaller(larger(x, p), q))
UNARY(sin, sin(x))
UNARY(cos, cos(x))
UNARY(tan, tan(x))
UNARY(asin, asin(x))
UNARY(acos, acos(x))
UNARY(atan, atan(x))
UNARY(sinh, sinh(x))
UNARY(cosh, cosh(x))
UNARY(asinh, asinh(x))
UNARY(acosh, acosh(x))
UNARY(atanh, atanh(x))
UNARY(expm1, expm1(x))
UNARY(log1p, log1p(x))
UNARY(log2, binary_log(x))
UNARY(log10, decimal_log(x))
UNARY(exp2, exp2(x))
UNARY(rsqrt, 1.0f / sqrt(x))
UNARY(reciprocal, 1.0f / x)
UNARY(erf, error_function(x))
UNARY(erfc, error_rest(x))
UNARY(floor, floor(x))
UNARY(ceil, ceil(x))
UNARY(round, rint(x))
UNARY(trunc, trunc(x))
UNARY(sign, sign_of(x))
UNARY(hard_sigmoid, larger(smaller(x * REAL(0.16666666666666666) + 0.5f, 1.0f), 0.0f))
UNARY(hard_swish, x <= -3.0f ? -0.0f : (x >= 3.0f ? x : x * (x + 3.0f) * REAL(0.16666666666666666)))
UNARY(mish, larger(x, -FAR_OF_LOGISTIC) * tanh_of_softplus(x))
UNARY(selu, REAL(1.0507009873554805) * (x >= 0.0f ? x : REAL(1.6732632423543772) * expm1(x)))
UNARY(celu, x >= 0.0f ? x : p * expm1(x / p))
UNARY(softsign, fabs(x) < INFINITY ? x / (1.0f + fabs(x)) : sign_of(x))
UNARY(log_sigmoid, -log_one_plus_exp(-x))

#else

DEVICE T negated(T x) { return (T)(0 - (UNSIGNED)x); }

UNARY(affine, (T)((ulong64)p * (ulong64)x + (ulong64)q))
UNARY(neg, negated(x))
UNARY(abs, x < 0 ? negated(x) : x)
UNARY(square, (T)((UNSIGNED)x * (UNSIGNED)x))
UNARY(relu, x < 0 ? 0 : x)
UNARY(clamp, x < p ? (T)p : (x > q ? (T)q : x))
UNARY(floor, x)
UNARY(ceil, x)
UNARY(round, x)
UNARY(trunc, x)
UNARY(sign, (T)((x > 0) - (x < 0)))

#endif
