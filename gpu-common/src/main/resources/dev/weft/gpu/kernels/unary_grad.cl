/* dx = dy f'(x), each group on a span of elements; x and y = f(x) from the forward pass. UnaryOp in dev.weft.backend
 * gives the formulas. Where the gradient is another family's function (of affine, neg, exp and log), there is no
 * kernel here.
 *
 *   NAME          dense operands, n elements
 *   NAME_strided  any strides: n elements in row-major order of the extents
 *
 * relu, sigmoid and tanh read y only. dx may be the same view as any input. Tuning: GROUP, SPAN. */

#define UNARY_GRAD(NAME, SLOPE)                                                                           \
    KERNEL(GROUP) NAME(long64 n, float p, float q, DENSE(const float, x_), DENSE(const float, y_),        \
                       DENSE(const float, dy_), DENSE(float, dx_)) {                                      \
        EACH_OF_SPAN(i, n) {                                                                              \
            float x = AT_DENSE(x_);                                                                       \
            float y = AT_DENSE(y_);                                                                       \
            float dy = AT_DENSE(dy_);                                                                     \
            AT_DENSE(dx_) = SLOPE(dy, x, y, p, q);                                                        \
        }                                                                                                 \
    }                                                                                                     \
    KERNEL(GROUP) NAME##_strided(EXTENTS, float p, float q, VIEW(const float, x_), VIEW(const float, y_), \
                                 VIEW(const float, dy_), VIEW(float, dx_)) {                              \
        EACH_INDEX(n) {                                                                                   \
            float x = AT(x_);                                                                             \
            float y = AT(y_);                                                                             \
            float dy = AT(dy_);                                                                           \
            AT(dx_) = SLOPE(dy, x, y, p, q);                                                              \
        }                                                                                                 \
    }

DEVICE float abs_slope(float dy, float x, float y, float p, float q) { return dy * sign_of(x); }
DEVICE float sqrt_slope(float dy, float x, float y, float p, float q) { return dy / (2.0f * y); }
DEVICE float square_slope(float dy, float x, float y, float p, float q) { return dy * x * 2.0f; }
DEVICE float relu_slope(float dy, float x, float y, float p, float q) { return y > 0.0f ? dy : 0.0f * dy; }
DEVICE float leaky_relu_slope(float dy, float x, float y, float p, float q) { return x > 0.0f ? dy : p * dy; }
DEVICE float elu_slope(float dy, float x, float y, float p, float q) { return x > 0.0f ? dy : dy * (p * exp(x)); }
DEVICE float sigmoid_slope(float dy, float x, float y, float p, float q) { return dy * (y * (1.0f - y)); }
DEVICE float tanh_slope(float dy, float x, float y, float p, float q) { return dy * (1.0f - y * y); }
DEVICE float softplus_slope(float dy, float x, float y, float p, float q) { return dy * logistic(x); }
DEVICE float clamp_slope(float dy, float x, float y, float p, float q) { return x >= p && x <= q ? dy : 0.0f * dy; }

DEVICE float gelu_erf_slope(float dy, float x, float y, float p, float q) { return dy * normal_gated_slope(x); }
DEVICE float gelu_tanh_slope(float dy, float x, float y, float p, float q) {
    float a = magnitude(x, 12.0f);
    return dy * logistic_gated_slope(x, a, gelu_inner(a), gelu_inner_slope(a));
}
DEVICE float silu_slope(float dy, float x, float y, float p, float q) {
    float a = magnitude(x, 112.0f);
    return dy * logistic_gated_slope(x, a, a, 1.0f);
}

UNARY_GRAD(abs_grad, abs_slope)
UNARY_GRAD(sqrt_grad, sqrt_slope)
UNARY_GRAD(square_grad, square_slope)
UNARY_GRAD(relu_grad, relu_slope)
UNARY_GRAD(leaky_relu_grad, leaky_relu_slope)
UNARY_GRAD(elu_grad, elu_slope)
UNARY_GRAD(sigmoid_grad, sigmoid_slope)
UNARY_GRAD(tanh_grad, tanh_slope)
UNARY_GRAD(gelu_erf_grad, gelu_erf_slope)
UNARY_GRAD(gelu_tanh_grad, gelu_tanh_slope)
UNARY_GRAD(silu_grad, silu_slope)
UNARY_GRAD(softplus_grad, softplus_slope)
UNARY_GRAD(clamp_grad, clamp_slope)
