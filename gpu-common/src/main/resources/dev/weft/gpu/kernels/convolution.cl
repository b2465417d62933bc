/* A convolution or one of its gradients: see dev.weft.backend.Correlation. One work-item to an element of the result,
 *
 *   result[u, v, w, e] = Σ_r Σ_j first[…, r, j] second[…, r, p],   p = (e by_e + j by_j + shift) / step
 *
 * which is gathered in order: nothing is shared, and results repeat bit for bit. Along each axis j runs over those
 * places alone whose p is whole and in range.
 *
 * Tuning: ITEMS. */

#define STEPS(x) long64 x##_u, long64 x##_v, long64 x##_w, long64 x##_r
#define AXIS(a) int elements_##a, int places_##a, int partners_##a, int by_e_##a, int by_j_##a, int shift_##a, int step_##a

DEVICE long64 partner(long64 at, int step, int partners) {
    if (at < 0 || (step > 1 && at % step != 0)) {
        return -1;
    }
    long64 p = step > 1 ? at / step : at;
    return p < partners ? p : -1;
}

#define EACH_PLACE(a, e, j, p)                                                                                   \
    for (int j = 0; j < places_##a; j++) {                                                                       \
        long64 p = partner((long64)(e) * by_e_##a + (long64)j * by_j_##a + shift_##a, step_##a, partners_##a);   \
        if (p >= 0)

KERNEL(ITEMS) correlate(
        int n, long64 from, int extent_v, int extent_w, int terms, STEPS(first), STEPS(second), AXIS(d), AXIS(h),
        AXIS(w), DENSE(const T, first), DENSE(const T, second), DENSE(T, result)) {
    long64 i = GLOBAL_ID();
    if (i < n) {
        long64 rest = from + i;
        int c = (int)(rest % elements_w);
        rest /= elements_w;
        int b = (int)(rest % elements_h);
        rest /= elements_h;
        int a = (int)(rest % elements_d);
        rest /= elements_d;
        int w = (int)(rest % extent_w);
        rest /= extent_w;
        int v = (int)(rest % extent_v);
        long64 u = rest / extent_v;
        long64 at_first = first_offset + u * first_u + v * first_v + w * first_w;
        long64 at_second = second_offset + u * second_u + v * second_v + w * second_w;
        T all = 0.0f;
        T lost = 0.0f;
        T block = 0.0f;
        int added = 0;
        for (int r = 0; r < terms; r++) {
            EACH_PLACE(d, a, j, p) {
                EACH_PLACE(h, b, k, q) {
                    long64 left = at_first + ((long64)j * places_h + k) * places_w;
                    long64 right = at_second + (p * partners_h + q) * partners_w;
                    EACH_PLACE(w, c, l, s) {
                        block += first[left + l] * second[right + s];
                        if (++added == BLOCK) {
                            CARRY(all, lost, block);
                            block = 0.0f;
                            added = 0;
                        }
                    } }
                } }
            } }
            at_first += first_r;
            at_second += second_r;
        }
        CARRY(all, lost, block);
        result[result_offset + from + i] = settled(all, lost);
    }
}
