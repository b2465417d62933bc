/* c = activation(alpha a b + beta c + bias) for CPUs: no barriers and no local memory; one item owns
 * a tile of c in vector registers and walks along all of k.
 *
 *              V CPU_NV             Group (x, y, z) owns row tile x and column panel y of batch z.
 *             +---------+           For each p it loads CPU_NV vectors, of V elements, of b's row p and multiplies
 *           k |    b    |           them by CPU_MR elements of a's column p, each spread over a
 *             +---------+           vector.
 *      k      +---------+
 *    +-----+  |         |           Grid: (ceil(m / CPU_MR), ceil(n / (V CPU_NV)), batch) groups of
 *    |  a  |  |    c    | CPU_MR    one item. Row tiles come first, so that the panel of b that
 *    +-----+  +---------+           neighbouring groups share stays in the core's cache.
 *
 * Tuning: CPU_MR x CPU_NV accumulators should fill the vector registers, less CPU_NV for b and one for
 * a: 12 x 2 or 6 x 4 where a register holds 64 bytes and there are 32 of them (AVX-512), 6 x 1 where a
 * vector takes two of 16 registers (AVX2). CPU_STRIP: rows of b that fit in the first-level cache beside a.
 *
 * Packed operands (epilogue bits GEMM_A_PACKED, GEMM_B_PACKED; see gemm_cpu_pack): panels of CPU_MR
 * rows of a, or V CPU_NV columns of b, each k steps long and zero past the edge. Packing pays where
 * the loop would otherwise touch more cache lines or pages than a core holds: b of large products,
 * and whatever is transposed. A packed a is passed with strides 1, CPU_MR, a packed b with strides
 * V CPU_NV, 1. Results are the same bits either way. F16 and BF16 are always packed, as floats. */
#ifndef CPU_MR
#define CPU_MR 12
#endif
#ifndef CPU_NV
#define CPU_NV 2
#endif
#ifndef CPU_STRIP
#define CPU_STRIP 32
#endif
#ifndef CPU_PACK_K
#define CPU_PACK_K 64
#endif
#define CPU_NR (VEC_LANES * CPU_NV)
#define CPU_DOT 16

#if (DTYPE == F16 || DTYPE == BF16) && !defined(WIDE_C)
#define NARROW_C 1
#else
#define NARROW_C 0
#endif

/* A vector of elements as they are in memory. */
DEVICE vec load_widened(GLOBAL const T* p) {
#if DTYPE == F16 || DTYPE == BF16
    ACC lane[VEC_LANES];
    for (int l = 0; l < VEC_LANES; l++) lane[l] = widened(p[l]);
    return VEC_LOAD(lane);
#else
    return VEC_LOAD(p);
#endif
}

/* The count <= VEC_LANES elements at p, then zeros; what lies behind them is not read. */
DEVICE vec load_columns(GLOBAL const C* p, int stride, int count) {
#if !NARROW_C
    if (count >= VEC_LANES && stride == 1) return VEC_LOAD(p);
#endif
    ACC lane[VEC_LANES];
    for (int l = 0; l < VEC_LANES; l++) lane[l] = l < count ? WIDENED_C(p[(long64)l * stride]) : 0.0f;
    return VEC_LOAD(lane);
}

/* To a square matrix's transpose: a perfect shuffle rotates an index's bits by one; half of them swap its halves. */
DEVICE void transpose(vec* x) {
    vec y[VEC_LANES];
#pragma unroll
    for (int stage = 1; stage < VEC_LANES; stage *= 2) {
#pragma unroll
        for (int l = 0; l < VEC_LANES / 2; l++) {
            y[2 * l] = VEC_ZIP_LOW(x[l], x[l + VEC_LANES / 2]);
            y[2 * l + 1] = VEC_ZIP_HIGH(x[l], x[l + VEC_LANES / 2]);
        }
#pragma unroll
        for (int l = 0; l < VEC_LANES; l++) x[l] = y[l];
    }
}

