/* What works along the last axis: softmax, its logarithm, their gradients, softmax's cross-entropy with its gradient,
 * argmax and argmin. The leading axes, up to three, are numbered by row = (i0, i1, i2), the last one by j:
 *
 *     element j of row (i0, i1, i2) of x = x[x_offset + i0 x_s0 + i1 x_s1 + i2 x_s2 + j x_s3]
 *
 *   NAME_items   one work-item to a row: for short rows
 *   NAME_groups  one work-group to a row: item l takes elements l, l + GROUP, …; maxima and sums by trees in local
 *                memory
 *
 * But for softmax itself both are one body: item OWN of STEP that share a row, and MAX and SUM, which combine what
 * each has found. Tuning: ITEMS, GROUP, LANES, and the length of a row from which the host takes groups. */

#if FLOATING

/* Trees over a group; all items get the result, and `shared` may be used again at once. */
DEVICE T group_sum(T value, TO_LOCAL T* shared) {
    shared[LOCAL_ID()] = value;
    BARRIER();
    for (int width = GROUP / 2; width > 0; width /= 2) {
        if (LOCAL_ID() < width) {
            shared[LOCAL_ID()] += shared[LOCAL_ID() + width];
        }
        BARRIER();
    }
    T all = shared[0];
    BARRIER();
    return all;
}

DEVICE T group_max(T value, TO_LOCAL T* shared) {
    shared[LOCAL_ID()] = value;
    BARRIER();
    for (int width = GROUP / 2; width > 0; width /= 2) {
        if (LOCAL_ID() < width) {
            shared[LOCAL_ID()] = larger(shared[LOCAL_ID()], shared[LOCAL_ID() + width]);
        }
        BARRIER();
    }
    T all = shared[0];
    BARRIER();
    return all;
}

#define ITEM_ALONE(value) value
#define GROUP_SUM(value) group_sum(value, shared)
#define GROUP_MAX(value) group_max(value, shared)

#define EACH(lane, lanes) for (int j = lane; j < columns; j += lanes)
/* The same in blocks, whose sums are CARRIED. Rows are so short that the indices here do not overflow. */
#define EACH_BLOCK(lane, lanes) for (int first = lane; first < columns; first += BLOCK * (lanes))
#define EACH_OF_BLOCK(lanes) for (int j = first; j < columns && j - first < BLOCK * (lanes); j += lanes)

/* What an item of a group finds in its elements of a row, the largest or the sum of e^(x - most): FOLDED to blocks, of
 * adjacent elements LANES at a time, which are JOINED to all. */
#define FOLD_ROW(FIRST, FOLD, MERGE, JOIN)                                           \
    T all = FIRST;                                                                   \
    int j = LOCAL_ID();                                                              \
    if (stride == 1) {                                                               \
        while (j <= columns - LANES * GROUP) {                                       \
            int run = BLOCK * LANES * GROUP;                                         \
            int stop = columns - j > run ? j + run : columns;                        \
            T partial[LANES];                                                        \
            for (int lane = 0; lane < LANES; lane++) {                               \
                partial[lane] = FIRST;                                               \
            }                                                                        \
            for (; j <= stop - LANES * GROUP; j += LANES * GROUP) {                  \
                for (int lane = 0; lane < LANES; lane++) {                           \
                    partial[lane] = FOLD(partial[lane], x[j + lane * GROUP]);        \
                }                                                                    \
            }                                                                        \
            for (int width = LANES / 2; width > 0; width /= 2) {                     \
                for (int lane = 0; lane < width; lane++) {                           \
                    partial[lane] = MERGE(partial[lane], partial[lane + width]);     \
                }                                                                    \
            }                                                                        \
            JOIN(all, lost, partial[0]);                                             \
        }                                                                            \
    }                                                                                \
    while (j < columns) {                                                            \
        T block = FIRST;                                                             \
        for (int first = j; j < columns && j - first < BLOCK * GROUP; j += GROUP) {  \
            block = FOLD(block, x[j * stride]);                                      \
        }                                                                            \
        JOIN(all, lost, block);                                                      \
    }
