/* c = activation(c + bias) where a library has made c = alpha a b + beta c.
 *
 * Grid: (rows, ceil(n / ITEMS), batch) groups; an item does one element. */
KERNEL(ITEMS) gemm_epilogue(int n, GLOBAL C* RESTRICT c, long64 c_offset, int c_row, long64 c_batch,
        GLOBAL const C* RESTRICT bias, long64 bias_offset, int bias_stride, int epilogue) {
    const int column = GROUP_ID_Y() * ITEMS + LOCAL_ID();
    if (column >= n) return;
    GLOBAL C* out = c + c_offset + GROUP_ID_Z() * c_batch + (long64)GROUP_ID() * c_row + column;
    ACC y = WIDENED_C(*out);
    if (epilogue & GEMM_BIAS) y += WIDENED_C(bias[bias_offset + (long64)column * bias_stride]);
    *out = NARROWED_C(activated(GEMM_ACTIVATION(epilogue), y));
}