KERNEL(1) gemm_cpu(int m, int n, int k, ACC alpha,
        GLOBAL const ACC* RESTRICT a, long64 a_offset, int a_row, int a_col, long64 a_batch,
        GLOBAL const ACC* RESTRICT b, long64 b_offset, int b_row, int b_col, long64 b_batch,
        ACC beta, GLOBAL C* RESTRICT c, long64 c_offset, int c_row, long64 c_batch,
        GLOBAL const C* RESTRICT bias, long64 bias_offset, int bias_stride, int epilogue) {
    const int i0 = GROUP_ID() * CPU_MR, j0 = GROUP_ID_Y() * CPU_NR;
    const int b_packed = epilogue & GEMM_B_PACKED;
    a += a_offset + GROUP_ID_Z() * a_batch + (long64)i0 * (epilogue & GEMM_A_PACKED ? k : a_row);
    b += b_offset + GROUP_ID_Z() * b_batch + (long64)j0 * (b_packed ? k : b_col);
    c += c_offset + GROUP_ID_Z() * c_batch + (long64)i0 * c_row + j0;

    /* Rows past the last one repeat it: reading it again costs less than asking each time. */
    GLOBAL const ACC* row[CPU_MR];
    vec sum[CPU_MR][CPU_NV];
#pragma unroll
    for (int r = 0; r < CPU_MR; r++) {
        row[r] = a + (long64)(i0 + r < m ? r : m - 1 - i0) * a_row;
#pragma unroll
        for (int v = 0; v < CPU_NV; v++) sum[r][v] = VEC_SPLAT(0.0f);
    }

#define ACCUMULATE(from, to, B) \
    for (int p = from; p < to; p++) { \
        vec column[CPU_NV]; \
        _Pragma("unroll") for (int v = 0; v < CPU_NV; v++) column[v] = VEC_LOAD((B) + VEC_LANES * v); \
        _Pragma("unroll") for (int r = 0; r < CPU_MR; r++) { \
            const vec x = VEC_SPLAT(row[r][(long64)p * a_col]); \
            _Pragma("unroll") for (int v = 0; v < CPU_NV; v++) \
                sum[r][v] = VEC_FMA(x, column[v], sum[r][v]); \
        } \
    }
    if (b_packed || (b_col == 1 && j0 + CPU_NR <= n)) {
        ACCUMULATE(0, k, b + (long64)p * b_row)
    } else {
        /* A ragged or transposed panel, copied piece by piece and padded: the loop above stays whole. */
        ACC strip[CPU_STRIP * CPU_NR];
        const int columns = n - j0 < CPU_NR ? n - j0 : CPU_NR;
        for (int i = 0; i < CPU_STRIP * CPU_NR; i++) strip[i] = 0.0f;
        for (int first = 0; first < k; first += CPU_STRIP, b += (long64)CPU_STRIP * b_row) {
            const int depth = k - first < CPU_STRIP ? k - first : CPU_STRIP;
            if (b_col == 1) {
                for (int p = 0; p < depth; p++) {
                    for (int j = 0; j < columns; j++) strip[p * CPU_NR + j] = b[(long64)p * b_row + j];
                }
            } else {
                for (int j = 0; j < columns; j++) {
                    GLOBAL const ACC* column = b + (long64)j * b_col;
                    for (int p = 0; p < depth; p++) strip[p * CPU_NR + j] = column[(long64)p * b_row];
                }
            }
            ACCUMULATE(first, first + depth, strip + (p - first) * CPU_NR)
        }
    }

    /* Through memory, so that the code below exists once and not for each register. */
    ACC tile[CPU_MR * CPU_NR];
#pragma unroll
    for (int r = 0; r < CPU_MR; r++) {
#pragma unroll
        for (int v = 0; v < CPU_NV; v++) VEC_STORE(sum[r][v], tile + r * CPU_NR + VEC_LANES * v);
    }
    const int activation = GEMM_ACTIVATION(epilogue);
    for (int r = 0; r < CPU_MR && i0 + r < m; r++) {
        for (int j = 0; j < CPU_NR && j0 + j < n; j += VEC_LANES) {
            GLOBAL C* out = c + (long64)r * c_row + j;
            const int count = n - j0 - j;
            vec y = VEC_SPLAT(0.0f);
            if (beta != 0.0f) y = VEC_FMA(VEC_SPLAT(beta), load_columns(out, 1, count), y);
            y = VEC_FMA(VEC_SPLAT(alpha), VEC_LOAD(tile + r * CPU_NR + j), y);
            if (epilogue & GEMM_BIAS) {
                y = VEC_FMA(VEC_SPLAT(1.0f), y, load_columns(bias + bias_offset
                        + (long64)(j0 + j) * bias_stride, bias_stride, count));
            }
#if !NARROW_C
            if (activation == 0 && count >= VEC_LANES) {
                VEC_STORE(y, out);
                continue;
            }
#endif
            ACC lane[VEC_LANES];
            VEC_STORE(y, lane);
            if (count >= VEC_LANES) {
                for (int l = 0; l < VEC_LANES; l++) out[l] = NARROWED_C(activated(activation, lane[l]));
            } else {
                for (int l = 0; l < count; l++) out[l] = NARROWED_C(activated(activation, lane[l]));
            }
        }
    }
}

