/* Pooling of planes of three axes, x: planes×xd×xh×xw, into their windows, y: planes×yd×yh×yw. Along each axis window o
 * has the elements o stride - before + k dilation, for k below size; those outside x are not there.
 *
 *   max_pool, average_pool            one work-item to a window
 *   max_pool_grad, average_pool_grad  one work-item to an element of x, which gathers from the windows that hold it in
 *                                     their order: nothing is shared, and results repeat bit for bit
 *
 * Tuning: ITEMS. */

#define AXIS(a) int x##a, int y##a, int size##a, int stride##a, int dilation##a, int before##a, int after##a
#define POOL int n, AXIS(d), AXIS(h), AXIS(w)

/* Item i as (plane, d, h, w) of x or y. */
#define SPLIT_PLANES(X)                                              \
    uint32 rest = (uint32)i;                                         \
    int w = (int)(rest % (uint32)X##w); rest /= (uint32)X##w;        \
    int h = (int)(rest % (uint32)X##h); rest /= (uint32)X##h;        \
    int d = (int)(rest % (uint32)X##d);                              \
    long64 plane = rest / (uint32)X##d

DEVICE int window_from(int start, int dilation) { return start < 0 ? (-start + dilation - 1) / dilation : 0; }
DEVICE int window_until(int start, int dilation, int size, int extent) {
    int until = start < extent ? (extent - start - 1) / dilation + 1 : 0;
    return until < size ? until : size;
}
#define START(a, o) ((o) * stride##a - before##a)
#define FROM(a, o) window_from(START(a, o), dilation##a)
#define UNTIL(a, o, extent) window_until(START(a, o), dilation##a, size##a, extent)
#define COUNT(a, o) (padded ? UNTIL(a, o, x##a + after##a) : UNTIL(a, o, x##a) - FROM(a, o))

#define EACH_IN(a, o, k) for (int k = FROM(a, o), end##k = UNTIL(a, o, x##a); k < end##k; k++)
/* The elements of window (d, h, w), and the place of each in its plane. */
#define EACH_IN_WINDOW EACH_IN(d, d, kd) EACH_IN(h, h, kh) EACH_IN(w, w, kw)
#define PLACE                                                                                       \
    (((START(d, d) + kd * dilationd) * xh + START(h, h) + kh * dilationh) * xw + START(w, w) + kw * dilationw)

/* The windows o that hold element e. */
DEVICE int first_window(int reach, int span, int stride) {
    return reach > span ? (reach - span + stride - 1) / stride : 0;
}
DEVICE int last_window(int reach, int stride, int windows) {
    int last = reach / stride;
    return last < windows ? last : windows - 1;
}
#define EACH_HOLDING(a, e, o)                                                                      \
    for (int o = first_window((e) + before##a, (size##a - 1) * dilation##a, stride##a),            \
             end##o = last_window((e) + before##a, stride##a, y##a); o <= end##o; o++)             \
        if (((e) - START(a, o)) % dilation##a == 0)
#define EACH_HOLDING_ELEMENT EACH_HOLDING(d, d, od) EACH_HOLDING(h, h, oh) EACH_HOLDING(w, w, ow)
#define WINDOW (((plane * yd + od) * yh + oh) * yw + ow)

#define SUM_START T all = 0.0f; T lost = 0.0f; T block = 0.0f; int added = 0
#define SUM_ADD(value)                 \
    {                                  \
        block += value;                \
        if (++added == BLOCK) {        \
            CARRY(all, lost, block);   \
            block = 0.0f;              \
            added = 0;                 \
        }                              \
    }
#define SUM_END CARRY(all, lost, block)

KERNEL(ITEMS) max_pool(POOL, DENSE(const T, x), DENSE(T, y), DENSE(int, indices)) {
    long64 i = GLOBAL_ID();
    if (i < n) {
        SPLIT_PLANES(y);
        long64 first = x_offset + plane * xd * xh * xw;
        T best = 0.0f;
        int at = -1;
        EACH_IN_WINDOW {
            int place = PLACE;
            T value = x[first + place];
            if (at < 0 || value > best || (value != value && best == best)) {
                best = value;
                at = place;
            }
        }
        AT_DENSE(y) = best;
        AT_DENSE(indices) = at;
    }
}

KERNEL(ITEMS) average_pool(POOL, int padded, DENSE(const T, x), DENSE(T, y)) {
    long64 i = GLOBAL_ID();
    if (i < n) {
        SPLIT_PLANES(y);
        long64 first = x_offset + plane * xd * xh * xw;
        SUM_START;
        EACH_IN_WINDOW SUM_ADD(x[first + PLACE]);
        SUM_END;
        AT_DENSE(y) = settled(all, lost) / ((T)COUNT(d, d) * (T)COUNT(h, h) * (T)COUNT(w, w));
    }
}

KERNEL(ITEMS) max_pool_grad(POOL, DENSE(const int, indices), DENSE(const T, dy), DENSE(T, dx)) {
    long64 i = GLOBAL_ID();
    if (i < n) {
        SPLIT_PLANES(x);
        int place = (d * xh + h) * xw + w;
        SUM_START;
        EACH_HOLDING_ELEMENT if (indices[indices_offset + WINDOW] == place) SUM_ADD(dy[dy_offset + WINDOW]);
        SUM_END;
        AT_DENSE(dx) = settled(all, lost);
    }
}

KERNEL(ITEMS) average_pool_grad(POOL, int padded, DENSE(const T, dy), DENSE(T, dx)) {
    long64 i = GLOBAL_ID();
    if (i < n) {
        SPLIT_PLANES(x);
        SUM_START;
        EACH_HOLDING_ELEMENT
            SUM_ADD(dy[dy_offset + WINDOW] / ((T)COUNT(d, od) * (T)COUNT(h, oh) * (T)COUNT(w, ow)));
        SUM_END;
        AT_DENSE(dx) = settled(all, lost);
    }
}
