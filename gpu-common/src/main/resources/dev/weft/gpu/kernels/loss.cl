/* l = f(x, t; p) for a prediction x and a target t, and dx = dl ∂f/∂x; each group on a span of
 * elements. LossOp in dev.weft.backend gives the formulas.
 *
 *   loss_NAME, loss_NAME_grad  dense operands, n elements; ..._strided: any strides, row-major order of the extents
 *
 * Tuning: GROUP, SPAN. */

#define LOSS(NAME)                                                               \
    KERNEL(GROUP) loss_##NAME(long64 n, T p, DENSE(const T, x_), DENSE(const T, t_), DENSE(T, l_)) {  \
        EACH_OF_SPAN(i, n) {                                                                   \
            T x = AT_DENSE(x_);                                                                \
            T t = AT_DENSE(t_);                                                                \
            AT_DENSE(l_) = NAME##_value(x, t, p);                                                     \
        }                                                                                      \
    }                                                                                          \
    KERNEL(GROUP) loss_##NAME##_strided(EXTENTS, T p, VIEW(const T, x_), VIEW(const T, t_),           \
                                 VIEW(T, l_)) {                                                \
        EACH_INDEX(n) {                                                                        \
            T x = AT(x_);                                                                      \
            T t = AT(t_);                                                                      \
            AT(l_) = NAME##_value(x, t, p);                                                           \
        }                                                                                      \
    }                                                                                          \
    KERNEL(GROUP) loss_##NAME##_grad(long64 n, T p, DENSE(const T, x_), DENSE(const T, t_),           \
                              DENSE(const T, dl_), DENSE(T, dx_)) {                            \
        EACH_OF_SPAN(i, n) {                                                                   \
            T x = AT_DENSE(x_);                                                                \
            T t = AT_DENSE(t_);                                                                \
            AT_DENSE(dx_) = NAME##_slope(AT_DENSE(dl_), x, t, p);                                     \
        }                                                                                      \
    }                                                                                          \
    KERNEL(GROUP) loss_##NAME##_grad_strided(EXTENTS, T p, VIEW(const T, x_), VIEW(const T, t_),      \
                                      VIEW(const T, dl_), VIEW(T, dx_)) {                      \
        EACH_INDEX(n) {                                                                        \
            T x = AT(x_);                                                                      \
            T t = AT(t_);                                                                      \
            AT(dx_) = NAME##_slope(AT(dl_), x, t, p);                                                 \
        }                                                                                      \
    }

/* Here and below, x - t by halves, where it may be infinite and the result is not. */
DEVICE T squared_error_value(T x, T t, T p) { return (x - t) * (x - t); }
DEVICE T squared_error_slope(T dl, T x, T t, T p) {
    return (0.5f * x - 0.5f * t) * dl * 4.0f;
}

DEVICE T absolute_error_value(T x, T t, T p) { return fabs(x - t); }
DEVICE T absolute_error_slope(T dl, T x, T t, T p) { return dl * sign_of(x - t); }

DEVICE T huber_value(T x, T t, T p) {
    T halved = fabs(0.5f * x - 0.5f * t);
    T d = halved + halved;
    return d <= p ? 0.5f * d * d : 2.0f * p * (halved - 0.25f * p);
}
DEVICE T huber_slope(T dl, T x, T t, T p) {
    T d = x - t;
    return dl * (d < -p ? -p : (d > p ? p : d));
}

/* A logarithm, at least -100; NaN for NaN. Losses are taken from 0: one of 0 is not -0. */
DEVICE T bounded_log(T ln) { return ln < -100.0f ? -100.0f : ln; }
DEVICE T binary_cross_entropy_value(T x, T t, T p) {
    return 0.0f - (t * bounded_log(natural_log(x)) + (1.0f - t) * bounded_log(natural_log(1.0f - x)));
}
DEVICE T binary_cross_entropy_slope(T dl, T x, T t, T p) {
    T variance = x * (1.0f - x);
    return dl * ((x - t) / (variance < REAL(1e-12) ? REAL(1e-12) : variance));
}

DEVICE T binary_cross_entropy_logits_value(T x, T t, T p) {
    return rectified(x) - x * t + log1p(exp(-fabs(x)));
}
DEVICE T binary_cross_entropy_logits_slope(T dl, T x, T t, T p) { return dl * (logistic(x) - t); }

DEVICE T categorical_cross_entropy_value(T x, T t, T p) {
    return 0.0f - t * natural_log(x < REAL(1e-7) ? REAL(1e-7) : x);
}
DEVICE T categorical_cross_entropy_slope(T dl, T x, T t, T p) {
    return dl * (x >= REAL(1e-7) ? -t / x : (x == x ? 0.0f : x));
}

LOSS(squared_error)
LOSS(absolute_error)
LOSS(huber)
LOSS(binary_cross_entropy)
LOSS(binary_cross_entropy_logits)
LOSS(categorical_cross_entropy)
