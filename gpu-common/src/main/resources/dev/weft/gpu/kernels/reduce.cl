/* y = op over the reduced axes of x. The host has split x's axes into kept ones (up to three, whose indices k0 k1 k2
 * number the outputs) and reduced ones (up to three, whose indices r0 r1 r2 number what each output is made of):
 *
 *     element = x_offset + k0 x_k0 + k1 x_k1 + k2 x_k2 + r0 x_r0 + r1 x_r1 + r2 x_r2
 *     output  = y_offset + k0 y_k0 + k1 y_k1 + k2 y_k2
 *
 *   NAME_items   one work-item to an output, which it makes in order, in blocks: for many outputs of little each
 *   NAME_groups  one work-group to a chunk of an output: item l takes elements l, l + GROUP, … in blocks, then a tree in
 *                local memory. Group (o, c) makes chunk c of output o; with several chunks y holds the partial results
 *                (y_c apart), and a second launch reduces those.
 *
 * The order of additions depends on the shape alone, and there are no float atomics: results repeat bit for bit.
 * Tuning: ITEMS, GROUP, LANES, SPAN; the chunk's length, an argument. */

#define REDUCED                                                                                                     \
    int outputs, int k1, int k2, long64 x_k0, long64 x_k1, long64 x_k2, long64 y_k0, long64 y_k1, long64 y_k2,      \
        int r0, int r1, int r2, long64 x_r0, long64 x_r1, long64 x_r2, DENSE(const T, x), DENSE(T, y), T divisor

/* Where output `o` begins in x, and where it lies in y. */
#define SPLIT_OUTPUT(o)                                                         \
    uint32 o01 = (uint32)(o) / (uint32)k2;                                      \
    uint32 o2 = (uint32)(o) - o01 * k2;                                         \
    uint32 o0 = o01 / (uint32)k1;                                               \
    uint32 o1 = o01 - o0 * k1;                                                  \
    long64 x_at = x_offset + o0 * x_k0 + o1 * x_k1 + o2 * x_k2;                 \
    long64 y_at = y_offset + o0 * y_k0 + o1 * y_k1 + o2 * y_k2

#define REDUCE(NAME, FIRST, COMBINE, FINISH)                                                        \
    KERNEL(ITEMS) NAME##_items(REDUCED) {                                                           \
        long64 o = GLOBAL_ID();                                                                     \
        if (o < outputs) {                                                                          \
            SPLIT_OUTPUT(o);                                                                        \
            T all = FIRST;                                                                          \
            LOST_##NAME;                                                                            \
            for (int i0 = 0; i0 < r0; i0++) {                                                       \
                for (int i1 = 0; i1 < r1; i1++) {                                                   \
                    long64 at = x_at + i0 * x_r0 + i1 * x_r1;                                       \
                    for (int first = 0; first < r2; first += BLOCK) {                               \
                        T block = FIRST;                                                            \
                        for (int i2 = first; i2 < r2 && i2 - first < BLOCK; i2++) {                 \
                            block = COMBINE(block, x[at + i2 * x_r2]);                              \
                        }                                                                           \
                        JOIN_##NAME(all, lost, block);                                              \
                    }                                                                               \
                }                                                                                   \
            }                                                                                       \
            y[y_at] = FINISH(SETTLED_##NAME(all, lost));                                            \
        }                                                                                           \
    }                                                                                               \
    KERNEL(GROUP) NAME##_groups(REDUCED, int chunk, int length, long64 y_c) {                       \
        LOCAL T shared[GROUP];                                                                      \
        SPLIT_OUTPUT(GROUP_ID());                                                                   \
        int begin = GROUP_ID_Y() * chunk;                                                           \
        int end = chunk < length - begin ? begin + chunk : length;                                  \
        T all = FIRST;                                                                              \
        LOST_##NAME;                                                                                \
        int i = begin + LOCAL_ID();                                                                 \
        if (r0 == 1 && r1 == 1 && x_r2 == 1) {                                                      \
            GLOBAL const T* dense = x + x_at;                                                       \
            while (i <= end - LANES * GROUP) {                                                      \
                int stop = i < end - BLOCK * LANES * GROUP ? i + BLOCK * LANES * GROUP : end;       \
                T sums[LANES];                                                                      \
                for (int lane = 0; lane < LANES; lane++) {                                          \
                    sums[lane] = FIRST;                                                             \
                }                                                                                   \
                for (; i <= stop - LANES * GROUP; i += LANES * GROUP) {                             \
                    for (int lane = 0; lane < LANES; lane++) {                                      \
                        sums[lane] = COMBINE(sums[lane], dense[i + lane * GROUP]);                  \
                    }                                                                               \
                }                                                                                   \
                for (int width = LANES / 2; width > 0; width /= 2) {                                \
                    for (int lane = 0; lane < width; lane++) {                                      \
                        sums[lane] = MERGE_##NAME(sums[lane], sums[lane + width]);                  \
                    }                                                                               \
                }                                                                                   \
                JOIN_##NAME(all, lost, sums[0]);                                                    \
            }                                                                                       \
        }                                                                                           \
        while (i < end) {                                                                           \
            T block = FIRST;                                                                        \
            for (int first = i; i < end && i - first < BLOCK * GROUP; i += GROUP) {                 \
                int i01 = i / r2;                                                                   \
                int i0 = i01 / r1;                                                                  \
                long64 at = x_at + i0 * x_r0 + (i01 - i0 * r1) * x_r1 + (i - i01 * r2) * x_r2;      \
                block = COMBINE(block, x[at]);                                                      \
            }                                                                                       \
            JOIN_##NAME(all, lost, block);                                                          \
        }                                                                                           \
        shared[LOCAL_ID()] = SETTLED_##NAME(all, lost);                                             \
        BARRIER();                                                                                  \
        for (int width = GROUP / 2; width > 0; width /= 2) {                                        \
            if (LOCAL_ID() < width) {                                                               \
                shared[LOCAL_ID()] = MERGE_##NAME(shared[LOCAL_ID()], shared[LOCAL_ID() + width]);  \
            }                                                                                       \
            BARRIER();                                                                              \
        }                                                                                           \
        if (LOCAL_ID() == 0) {                                                                      \
            y[y_at + GROUP_ID_Y() * y_c] = FINISH(shared[0]);                                       \
        }                                                                                           \
    }