#define ADD_EXP(sum, value) ((sum) + exp((value)-most))
#define PLUS(a, b) ((a) + (b))
#define JOIN_LARGER(all, lost, block) all = larger(all, block)

DEVICE T most_of_row(GLOBAL const T* x, long64 stride, int columns) {
    FOLD_ROW(-INFINITY, larger, larger, JOIN_LARGER)
    return all;
}

DEVICE T exp_sum_of_row(GLOBAL const T* x, long64 stride, int columns, T most) {
    T lost = 0.0f;
    FOLD_ROW(0.0f, ADD_EXP, PLUS, CARRY)
    return settled(all, lost);
}

/* y = e^(x - max) / Σ e^(x - max), or x - max - ln Σ e^(x - max). */
KERNEL(ITEMS) softmax_items(LINES, int logarithm, VIEW(const T, x), VIEW(T, y)) {
    long64 row = GLOBAL_ID();
    if (row < rows) {
        SPLIT_ROW(row);
        ROW_OF(x);
        ROW_OF(y);
        T most = -INFINITY;
        EACH(0, 1) { most = larger(most, ELEMENT(x)); }
        T sum = 0.0f;
        EACH(0, 1) { sum += exp(ELEMENT(x) - most); }
        T ln = logarithm ? natural_log(sum) : 0.0f;
        EACH(0, 1) {
            T below = ELEMENT(x) - most;
            ELEMENT(y) = logarithm ? below - ln : exp(below) / sum;
        }
    }
}

KERNEL(GROUP) softmax_groups(LINES, int logarithm, VIEW(const T, x), VIEW(T, y)) {
    LOCAL T shared[GROUP];
    SPLIT_ROW(GROUP_ID());
    ROW_OF(x);
    ROW_OF(y);
    T most = GROUP_MAX(most_of_row(x + x_at, x_s3, columns));
    T sum = GROUP_SUM(exp_sum_of_row(x + x_at, x_s3, columns, most));
    if (logarithm) {
        T ln = natural_log(sum);
        INDEPENDENT EACH(LOCAL_ID(), GROUP) { ELEMENT(y) = ELEMENT(x) - most - ln; }
    } else {
        INDEPENDENT EACH(LOCAL_ID(), GROUP) { ELEMENT(y) = exp(ELEMENT(x) - most) / sum; }
    }
}

/* dx = y (dy - Σ dy y), or for the logarithm dx = dy - e^y Σ dy. */
#define SOFTMAX_GRAD(OWN, STEP, SUM)                                            \
    ROW_OF(y);                                                                  \
    ROW_OF(dy);                                                                 \
    ROW_OF(dx);                                                                 \
    T sum = 0.0f;                                                               \
    T sum_lost = 0.0f;                                                          \
    EACH_BLOCK(OWN, STEP) {                                                     \
        T block = 0.0f;                                                         \
        EACH_OF_BLOCK(STEP) {                                                   \
            block += logarithm ? ELEMENT(dy) : ELEMENT(dy) * ELEMENT(y);        \
        }                                                                       \
        CARRY(sum, sum_lost, block)                                             \
    }                                                                           \
    sum = SUM(settled(sum, sum_lost));                                          \
    if (logarithm) {                                                            \
        EACH(OWN, STEP) { ELEMENT(dx) = ELEMENT(dy) - exp(ELEMENT(y)) * sum; }  \
    } else {                                                                    \
        EACH(OWN, STEP) {                                                       \
            /* By halves: the difference alone may overflow. */                 \
            T halved = 0.5f * ELEMENT(dy) - 0.5f * sum;                         \
            ELEMENT(dx) = 2.0f * ELEMENT(y) * halved;                           \
        }                                                                       \
    }

KERNEL(ITEMS)
softmax_grad_items(LINES, int logarithm, VIEW(const T, y), VIEW(const T, dy), VIEW(T, dx)) {
    long64 row = GLOBAL_ID();
    if (row < rows) {
        SPLIT_ROW(row);
        SOFTMAX_GRAD(0, 1, ITEM_ALONE)
    }
}

