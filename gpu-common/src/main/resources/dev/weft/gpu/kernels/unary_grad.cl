/* dx = dy f'(x), each group on a span of elements; x and y = f(x) from the forward pass. UnaryOp in dev.weft.backend
 * gives the formulas. Where the gradient is another family's function (of affine, neg, exp and log), there is no
 * kernel here.
 *
 *   unary_grad_NAME          dense operands, n elements
 *   unary_grad_NAME_strided  any strides: n elements in row-major order of the extents
 *
 * NAME is the constant of UnaryOp, in lower case. relu, sigmoid and tanh read y only. dx may be the same view as any input. Tuning: GROUP, SPAN. */

#define UNARY_GRAD(NAME)                                                            \
    KERNEL(GROUP) unary_grad_##NAME(long64 n, T p, T q, DENSE(const T, x_), DENSE(const T, y_),         \
                       DENSE(const T, dy_), DENSE(T, dx_)) {                               \
        EACH_OF_SPAN(i, n) {                                                               \
            T x = AT_DENSE(x_);                                                            \
            T y = AT_DENSE(y_);                                                            \
            T dy = AT_DENSE(dy_);                                                          \
            AT_DENSE(dx_) = NAME##_slope(dy, x, y, p, q);                                         \
        }                                                                                  \
    }                                                                                      \
    KERNEL(GROUP) unary_grad_##NAME##_strided(EXTENTS, T p, T q, VIEW(const T, x_), VIEW(const T, y_),  \
                                 VIEW(const T, dy_), VIEW(T, dx_)) {                       \
        EACH_INDEX(n) {                                                                    \
            T x = AT(x_);                                                                  \
            T y = AT(y_);                                                                  \
            T dy = AT(dy_);                                                                \
            AT(dx_) = NAME##_slope(dy, x, y, p, q);                                               \
        }                                                                                  \
    }

DEVICE T abs_slope(T dy, T x, T y, T p, T q) { return dy * sign_of(x); }
DEVICE T sqrt_slope(T dy, T x, T y, T p, T q) { return dy / (2.0f * y); }
DEVICE T square_slope(T dy, T x, T y, T p, T q) { return dy * x * 2.0f; }
DEVICE T relu_slope(T dy, T x, T y, T p, T q) { return y > 0.0f ? dy : 0.0f * dy; }
DEVICE T leaky_relu_slope(T dy, T x, T y, T p, T q) { return x > 0.0f ? dy : p * dy; }
DEVICE T elu_slope(T dy, T x, T y, T p, T q) { return x > 0.0f ? dy : dy * (p * exp(x)); }
DEVICE T sigmoid_slope(T dy, T x, T y, T p, T q) { return dy * (y * (1.0f - y)); }
DEVICE T tanh_slope(T dy, T x, T y, T p, T q) { return dy * (1.0f - y * y); }
DEVICE T softplus_slope(T dy, T x, T y, T p, T q) { return dy * logistic(x); }
DEVICE T clamp_slope(T dy, T x, T y, T p, T q) { return x >= p && x <= q ? dy : 0.0f * dy; }

DEVICE T gelu_erf_slope(T dy, T x, T y, T p, T q) { return dy * normal_gated_slope(x); }
DEVICE T gelu_tanh_slope(T dy, T x, T y, T p, T q) {
    T a = magnitude(x, FAR_OF_TANH);
    return dy * logistic_gated_slope(x, a, gelu_inner(a), gelu_inner_slope(a));
}
DEVICE T silu_slope(T dy, T x, T y, T p, T q) {
    T a = magnitude(x, FAR_OF_LOGISTIC);
    return dy * logistic_gated_slope(x, a, a, 1.0f);
}

UNARY_GRAD(abs)
UNARY_GRAD(sqrt)
UNARY_GRAD(square)
UNARY_GRAD(relu)
UNARY_GRAD(leaky_relu)
UNARY_GRAD(elu)
UNARY_GRAD(sigmoid)
UNARY_GRAD(tanh)
UNARY_GRAD(gelu_erf)
UNARY_GRAD(gelu_tanh)
UNARY_GRAD(silu)
UNARY_GRAD(softplus)
UNARY_GRAD(clamp)