#define AS_IT_IS(v) v

/* What partial results are merged by, what blocks are joined to, and what comes of it: only floating sums lose
 * anything. */
#define MERGE_sum(a, b) PLUS(a, b)
#define MERGE_prod(a, b) TIMES(a, b)
#define MERGE_max(a, b) larger(a, b)
#define MERGE_min(a, b) smaller(a, b)
#define JOIN_prod(all, lost, block) all = TIMES(all, block)
#define JOIN_max(all, lost, block) all = larger(all, block)
#define JOIN_min(all, lost, block) all = smaller(all, block)
#define SETTLED_prod(all, lost) all
#define SETTLED_max(all, lost) all
#define SETTLED_min(all, lost) all
#define LOST_prod
#define LOST_max
#define LOST_min

#if FLOATING

#define PLUS(a, b) ((a) + (b))
#define TIMES(a, b) ((a) * (b))
#define JOIN_sum(all, lost, block) CARRY(all, lost, block)
#define SETTLED_sum(all, lost) settled(all, lost)
#define LOST_sum T lost = 0.0f
#define DIVIDED(v) ((v) / divisor)

REDUCE(sum, 0.0f, PLUS, DIVIDED)
REDUCE(prod, 1.0f, TIMES, AS_IT_IS)
REDUCE(max, -INFINITY, larger, AS_IT_IS)
REDUCE(min, INFINITY, smaller, AS_IT_IS)

/* count += how many elements of x, and of a scalar beside it, are NaN or infinite, up to the largest int: one launch. A
 * group that has found some adds them by an integer atomic, whose order does not matter.
 *
 *   count_non_finite          dense x, n elements
 *   count_non_finite_strided  any strides: n elements in row-major order of the extents
 *   count_unfit               dense g and p, n elements: how many are not |g| + l2 |p| <= largest, the second of the
 *                             pair in control, of `rows`, that is the next step's: see update.cl */
#define COUNTED DENSE(int, count), DENSE(const T, scalar), int with_scalar
#define NON_FINITE(value) (fabs(value) < INFINITY ? 0 : 1)
#define COUNT(EACH, ONE)                                                                        \
    LOCAL int found[GROUP];                                                                     \
    int mine = 0;                                                                               \
    if (with_scalar && GLOBAL_ID() == 0) {                                                      \
        mine = NON_FINITE(scalar[scalar_offset]);                                               \
    }                                                                                           \
    EACH {                                                                                      \
        mine += ONE;                                                                            \
    }                                                                                           \
    found[LOCAL_ID()] = mine;                                                                   \
    BARRIER();                                                                                  \
    for (int width = GROUP / 2; width > 0; width /= 2) {                                        \
        if (LOCAL_ID() < width) {                                                               \
            found[LOCAL_ID()] += found[LOCAL_ID() + width];                                     \
        }                                                                                       \
        BARRIER();                                                                              \
    }                                                                                           \
    if (LOCAL_ID() == 0 && found[0] != 0) {                                                     \
        add_up_to_largest(count + count_offset, found[0]);                                      \
    }

DEVICE void add_up_to_largest(GLOBAL int* sum, int more) {
    int done = 0;
    while (!done) {
        int before = ATOMIC_READ(sum);
        int after = more > 2147483647 - before ? 2147483647 : before + more;
        done = ATOMIC_CLAIM(sum, before, after);
    }
}

KERNEL(GROUP) count_non_finite(long64 n, COUNTED, DENSE(const T, x)) {
    COUNT(EACH_OF_SPAN(i, n), NON_FINITE(AT_DENSE(x)))
}

KERNEL(GROUP) count_non_finite_strided(EXTENTS, COUNTED, VIEW(const T, x)) {
    COUNT(EACH_INDEX(n), NON_FINITE(AT(x)))
}

KERNEL(GROUP)
count_unfit(long64 n, COUNTED, DENSE(const T, control), int rows, DENSE(const int, steps), T l2,
            DENSE(const T, p), DENSE(const T, g)) {
    T largest = control[control_offset + 2 * (steps[steps_offset] & (rows - 1)) + 1];
    COUNT(EACH_OF_SPAN(i, n),
          fabs(AT_DENSE(g)) + (l2 > 0.0f ? l2 * fabs(AT_DENSE(p)) : 0.0f) <= largest ? 0 : 1)
}

#else

#define PLUS(a, b) ((T)((UNSIGNED)(a) + (UNSIGNED)(b)))
#define TIMES(a, b) ((T)((UNSIGNED)(a) * (UNSIGNED)(b)))
#define JOIN_sum(all, lost, block) all = PLUS(all, block)
#define SETTLED_sum(all, lost) all
#define LOST_sum
#define LARGEST ((T)((UNSIGNED)-1 >> 1))

REDUCE(sum, 0, PLUS, AS_IT_IS)
REDUCE(prod, 1, TIMES, AS_IT_IS)
REDUCE(max, -LARGEST - 1, larger, AS_IT_IS)
REDUCE(min, LARGEST, smaller, AS_IT_IS)

#endif