KERNEL(GROUP)
softmax_grad_groups(LINES, int logarithm, VIEW(const T, y), VIEW(const T, dy), VIEW(T, dx)) {
    LOCAL T shared[GROUP];
    SPLIT_ROW(GROUP_ID());
    SOFTMAX_GRAD(LOCAL_ID(), GROUP, GROUP_SUM)
}

/* l = Σ_j t_j (ln Σ e^x - x_j) and gradient_j = factor (softmax(x)_j Σ t - t_j), with t given by TARGET; a class without
 * weight adds nothing, even where its logit is infinite, and a sum that is NaN is the loss. */
#define CROSS_ENTROPY(OWN, STEP, MAX, SUM, TARGET)                     \
    ROW_OF(x);                                                         \
    ROW_OF(g);                                                         \
    T most = -INFINITY;                                                \
    EACH(OWN, STEP) { most = larger(most, ELEMENT(x)); }               \
    most = MAX(most);                                                  \
    T sum = 0.0f;                                                      \
    T sum_lost = 0.0f;                                                 \
    EACH_BLOCK(OWN, STEP) {                                            \
        T block = 0.0f;                                                \
        EACH_OF_BLOCK(STEP) { block += exp(ELEMENT(x) - most); }       \
        CARRY(sum, sum_lost, block)                                    \
    }                                                                  \
    sum = SUM(settled(sum, sum_lost));                                 \
    T ln = most + natural_log(sum);                                    \
    T total = 0.0f;                                                    \
    T total_lost = 0.0f;                                               \
    T loss = 0.0f;                                                     \
    T loss_lost = 0.0f;                                                \
    EACH_BLOCK(OWN, STEP) {                                            \
        T weights = 0.0f;                                              \
        T losses = 0.0f;                                               \
        EACH_OF_BLOCK(STEP) {                                          \
            T weight = TARGET;                                         \
            weights += weight;                                         \
            T halved = 0.5f * ln - 0.5f * ELEMENT(x);                  \
            losses += weight == 0.0f ? 0.0f : 2.0f * weight * halved;  \
        }                                                              \
        CARRY(total, total_lost, weights)                              \
        CARRY(loss, loss_lost, losses)                                 \
    }                                                                  \
    total = SUM(settled(total, total_lost));                           \
    loss = SUM(settled(loss, loss_lost));                              \
    T scale = total / sum;                                             \
    EACH(OWN, STEP) {                                                  \
        T share = exp(ELEMENT(x) - most) * scale;                      \
        ELEMENT(g) = factor * (share - (TARGET));                      \
    }                                                                  \
    if (OWN == 0) {                                                    \
        l[l_offset + row * l_s0] = sum == sum ? loss : sum;            \
    }

#define BY_LABEL (j == label ? 1.0f : 0.0f)
#define BY_WEIGHT t[t_offset + row * t_s0 + j * t_s1]

#define LOGITS_TO_GRADIENT VIEW(const T, x), VIEW(T, g), DENSE(T, l), long64 l_s0, T factor

/* The label of a row; one that is out of range is noted, and gives a row without target. */
DEVICE int label_of(GLOBAL const int* t, long64 at, int row, int columns, int kernel_code, GLOBAL int* fault) {
    int label = t[at];
    if (label < 0 || label >= columns) {
        note_fault(fault, kernel_code, row, label, columns);
    }
    return label;
}

KERNEL(ITEMS)
cross_entropy_items(LINES, LOGITS_TO_GRADIENT, DENSE(const int, t), long64 t_s0, int code, GLOBAL int* fault) {
    long64 row = GLOBAL_ID();
    if (row < rows) {
        SPLIT_ROW(row);
        int label = label_of(t, t_offset + row * t_s0, (int)row, columns, code, fault);
        CROSS_ENTROPY(0, 1, ITEM_ALONE, ITEM_ALONE, BY_LABEL)
    }
}

