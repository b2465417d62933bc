/* An optimizer's update of flat parameters p by a gradient g, and the count of the step, in one launch. UpdateRule in
 * dev.weft.backend gives the formulas, Penalty what comes before them.
 *
 * control[0] is the learning rate, steps = {low word, high word} of the number of steps done. A group sees to GROUP SPAN
 * adjacent elements. It reads the number of steps before it says that it has; the last group to say so adds 1 to it, by
 * integer atomics, and `finished` is 0 again after the launch. Where halt[0] is not 0 nothing is done, nor where a kernel
 * before has met an index that is out of range (fault[0], see note_fault), which nobody has been told of yet. Tuning:
 * GROUP, SPAN. */

/* Parameters, gradient and states never overlap. */
#define STATE(x) GLOBAL T* RESTRICT x, long64 x##_offset
#define UPDATE                                                                                 \
    long64 n, DENSE(const T, control), DENSE(int, steps), DENSE(const int, halt),              \
        GLOBAL const int* fault, GLOBAL int* finished, T l1, T l2, T weight_decay, STATE(p_),  \
        GLOBAL const T* RESTRICT g_, long64 g__offset

/* {lr, t, …}: the step's settings, made once for each group. */
#define SETTINGS 4
DEVICE void begin_step(GLOBAL const T* control, GLOBAL int* steps, TO_LOCAL T* settings) {
    uint32 low = (uint32)ATOMIC_READ(steps) + 1u;
    uint32 high = (uint32)ATOMIC_READ(steps + 1) + (low == 0u ? 1u : 0u);
    settings[0] = control[0];
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
        begin_step(control + control_offset, steps + steps_offset, settings)
#define THEN                                            \
    }                                                   \
    BARRIER();                                          \
    T lr = settings[0];                                 \
    long64 updated = goes ? n : 0;                      \
    EACH_OF_SPAN(i, updated) {                          \
        T p = AT_DENSE(p_);                             \
        T g = AT_DENSE(g_) + l2 * p + l1 * sign_of(p);  \
        T decayed = p - lr * weight_decay * p
#define END                                                      \
    }                                                            \
    if (LOCAL_ID() == 0 && goes) {                               \
        end_step(steps + steps_offset, finished);                \
    }

/* p = p' - lr g'. */
KERNEL(GROUP) sgd(UPDATE) {
    BEGIN;
    THEN;
    AT_DENSE(p_) = decayed - lr * g;
    END
}

/* u = momentum u + g'; p = p' - lr u, or with Nesterov p = p' - lr (g' + momentum u). */
KERNEL(GROUP) sgd_momentum(UPDATE, STATE(u_), T momentum, int nesterov) {
    BEGIN;
    THEN;
    T u = momentum * AT_DENSE(u_) + g;
    AT_DENSE(u_) = u;
    AT_DENSE(p_) = decayed - lr * (nesterov ? g + momentum * u : u);
    END
}

/* m = beta1 m + (1 - beta1) g'; v = beta2 v + (1 - beta2) g'²; p = p' - lr m̂ / (√v̂ + eps). 1 - beta^t is
 * -expm1(t ln beta), which does not cancel where beta is near 1. */
KERNEL(GROUP)
adam(UPDATE, STATE(m_), STATE(v_), T beta1, T one_less_beta1, T ln_beta1, T beta2,
     T one_less_beta2, T ln_beta2, T eps) {
    BEGIN;
    settings[2] = -1.0f / expm1(settings[1] * ln_beta1);
    settings[3] = -1.0f / expm1(settings[1] * ln_beta2);
    THEN;
    T m = beta1 * AT_DENSE(m_) + one_less_beta1 * g;
    T v = beta2 * AT_DENSE(v_) + one_less_beta2 * g * g;
    AT_DENSE(m_) = m;
    AT_DENSE(v_) = v;
    AT_DENSE(p_) = decayed - lr * (m * settings[2]) / (sqrt(v * settings[3]) + eps);
    END
}

/* v = alpha v + (1 - alpha) g'²; p = p' - lr g' / (√v + eps). */
KERNEL(GROUP) rms_prop(UPDATE, STATE(v_), T alpha, T one_less_alpha, T eps) {
    BEGIN;
    THEN;
    T v = alpha * AT_DENSE(v_) + one_less_alpha * g * g;
    AT_DENSE(v_) = v;
    AT_DENSE(p_) = decayed - lr * g / (sqrt(v) + eps);
    END
}