#if DTYPE == F32 || DTYPE == F64
#define DOT_COLUMNS (VEC_LANES / 4)

/* The same for small operands that both have k adjacent (a_col = 1, b_row = 1): every element of c is the
 * dot product of two rows in memory, so nothing has to be packed. One item owns CPU_DOT x CPU_DOT
 * elements, as many at a time as a vector has lanes: so many accumulators of as many partial sums. k is at least 1.
 *
 * Grid: (ceil(m / CPU_DOT), ceil(n / CPU_DOT), batch) groups of one item. */
KERNEL(1) gemm_cpu_dot(int m, int n, int k, ACC alpha,
        GLOBAL const ACC* RESTRICT a, long64 a_offset, int a_row, int a_col, long64 a_batch,
        GLOBAL const ACC* RESTRICT b, long64 b_offset, int b_row, int b_col, long64 b_batch,
        ACC beta, GLOBAL ACC* RESTRICT c, long64 c_offset, int c_row, long64 c_batch,
        GLOBAL const ACC* RESTRICT bias, long64 bias_offset, int bias_stride, int epilogue) {
    const int i_end = min((GROUP_ID() + 1) * CPU_DOT, m), j_end = min((GROUP_ID_Y() + 1) * CPU_DOT, n);
    const int activation = GEMM_ACTIVATION(epilogue), whole = k - k % VEC_LANES;
    a += a_offset + GROUP_ID_Z() * a_batch;
    b += b_offset + GROUP_ID_Z() * b_batch;
    c += c_offset + GROUP_ID_Z() * c_batch;
    for (int i0 = GROUP_ID() * CPU_DOT; i0 < i_end; i0 += 4) {
        for (int j0 = GROUP_ID_Y() * CPU_DOT; j0 < j_end; j0 += DOT_COLUMNS) {
            GLOBAL const ACC* row[4];
            GLOBAL const ACC* column[DOT_COLUMNS];
            vec sum[VEC_LANES];
            /* As in gemm_cpu, what is past the edge repeats the last. */
#pragma unroll
            for (int r = 0; r < 4; r++) row[r] = a + (long64)min(i0 + r, m - 1) * a_row;
#pragma unroll
            for (int j = 0; j < DOT_COLUMNS; j++) column[j] = b + (long64)min(j0 + j, n - 1) * b_col;
#pragma unroll
            for (int l = 0; l < VEC_LANES; l++) sum[l] = VEC_SPLAT(0.0f);
            for (int p = 0; p < whole; p += VEC_LANES) {
                vec y[DOT_COLUMNS];
#pragma unroll
                for (int j = 0; j < DOT_COLUMNS; j++) y[j] = VEC_LOAD(column[j] + p);
#pragma unroll
                for (int r = 0; r < 4; r++) {
                    const vec x = VEC_LOAD(row[r] + p);
#pragma unroll
                    for (int j = 0; j < DOT_COLUMNS; j++) {
                        sum[DOT_COLUMNS * r + j] = VEC_FMA(x, y[j], sum[DOT_COLUMNS * r + j]);
                    }
                }
            }
            if (whole < k) {
                for (int r = 0; r < 4; r++) {
                    const vec x = load_columns(row[r] + whole, 1, k - whole);
                    for (int j = 0; j < DOT_COLUMNS; j++) {
                        const vec y = load_columns(column[j] + whole, 1, k - whole);
                        sum[DOT_COLUMNS * r + j] = VEC_FMA(x, y, sum[DOT_COLUMNS * r + j]);
                    }
                }
            }
            /* Sums of two vectors' halves, side by side; in the end lane l is the sum of vector l. */
#pragma unroll
            for (int width = VEC_LANES / 2; width > 0; width /= 2) {
#pragma unroll
                for (int l = 0; l < width; l++) {
                    sum[l] = VEC_FMA(VEC_SPLAT(1.0f), VEC_ZIP_LOW(sum[l], sum[l + width]),
                            VEC_ZIP_HIGH(sum[l], sum[l + width]));
                }
            }
            ACC lane[VEC_LANES];
            VEC_STORE(sum[0], lane);
            for (int i = i0; i < i_end && i < i0 + 4; i++) {
                for (int j = j0; j < j_end && j < j0 + DOT_COLUMNS; j++) {
                    GLOBAL ACC* out = c + (long64)i * c_row + j;
                    ACC y = alpha * lane[DOT_COLUMNS * (i - i0) + j - j0];
                    if (beta != 0.0f) y += beta * *out;
                    if (epilogue & GEMM_BIAS) y += bias[bias_offset + (long64)j * bias_stride];
                    *out = activated(activation, y);
                }
            }
        }
    }
}

