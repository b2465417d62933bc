/* An optimizer's update of flat parameters p by a gradient g, and the count of the step, in one launch. UpdateRule in
 * dev.weft.backend gives the formulas, Penalty what comes before them.
 *
 * control has `rows` pairs {learning rate, largest gradient}, and steps = {low word, high word} of the number of steps
 * done, whose last bits say which of them is the step's: rows is a power of 2. A group sees to GROUP SPAN adjacent
 * elements. It reads the number of steps before it says that it has; the last group to say so adds 1 to it, by integer
 * atomics, and `finished` is 0 again after the launch. Where halt[0] is not 0 nothing is done, nor where a kernel before
 * has met an index that is out of range (fault[0], see note_fault), which nobody has been told of yet. Tuning: GROUP,
 * SPAN. */

/* Parameters, gradient and states never overlap. */
#define STATE(x) GLOBAL T* RESTRICT x, long64 x##_offset
#define UPDATE                                                                                       \
    long64 n, DENSE(const T, control), int rows, DENSE(int, steps), DENSE(const int, halt),          \
        GLOBAL const int* fault, GLOBAL int* finished, int maximize, T l1, T l2, T weight_decay,     \
        STATE(p_), GLOBAL const T* RESTRICT g_, long64 g__offset

/* {lr, t, …}: the step's settings, made once for each group. */
#define SETTINGS 5
DEVICE void begin_step(GLOBAL const T* control, int rows, GLOBAL int* steps, TO_LOCAL T* settings) {
    int done = ATOMIC_READ(steps);
    uint32 low = (uint32)done + 1u;
    uint32 high = (uint32)ATOMIC_READ(steps + 1) + (low == 0u ? 1u : 0u);
    settings[0] = control[2 * (done & (rows - 1))];
    settings[1] = (T)high * 4294967296.0f + (T)low;
}
DEVICE void end_step(GLOBAL int* steps, GLOBAL int* finished) {
    /* To add 1 carries where the low word was full. */
    if (last_group(finished) && ATOMIC_ADD(steps, 1) == -1) {
        ATOMIC_ADD(steps + 1, 1);
    }
}

#define BEGIN                                    \
    LOCAL T settings[SETTINGS];                  \
    int goes = !halt[halt_offset] && !fault[0];  \
    if (LOCAL_ID() == 0 && goes) {               \
        begin_step(control + control_offset, rows, steps + steps_offset, settings)
#define THEN                                                                                   \
    }                                                                                          \
    BARRIER();                                                                                 \
    T lr = settings[0];                                                                        \
    long64 updated = goes ? n : 0;                                                             \
    EACH_OF_SPAN(i, updated) {                                                                 \
        T p = AT_DENSE(p_);                                                                    \
        T g = (maximize ? -AT_DENSE(g_) : AT_DENSE(g_)) + l2 * p + l1 * sign_of(p);            \
        T decayed = p - lr * weight_decay * p
#define END                                                      \
    }                                                            \
    if (LOCAL_ID() == 0 && goes) {                               \
        end_step(steps + steps_offset, finished);                \
    }

/* 1 - beta^t is -expm1(t ln beta), which does not cancel where beta is near 1: what divides an average by it. */
DEVICE T unbias(T t, T ln_beta) { return -1.0f / expm1(t * ln_beta); }

