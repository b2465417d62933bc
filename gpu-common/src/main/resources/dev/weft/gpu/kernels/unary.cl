/* y = f(x; p, q), each group on a span of elements. UnaryOp in dev.weft.backend gives the formulas.
 *
 *   NAME          dense x and y, n elements: element i at x_offset + i and y_offset + i
 *   NAME_strided  any strides: n elements in row-major order of the extents (n / (e1 e2 e3), e1, e2, e3)
 *
 * x and y may be the same view: a step writes only the element that it has read. Tuning: GROUP, SPAN. */

#if FLOATING
#define PARAMETER T
#else
#define PARAMETER long64
#endif

#define UNARY(NAME, RESULT)                                                                           \
    KERNEL(GROUP) NAME(long64 n, PARAMETER p, PARAMETER q, DENSE(const T, x_), DENSE(T, y_)) {        \
        EACH_OF_SPAN(i, n) {                                                                          \
            T x = AT_DENSE(x_);                                                                       \
            AT_DENSE(y_) = RESULT;                                                                    \
        }                                                                                             \
    }                                                                                                 \
    KERNEL(GROUP) NAME##_strided(EXTENTS, PARAMETER p, PARAMETER q, VIEW(const T, x_), VIEW(T, y_)) { \
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

UNARY(affine, p * x + q)
UNARY(neg, -x)
UNARY(abs_value, fabs(x))
UNARY(exp_value, exponential(x))
UNARY(log_value, natural_log(x))
UNARY(sqrt_value, sqrt(x))
UNARY(square, x * x)
UNARY(relu, rectified(x))
UNARY(leaky_relu, x > 0.0f ? x : p * x)
UNARY(elu, x >= 0.0f ? x : p * expm1(x))
UNARY(sigmoid, logistic(x))
UNARY(tanh_value, hyperbolic_tangent(x))
UNARY(gelu_erf, normal_gated(x))
UNARY(gelu_tanh, logistic_gated(x, magnitude(x, FAR_OF_TANH), gelu_inner(magnitude(x, FAR_OF_TANH))))
UNARY(silu, logistic_gated(x, magnitude(x, FAR_OF_LOGISTIC), magnitude(x, FAR_OF_LOGISTIC)))
UNARY(softplus, log_one_plus_exp(x))
UNARY(clamp_value, smaller(larger(x, p), q))

#else

DEVICE T negated(T x) { return (T)(0 - (UNSIGNED)x); }

UNARY(affine, (T)((ulong64)p * (ulong64)x + (ulong64)q))
UNARY(neg, negated(x))
UNARY(abs_value, x < 0 ? negated(x) : x)
UNARY(square, (T)((UNSIGNED)x * (UNSIGNED)x))
UNARY(relu, x < 0 ? 0 : x)
UNARY(clamp_value, x < p ? (T)p : (x > q ? (T)q : x))

#endif
