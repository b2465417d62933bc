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
DEVICE float sqrt_slope(float dy, float x, float y, float p, float q) { return 0.5f * dy / y; }
DEVICE float square_slope(float dy, float x, float y, float p, float q) { return 2.0f * dy * x; }
DEVICE float relu_slope(float dy, float x, float y, float p, float q) { return y > 0.0f ? dy : 0.0f * dy; }
DEVICE float leaky_relu_slope(float dy, float x, float y, float p, float q) { return x > 0.0f ? dy : p * dy; }
DEVICE float elu_slope(float dy, float x, float y, float p, float q) { return x > 0.0f ? dy : dy * (p * exp(x)); }
DEVICE float sigmoid_slope(float dy, float x, float y, float p, float q) { return dy * (y * (1.0f - y)); }
DEVICE float tanh_slope(float dy, float x, float y, float p, float q) { return dy * (1.0f - y * y); }
DEVICE float softplus_slope(float dy, float x, float y, float p, float q) { return dy * logistic(x); }
DEVICE float clamp_slope(float dy, float x, float y, float p, float q) { return x >= p && x <= q ? dy : 0.0f * dy; }

/* Φ(x) + x φ(x). */
DEVICE float gelu_erf_derivative(float x) { return normal_cdf(x) + 0.39894228f * x * exp(-0.5f * x * x); }
DEVICE float gelu_erf_slope(float dy, float x, float y, float p, float q) { return dy * gelu_erf_derivative(x); }

/* (1 + t) / 2 + x (1 - t²) inner' / 2 with t = hyperbolic_tangent(inner). */
DEVICE float gelu_tanh_derivative(float x) {
    float t = hyperbolic_tangent(gelu_inner(x));
    float slope = 0.79788456f + 0.10703222f * x * x;
    return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * slope;
}
DEVICE float gelu_tanh_slope(float dy, float x, float y, float p, float q) { return dy * gelu_tanh_derivative(x); }

/* σ(x) (1 + x (1 - σ(x))), with 1 - σ(x) = σ(-x). */
DEVICE float silu_derivative(float x) { return logistic(x) * (1.0f + x * logistic(-x)); }
DEVICE float silu_slope(float dy, float x, float y, float p, float q) { return dy * silu_derivative(x); }

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