/* x = share x + rest y, kept; and what it is then. */
#define AVERAGE(x, share, rest, y) \
    T x = share * AT_DENSE(x##_) + rest * y; \
    AT_DENSE(x##_) = x

/* p = p' - lr g'. */
KERNEL(GROUP) sgd(UPDATE) {
    BEGIN;
    THEN;
    AT_DENSE(p_) = decayed - lr * g;
    END
}

/* u = momentum u + taken g', where `taken` is 1 in the first step; p = p' - lr u, or with Nesterov p = p' - lr (g' +
 * momentum u). */
KERNEL(GROUP) sgd_momentum(UPDATE, STATE(u_), T momentum, T taken, int nesterov) {
    BEGIN;
    THEN;
    T d = taken == 1.0f || settings[1] == 1.0f ? g : taken * g;
    T u = momentum * AT_DENSE(u_) + d;
    AT_DENSE(u_) = u;
    AT_DENSE(p_) = decayed - lr * (nesterov ? g + momentum * u : u);
    END
}

#define BETAS \
    T beta1, T one_less_beta1, T ln_beta1, T beta2, T one_less_beta2, T ln_beta2, T eps

/* m = beta1 m + (1 - beta1) g'; v = beta2 v + (1 - beta2) g'²; p = p' - lr m̂ / (√v̂ + eps). */
KERNEL(GROUP) adam(UPDATE, STATE(m_), STATE(v_), BETAS) {
    BEGIN;
    settings[2] = unbias(settings[1], ln_beta1);
    settings[3] = unbias(settings[1], ln_beta2);
    THEN;
    AVERAGE(m, beta1, one_less_beta1, g);
    AVERAGE(v, beta2, one_less_beta2, g * g);
    AT_DENSE(p_) = decayed - lr * (m * settings[2]) / (sqrt(v * settings[3]) + eps);
    END
}

/* The same with the largest v so far, w, for v in the root. */
KERNEL(GROUP) adam_amsgrad(UPDATE, STATE(m_), STATE(v_), STATE(w_), BETAS) {
    BEGIN;
    settings[2] = unbias(settings[1], ln_beta1);
    settings[3] = unbias(settings[1], ln_beta2);
    THEN;
    AVERAGE(m, beta1, one_less_beta1, g);
    AVERAGE(v, beta2, one_less_beta2, g * g);
    T w = larger(AT_DENSE(w_), v);
    AT_DENSE(w_) = w;
    AT_DENSE(p_) = decayed - lr * (m * settings[2]) / (sqrt(w * settings[3]) + eps);
    END
}

/* m and v as adam; p = p' - lr (c g' + d m) / (√v̂ + eps), with c = (1 - μ_t) / (1 - Π_t) and d = μ_(t+1) / (1 -
 * Π_(t+1)), where μ_t may be `repeated` in Π_(t+1). ln Π_t is the series that UpdateRule.NAdam gives: with e_k = 1 - q^k, which is e_(k-1) + e_1 - e_(k-1) e_1
 * and so does not cancel, and f_k likewise for q^t. */
#define TERMS 48
DEVICE T ln_momentum_product(T t, T ln_beta1, T ln_q) {
    T e1 = -expm1(ln_q);
    T f1 = -expm1(t * ln_q);
    T e = e1;
    T f = f1;
    T power = 1.0f - e1;
    T sum = 0.0f;
    for (int k = 1; k <= TERMS; k++) {
        power *= 0.5f;
        sum += power / (T)k * (f / e);
        power *= 1.0f - e1;
        e += e1 - e * e1;
        f += f1 - f * f1;
    }
    return t * ln_beta1 - sum;
}
KERNEL(GROUP) nadam(UPDATE, STATE(m_), STATE(v_), BETAS, T ln_q, int repeated) {
    BEGIN;
    T t = settings[1];
    T product = ln_momentum_product(t, ln_beta1, ln_q);
    T now = beta1 * (1.0f - 0.5f * exp(t * ln_q));
    T next = beta1 * (1.0f - 0.5f * exp((t + 1.0f) * ln_q));
    settings[2] = (1.0f - now) / -expm1(product);
    settings[3] = next / (1.0f - next * exp(product) * (repeated ? now : 1.0f));
    settings[4] = unbias(t, ln_beta2);
    THEN;
    AVERAGE(m, beta1, one_less_beta1, g);
    AVERAGE(v, beta2, one_less_beta2, g * g);
    T d = settings[2] * g + settings[3] * m;
    AT_DENSE(p_) = decayed - lr * d / (sqrt(v * settings[4]) + eps);
    END
}

/* m and v as adam; p = p' - lr m̂ r √(1 - beta2^t) / (√v + eps) from where ρ_t > 5 on, and p = p' - lr m̂ before.
 * UpdateRule.RAdam says how ρ_t is written; `first` is its part that no step changes, 2 / λ (λ/2 coth λ/2 - 1), and
 * `scale` ρ / ((ρ - 4) (ρ - 2)). */
DEVICE T rest_of_length(T x) {
    T y = 0.5f * x;
    T tail = 0.0f;
    for (int odd = 17; odd >= 3; odd -= 2) {
        tail = y * y / ((T)odd + tail);
    }
    return x < 1.0f ? y - tail : 1.0f - x / expm1(x);
}
KERNEL(GROUP) radam(UPDATE, STATE(m_), STATE(v_), BETAS, T first, T scale) {
    BEGIN;
    T t = settings[1];
    T length = scale > 0.0f ? first - 2.0f / ln_beta2 * rest_of_length(-t * ln_beta2) : 0.0f;
    settings[2] = unbias(t, ln_beta1);
    settings[3] = length > 5.0f ? 1.0f : 0.0f;
    if (length > 5.0f) {
        T root = scale * (length - 4.0f) * (length - 2.0f) / length;
        settings[2] *= sqrt(root * -expm1(t * ln_beta2));
    }
    THEN;
    AVERAGE(m, beta1, one_less_beta1, g);
    AVERAGE(v, beta2, one_less_beta2, g * g);
    T deviation = settings[3] > 0.0f ? sqrt(v) + eps : 1.0f;
    AT_DENSE(p_) = decayed - lr * (m * settings[2]) / deviation;
    END
}

/* m = beta1 m + (1 - beta1) g'; u = max(beta2 u, |g'| + eps); p = p' - lr m̂ / u. */
KERNEL(GROUP)
adamax(UPDATE, STATE(m_), STATE(u_), T beta1, T one_less_beta1, T ln_beta1, T beta2, T eps) {
    BEGIN;
    settings[2] = unbias(settings[1], ln_beta1);
    THEN;
    AVERAGE(m, beta1, one_less_beta1, g);
    T u = larger(beta2 * AT_DENSE(u_), fabs(g) + eps);
    AT_DENSE(u_) = u;
    AT_DENSE(p_) = decayed - lr * (m * settings[2]) / u;
    END
}

/* v = alpha v + (1 - alpha) g'²; p = p' - lr g' / (√v + eps). */
KERNEL(GROUP) rms_prop(UPDATE, STATE(v_), T alpha, T one_less_alpha, T eps) {
    BEGIN;
    THEN;
    AVERAGE(v, alpha, one_less_alpha, g * g);
    AT_DENSE(p_) = decayed - lr * g / (sqrt(v) + eps);
    END
}

/* The same with a velocity u, if the momentum is not 0, and with √(v - a²) for √v, if it is centered. A state that it
 * has not is not touched. */
KERNEL(GROUP)
rms_prop_general(UPDATE, STATE(v_), STATE(u_), STATE(a_), T alpha, T one_less_alpha, T eps,
                 T momentum, int centered) {
    BEGIN;
    THEN;
    AVERAGE(v, alpha, one_less_alpha, g * g);
    if (centered) {
        AVERAGE(a, alpha, one_less_alpha, g);
        v = larger(0.0f, v - a * a);
    }
    T d = g / (sqrt(v) + eps);
    if (momentum > 0.0f) {
        d = momentum * AT_DENSE(u_) + d;
        AT_DENSE(u_) = d;
    }
    AT_DENSE(p_) = decayed - lr * d;
    END
}

/* s = s + g'²; p = p' - lr / (1 + (t - 1) lr_decay) g' / (√s + eps). */
KERNEL(GROUP) adagrad(UPDATE, STATE(s_), T lr_decay, T eps) {
    BEGIN;
    settings[2] = settings[0] / (1.0f + (settings[1] - 1.0f) * lr_decay);
    THEN;
    T s = AT_DENSE(s_) + g * g;
    AT_DENSE(s_) = s;
    AT_DENSE(p_) = decayed - settings[2] * g / (sqrt(s) + eps);
    END
}

/* v = rho v + (1 - rho) g'²; d = √(a + eps) / √(v + eps) g'; a = rho a + (1 - rho) d²; p = p' - lr d. */
KERNEL(GROUP) adadelta(UPDATE, STATE(v_), STATE(a_), T rho, T one_less_rho, T eps) {
    BEGIN;
    THEN;
    AVERAGE(v, rho, one_less_rho, g * g);
    T d = sqrt(AT_DENSE(a_) + eps) / sqrt(v + eps) * g;
    AVERAGE(a, rho, one_less_rho, d * d);
    AT_DENSE(p_) = decayed - lr * d;
    END
}

/* p = p' - lr sign(beta1 m + (1 - beta1) g'); then m = beta2 m + (1 - beta2) g'. */
KERNEL(GROUP)
lion(UPDATE, STATE(m_), T beta1, T one_less_beta1, T beta2, T one_less_beta2) {
    BEGIN;
    THEN;
    AT_DENSE(p_) = decayed - lr * sign_of(beta1 * AT_DENSE(m_) + one_less_beta1 * g);
    AVERAGE(m, beta2, one_less_beta2, g);
    END
}
