/* l = f(x, t; p) for a prediction x and a target t, and dx = dl ∂f/∂x; each group on a span of
 * elements. LossOp in dev.weft.backend gives the formulas.
 *
 *   NAME, NAME_grad  dense operands, n elements; ..._strided: any strides, row-major order of the extents
 *
 * Tuning: GROUP, SPAN. */

#define LOSS(NAME, VALUE, SLOPE)                                                                              \
    KERNEL(GROUP) NAME(long64 n, float p, DENSE(const float, x_), DENSE(const float, t_), DENSE(float, l_)) { \
        EACH_OF_SPAN(i, n) {                                                                                  \
            float x = AT_DENSE(x_);                                                                           \
            float t = AT_DENSE(t_);                                                                           \
            AT_DENSE(l_) = VALUE(x, t, p);                                                                    \
        }                                                                                                     \
    }                                                                                                         \
    KERNEL(GROUP) NAME##_strided(EXTENTS, float p, VIEW(const float, x_), VIEW(const float, t_),              \
                                 VIEW(float, l_)) {                                                           \
        EACH_INDEX(n) {                                                                                       \
            float x = AT(x_);                                                                                 \
            float t = AT(t_);                                                                                 \
            AT(l_) = VALUE(x, t, p);                                                                          \
        }                                                                                                     \
    }                                                                                                         \
    KERNEL(GROUP) NAME##_grad(long64 n, float p, DENSE(const float, x_), DENSE(const float, t_),              \
                              DENSE(const float, dl_), DENSE(float, dx_)) {                                   \
        EACH_OF_SPAN(i, n) {                                                                                  \
            float x = AT_DENSE(x_);                                                                           \
            float t = AT_DENSE(t_);                                                                           \
            AT_DENSE(dx_) = SLOPE(AT_DENSE(dl_), x, t, p);                                                   \
        }                                                                                                     \
    }                                                                                                         \
    KERNEL(GROUP) NAME##_grad_strided(EXTENTS, float p, VIEW(const float, x_), VIEW(const float, t_),         \
                                      VIEW(const float, dl_), VIEW(float, dx_)) {                             \
        EACH_INDEX(n) {                                                                                       \
            float x = AT(x_);                                                                                 \
            float t = AT(t_);                                                                                 \
            AT(dx_) = SLOPE(AT(dl_), x, t, p);                                                               \
        }                                                                                                     \
    }

/* Here and below, x - t by halves, where it may be infinite and the result is not. */
DEVICE float squared_error_value(float x, float t, float p) { return (x - t) * (x - t); }
DEVICE float squared_error_slope(float dl, float x, float t, float p) {
    return (0.5f * x - 0.5f * t) * dl * 4.0f;
}

DEVICE float absolute_error_value(float x, float t, float p) { return fabs(x - t); }
DEVICE float absolute_error_slope(float dl, float x, float t, float p) { return dl * sign_of(x - t); }

DEVICE float huber_value(float x, float t, float p) {
    float halved = fabs(0.5f * x - 0.5f * t);
    float d = halved + halved;
    return d <= p ? 0.5f * d * d : 2.0f * p * (halved - 0.25f * p);
}
DEVICE float huber_slope(float dl, float x, float t, float p) {
    float d = x - t;
    return dl * (d < -p ? -p : (d > p ? p : d));
}

/* A logarithm, at least -100; NaN for NaN. Losses are taken from 0: one of 0 is not -0. */
DEVICE float bounded_log(float ln) { return ln < -100.0f ? -100.0f : ln; }
DEVICE float binary_cross_entropy_value(float x, float t, float p) {
    return 0.0f - (t * bounded_log(natural_log(x)) + (1.0f - t) * bounded_log(natural_log(1.0f - x)));
}
DEVICE float binary_cross_entropy_slope(float dl, float x, float t, float p) {
    float variance = x * (1.0f - x);
    return dl * ((x - t) / (variance < 1e-12f ? 1e-12f : variance));
}

DEVICE float binary_cross_entropy_logits_value(float x, float t, float p) {
    return rectified(x) - x * t + log1p(exp(-fabs(x)));
}
DEVICE float binary_cross_entropy_logits_slope(float dl, float x, float t, float p) { return dl * (logistic(x) - t); }

DEVICE float categorical_cross_entropy_value(float x, float t, float p) {
    return 0.0f - t * natural_log(x < 1e-7f ? 1e-7f : x);
}
DEVICE float categorical_cross_entropy_slope(float dl, float x, float t, float p) {
    return dl * (x >= 1e-7f ? -t / x : (x == x ? 0.0f : x));
}

LOSS(squared_error, squared_error_value, squared_error_slope)
LOSS(absolute_error, absolute_error_value, absolute_error_slope)
LOSS(huber, huber_value, huber_slope)
LOSS(binary_cross_entropy, binary_cross_entropy_value, binary_cross_entropy_slope)
LOSS(binary_cross_entropy_logits, binary_cross_entropy_logits_value, binary_cross_entropy_logits_slope)
LOSS(categorical_cross_entropy, categorical_cross_entropy_value, categorical_cross_entropy_slope)