KERNEL(GROUP)
cross_entropy_groups(LINES, LOGITS_TO_GRADIENT, DENSE(const int, t), long64 t_s0, int code, GLOBAL int* fault) {
    LOCAL T shared[GROUP];
    LOCAL int found[1];
    long64 row = GROUP_ID();
    SPLIT_ROW(row);
    if (LOCAL_ID() == 0) {
        found[0] = label_of(t, t_offset + row * t_s0, (int)row, columns, code, fault);
    }
    BARRIER();
    int label = found[0];
    CROSS_ENTROPY(LOCAL_ID(), GROUP, GROUP_MAX, GROUP_SUM, BY_LABEL)
}

KERNEL(ITEMS)
cross_entropy_weights_items(LINES, LOGITS_TO_GRADIENT, DENSE(const T, t), long64 t_s0, long64 t_s1) {
    long64 row = GLOBAL_ID();
    if (row < rows) {
        SPLIT_ROW(row);
        CROSS_ENTROPY(0, 1, ITEM_ALONE, ITEM_ALONE, BY_WEIGHT)
    }
}

KERNEL(GROUP)
cross_entropy_weights_groups(LINES, LOGITS_TO_GRADIENT, DENSE(const T, t), long64 t_s0, long64 t_s1) {
    LOCAL T shared[GROUP];
    long64 row = GROUP_ID();
    SPLIT_ROW(row);
    CROSS_ENTROPY(LOCAL_ID(), GROUP, GROUP_MAX, GROUP_SUM, BY_WEIGHT)
}

#endif

/* Whether (value, index) comes before (best, best_index) as argmax: NaN before all, the larger before the smaller, and
 * of equals the first. */
#define BEFORE_BY(value, index, best, best_index, NAN_VALUE, NAN_BEST) \
    (NAN_VALUE ? (!(NAN_BEST) || index < best_index)                   \
               : (!(NAN_BEST) && (value > best || (value == best && index < best_index))))
#if FLOATING
DEVICE int before(T v, int i, T best, int best_i) { return BEFORE_BY(v, i, best, best_i, v != v, best != best); }
#else
DEVICE int before(T v, int i, T best, int best_i) { return BEFORE_BY(v, i, best, best_i, 0, 0); }
#endif

/* y = the index of the row's largest element, or the smallest: the largest of what is in the other order. */
#if FLOATING
#define IN_ORDER(v) (smallest ? -(v) : (v))
#else
#define IN_ORDER(v) ((v) ^ -smallest)
#endif
KERNEL(ITEMS) arg_reduce_items(LINES, int smallest, VIEW(const T, x), VIEW(int, y)) {
    long64 row = GLOBAL_ID();
    if (row < rows) {
        SPLIT_ROW(row);
        ROW_OF(x);
        ROW_OF(y);
        T best = IN_ORDER(x[x_at]);
        int index = 0;
        for (int j = 1; j < columns; j++) {
            T value = IN_ORDER(ELEMENT(x));
            if (before(value, j, best, index)) {
                best = value;
                index = j;
            }
        }
        y[y_at] = index;
    }
}
KERNEL(GROUP) arg_reduce_groups(LINES, int smallest, VIEW(const T, x), VIEW(int, y)) {
    LOCAL T values[GROUP];
    LOCAL int indices[GROUP];
    SPLIT_ROW(GROUP_ID());
    ROW_OF(x);
    ROW_OF(y);
    int lane = LOCAL_ID();
    int index = lane < columns ? lane : 0;
    T best = IN_ORDER(x[x_at + index * x_s3]);
    for (long64 j = lane + GROUP; j < columns; j += GROUP) {
        T value = IN_ORDER(ELEMENT(x));
        if (before(value, (int)j, best, index)) {
            best = value;
            index = (int)j;
        }
    }
    values[lane] = best;
    indices[lane] = index;
    BARRIER();
    for (int width = GROUP / 2; width > 0; width /= 2) {
        if (lane < width &&
            before(values[lane + width], indices[lane + width], values[lane], indices[lane])) {
            values[lane] = values[lane + width];
            indices[lane] = indices[lane + width];
        }
        BARRIER();
    }
    if (lane == 0) {
        y[y_at] = indices[0];
    }
}
