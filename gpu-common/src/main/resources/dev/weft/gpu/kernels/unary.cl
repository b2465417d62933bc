/* y = f(x; p, q), each group on a span of elements. UnaryOp in dev.weft.backend gives the formulas.
 *
 *   NAME          dense x and y, n elements: element i at x_offset + i and y_offset + i
 *   NAME_strided  any strides: n elements in row-major order of the extents (n / (e1 e2 e3), e1, e2, e3)
 *
 * x and y may be the same view: a step writes only the element that it has read. Tuning: GROUP, SPAN. */

#define UNARY(NAME, T, PARAMETER, RESULT)                                                             \
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

/* Wraps, as all arithmetic of I32 does, without the overflow that C leaves undefined. */
DEVICE int square_wrapped(int x) { return (int)((uint32)x * (uint32)x); }
DEVICE int negated(int x) { return (int)(0u - (uint32)x); }

UNARY(affine, float, float, p * x + q)
UNARY(neg, float, float, -x)
UNARY(abs_value, float, float, fabs(x))
UNARY(exp_value, float, float, exp(x))
UNARY(log_value, float, float, natural_log(x))
UNARY(sqrt_value, float, float, sqrt(x))
UNARY(square, float, float, x * x)
UNARY(relu, float, float, rectified(x))
UNARY(leaky_relu, float, float, x > 0.0f ? x : p * x)
UNARY(elu, float, float, x >= 0.0f ? x : p * expm1(x))
UNARY(sigmoid, float, float, logistic(x))
UNARY(tanh_value, float, float, hyperbolic_tangent(x))
UNARY(gelu_erf, float, float, normal_gated(x))
UNARY(gelu_tanh, float, float, logistic_gated(x, magnitude(x, 12.0f), gelu_inner(magnitude(x, 12.0f))))
UNARY(silu, float, float, logistic_gated(x, magnitude(x, 112.0f), magnitude(x, 112.0f)))
UNARY(softplus, float, float, log_one_plus_exp(x))
UNARY(clamp_value, float, float, smaller(larger(x, p), q))

UNARY(affine_i32, int, long64, (int)(p * x + q))
UNARY(neg_i32, int, long64, negated(x))
UNARY(abs_i32, int, long64, x < 0 ? negated(x) : x)
UNARY(square_i32, int, long64, square_wrapped(x))
UNARY(relu_i32, int, long64, x < 0 ? 0 : x)
UNARY(clamp_i32, int, long64, x < p ? (int)p : (x > q ? (int)q : x))