#endif

/* Packs x (extent x k) for gemm_cpu in panels of `width` rows:
 *
 *     packed[packed_offset + z packed_batch + (e / width k + p) width + e % width] = x(e, p)
 *
 * and zero for e past the extent. For a: extent m, width CPU_MR. For b, whose panels run along its
 * columns: extent n, width CPU_NR, x_row = b_col and x_col = b_row. packed_batch is
 * ceil(extent / width) width k numbers as they are computed with.
 *
 * Grid: (ceil(k / CPU_PACK_K), ceil(extent / width), batch) groups of one item. */
KERNEL(1) gemm_cpu_pack(int extent, int k, int width,
        GLOBAL const T* RESTRICT x, long64 x_offset, int x_row, int x_col, long64 x_batch,
        GLOBAL ACC* RESTRICT packed, long64 packed_offset, long64 packed_batch) {
    const int e0 = GROUP_ID_Y() * width, first = GROUP_ID() * CPU_PACK_K;
    const int rows = extent - e0 < width ? extent - e0 : width;
    const int last = k - first < CPU_PACK_K ? k - first : CPU_PACK_K;
    x += x_offset + GROUP_ID_Z() * x_batch + (long64)e0 * x_row + (long64)first * x_col;
    packed += packed_offset + GROUP_ID_Z() * packed_batch + (long64)e0 * k + (long64)first * width;
    /* By blocks, so that each cache line is read once: strides are often powers of two. */
    for (int r0 = 0; r0 < rows; r0 += VEC_LANES) {
        for (int p0 = 0; p0 < last; p0 += VEC_LANES) {
            GLOBAL const T* from = x + (long64)r0 * x_row + (long64)p0 * x_col;
            GLOBAL ACC* to = packed + p0 * width + r0;
            const int block_rows = rows - r0 < VEC_LANES ? rows - r0 : VEC_LANES;
            const int block_k = last - p0 < VEC_LANES ? last - p0 : VEC_LANES;
            if (block_rows == VEC_LANES && x_row == 1) {
                for (int p = 0; p < block_k; p++) {
                    VEC_STORE(load_widened(from + (long64)p * x_col), to + p * width);
                }
            } else if (block_rows == VEC_LANES && block_k == VEC_LANES && x_col == 1) {
                vec block[VEC_LANES];
#pragma unroll
                for (int r = 0; r < VEC_LANES; r++) block[r] = load_widened(from + (long64)r * x_row);
                transpose(block);
#pragma unroll
                for (int p = 0; p < VEC_LANES; p++) VEC_STORE(block[p], to + p * width);
            } else {
                for (int p = 0; p < block_k; p++) {
                    for (int r = 0; r < block_rows; r++) {
                        to[p * width + r] = widened(from[(long64)r * x_row + (long64)p * x_col]);
                    }
                }
            }
        }
    }
    for (int r = rows; r < width; r++) {
        for (int p = 0; p < last; p++) packed[p * width + r] = 0.0f;
    }
}
