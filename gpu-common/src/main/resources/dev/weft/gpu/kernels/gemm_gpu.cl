/* c = activation(alpha a b + beta c + bias) for GPUs: tiles in local memory, twice, and a tile of c in each item's
 * registers; 128-bit accesses wherever four neighbours can be had at once.
 *
 *             GPU_BN                A group of GPU_BM GPU_BN / (GPU_TM GPU_TN) items owns a
 *           +--------+              GPU_BM x GPU_BN tile of c and walks along k in steps of GPU_BK.
 *    GPU_BK |   b    |              An item owns GPU_TM x GPU_TN elements in blocks of 4 x 4: block
 *           +--------+              (g, h) starts at row g GPU_BM / (GPU_TM / 4) + 4 i and column
 *    +----+ +--------+              h GPU_BN / (GPU_TN / 4) + 4 j of the tile, for item (i, j).
 *    |    | |##   ## |              Patches of 4 x 8 items are neighbours, so that 32 of them read 4
 *    | a  | |   c    | GPU_BM       quads of a and 8 of b from local memory, each in one access.
 *    |    | |##   ## |
 *    +----+ +--------+              Grid: (ceil(n / GPU_BN), ceil(m / GPU_BM), batch) groups.
 *    GPU_BK
 *
 * While a step multiplies one pair of tiles, the quads of the next are on their way to registers; they are stored into
 * the other pair, so that a step needs one barrier. A quad is four neighbours along the unit stride of its operand: one
 * access where the operand's rows begin at multiples of its size, and four elsewhere and in the last step. Within a step
 * the quads of one row of the tiles are read while the row before is multiplied, which takes 7 to 9 % less on an H200.
 *
 * Tuning: GPU_BM, GPU_BN, GPU_BK, GPU_TM, GPU_TN, multiples of 4; the items divide GPU_BM GPU_BK / 4 and
 * GPU_BN GPU_BK / 4. Local memory: 2 GPU_BK (GPU_BM + GPU_BN + 8) numbers. */
#ifndef GPU_BM
#define GPU_BM 128
#endif
#ifndef GPU_BN
#define GPU_BN 128
#endif
#ifndef GPU_BK
#define GPU_BK 8
#endif
#ifndef GPU_TM
#define GPU_TM 8
#endif
#ifndef GPU_TN
#define GPU_TN 8
#endif
#define ITEMS_M (GPU_BM / GPU_TM)
#define ITEMS_N (GPU_BN / GPU_TN)
#define TILE_ITEMS (ITEMS_M * ITEMS_N)
#define PATCH_M (ITEMS_M < 4 ? ITEMS_M : 4)
#define PATCH_N (ITEMS_N < 8 ? ITEMS_N : 8)
#define PATCH (PATCH_M * PATCH_N)
/* Where an item is in its patch: down, right, and after every second row back to the top. Local memory serves eight
 * items at a time, and this way they read two quads of a and four of b instead of one and eight. */
#define PLACE_I(place) ((place) / (2 * PATCH_N) * 2 + (place) % 2)
#define PLACE_J(place) ((place) / 2 % PATCH_N)
/* As many as need no spills on any GPU from sm_75 to sm_90, by the compilers of CUDA 12.6 and 13.0: 512 items have 128
 * registers each. */
#define RESIDENT                                                 \
    (DTYPE == F64 || GPU_TM * GPU_TN > 64 || TILE_ITEMS < 64 ? 1 \
            : TILE_ITEMS == 128 ? 3 : TILE_ITEMS == 64 ? 6 : 512 / TILE_ITEMS)
#define A_QUADS (GPU_BM * GPU_BK / 4 / TILE_ITEMS)
#define B_QUADS (GPU_BN * GPU_BK / 4 / TILE_ITEMS)

/* Read and written as a whole (for F32 one 128-bit access), and by element: as it is computed with, as it is in a and
 * b, and as it is in c. */
#if DTYPE == F64
typedef double_4 four;
#else
typedef float4 four;
#endif
#if DTYPE == F16 || DTYPE == BF16
typedef bits16_4 stored_four;
#else
typedef four stored_four;
#endif
#ifdef WIDE_C
typedef four c_four;
#else
typedef stored_four c_four;
#endif
typedef union { four whole; ACC lane[4]; } quad;
typedef union { stored_four whole; T lane[4]; } stored_quad;
typedef union { c_four whole; C lane[4]; } c_quad;

/* Where quad x of a tile of `extent` (across) x GPU_BK (along k) begins: an item copies quads item, item + TILE_ITEMS, … */
#define ACROSS(x, k_first, extent) ((k_first) ? (x) / (GPU_BK / 4) : (x) % ((extent) / 4) * 4)
#define ALONG(x, k_first, extent) ((k_first) ? (x) % (GPU_BK / 4) * 4 : (x) / ((extent) / 4))

/* Whether quads lie at multiples of their size, and none lies half outside. */
#define WIDE(unit, stride, start, k_first, size, begin, extent) \
    ((unit) == 1 && (stride) % 4 == 0 && (start) % 4 == 0 && ((k_first) || (size) - (begin) >= (extent) || (size) % 4 == 0))

/* A quad of a or b as it is computed with. */
#if DTYPE == F16 || DTYPE == BF16
DEVICE four widened_quad(stored_quad x) {
    quad y;
#pragma unroll
    for (int e = 0; e < 4; e++) y.lane[e] = widened(x.lane[e]);
    return y.whole;
}
#define WIDENED_QUAD(x) widened_quad(x)
#else
#define WIDENED_QUAD(x) (x).whole
#endif

/* Where a quad begins, across: at the edge no further than where it, or its row of k, is still inside. */
#define INSIDE(across, last, k_first) min(across, (k_first) ? (last) : (last) - 3)

/* A quad by elements, x being where it begins. From `left` on along k they are zeros; past the edge across they are the
 * last ones again, of which results come that nobody keeps. */
DEVICE stored_quad gathered(GLOBAL const T* x, int across_stride, int along_stride, int across, int last, int left,
        int k_first) {
    stored_quad y;
#pragma unroll
    for (int e = 0; e < 4; e++) {
        const int there = k_first ? e : min(across + e, last) - INSIDE(across, last, 0);
        const int stride = k_first ? along_stride : across_stride;
        y.lane[e] = (k_first ? e : 0) < left ? x[(long64)there * stride] : 0;
    }
    return y;
}

/* Where an item's quads of the first tile of an operand begin. */
#define LOCATE(x, QUADS, EXTENT, across_stride, along_stride, last)                                                 \
    for (int l = 0; l < QUADS; l++) {                                                                               \
        const int q = item + l * TILE_ITEMS, across = ACROSS(q, x##_k_first, EXTENT);                               \
        x##_at[l] = x + (long64)INSIDE(across, last, x##_k_first) * across_stride                                   \
                + (long64)ALONG(q, x##_k_first, EXTENT) * along_stride;                                             \
    }

/* The next step's quads of an operand, on their way to registers. */
#define FETCH(x, QUADS, EXTENT, across_stride, along_stride, last)                                                \
    if (x##_wide && next + GPU_BK <= k) {                                                                         \
        for (int l = 0; l < QUADS; l++) x##_next[l].whole = *(GLOBAL const stored_four*)x##_at[l];                \
    } else {                                                                                                      \
        for (int l = 0; l < QUADS; l++) {                                                                         \
            const int q = item + l * TILE_ITEMS;                                                                  \
            x##_next[l] = gathered(x##_at[l], across_stride, along_stride, ACROSS(q, x##_k_first, EXTENT), last,  \
                    k - next - ALONG(q, x##_k_first, EXTENT), x##_k_first);                                       \
        }                                                                                                         \
    }                                                                                                             \
    for (int l = 0; l < QUADS; l++) x##_at[l] += (long64)GPU_BK * along_stride;

/* From registers to the tiles that nobody reads: their last readers were one step ago, before the barrier. */
#define STORE(x, QUADS, EXTENT)                                                                                     \
    for (int l = 0; l < QUADS; l++) {                                                                               \
        const int q = item + l * TILE_ITEMS;                                                                        \
        const int across = ACROSS(q, x##_k_first, EXTENT), along = ALONG(q, x##_k_first, EXTENT);                   \
        if (x##_k_first) {                                                                                          \
            for (int e = 0; e < 4; e++) {                                                                           \
                x##_tile[now ^ 1][along + e][across / 4].lane[across % 4] = widened(x##_next[l].lane[e]);           \
            }                                                                                                       \
        } else {                                                                                                    \
            x##_tile[now ^ 1][along][across / 4].whole = WIDENED_QUAD(x##_next[l]);                                 \
        }                                                                                                           \
    }

/* An item's quads of row p of the tiles, into one of its two sets of them. */
#define READ(p)                                                                                                          \
    _Pragma("unroll") for (int g = 0; g < GPU_TM / 4; g++) x[(p) % 2][g].whole = a_tile[now][p][g * ITEMS_M + i].whole;  \
    _Pragma("unroll") for (int h = 0; h < GPU_TN / 4; h++) y[(p) % 2][h].whole = b_tile[now][p][h * ITEMS_N + j].whole;

/* For the elements of c that an item owns. */
#define EACH_SUM(value)                                       \
    _Pragma("unroll") for (int r = 0; r < GPU_TM; r++) {      \
        _Pragma("unroll") for (int s = 0; s < GPU_TN; s++) {  \
            sum[r][s] = value;                                \
        }                                                     \
    }

/* For its quads that are inside: elements 4 h to 4 h + 3 of row r, from `out` on, of which `columns` are inside. */
#define EACH_QUAD(work)                                                           \
    _Pragma("unroll") for (int r = 0; r < GPU_TM; r++) {                          \
        const int row = i0 + 4 * (r / 4 * ITEMS_M + i) + r % 4;                   \
        _Pragma("unroll") for (int h = 0; h < GPU_TN / 4; h++) {                  \
            const int column = j0 + 4 * (h * ITEMS_N + j), columns = n - column;  \
            if (row < m && columns > 0) {                                         \
                GLOBAL C* out = c + (long64)row * c_row + column;                 \
                work                                                              \
            }                                                                     \
        }                                                                         \
    }

KERNEL_RESIDENT(TILE_ITEMS, RESIDENT) gemm_gpu(int m, int n, int k, ACC alpha,
        GLOBAL const T* RESTRICT a, long64 a_offset, int a_row, int a_col, long64 a_batch,
        GLOBAL const T* RESTRICT b, long64 b_offset, int b_row, int b_col, long64 b_batch,
        ACC beta, GLOBAL C* RESTRICT c, long64 c_offset, int c_row, long64 c_batch,
        GLOBAL const C* RESTRICT bias, long64 bias_offset, int bias_stride, int epilogue) {
    /* The pad of one quad lets a transposed copy write into different banks. */
    LOCAL quad a_tile[2][GPU_BK][GPU_BM / 4 + 1];
    LOCAL quad b_tile[2][GPU_BK][GPU_BN / 4 + 1];
    const int item = LOCAL_ID(), patch = item / PATCH, place = item % PATCH;
    const int i = patch / (ITEMS_N / PATCH_N) * PATCH_M + PLACE_I(place);
    const int j = patch % (ITEMS_N / PATCH_N) * PATCH_N + PLACE_J(place);
    const int i0 = GROUP_ID_Y() * GPU_BM, j0 = GROUP_ID() * GPU_BN;
    const int last_row = m - 1 - i0, last_column = n - 1 - j0;
    const int a_k_first = a_col == 1, b_k_first = b_col != 1;
    const long64 a_start = a_offset + GROUP_ID_Z() * a_batch, b_start = b_offset + GROUP_ID_Z() * b_batch;
    const long64 c_start = c_offset + GROUP_ID_Z() * c_batch;
    const int a_wide = WIDE(a_k_first ? a_col : a_row, a_k_first ? a_row : a_col, a_start, a_k_first, m, i0, GPU_BM);
    const int b_wide = WIDE(b_k_first ? b_row : b_col, b_k_first ? b_col : b_row, b_start, b_k_first, n, j0, GPU_BN);
    a += a_start + (long64)i0 * a_row;
    b += b_start + (long64)j0 * b_col;

    GLOBAL const T* a_at[A_QUADS];
    GLOBAL const T* b_at[B_QUADS];
    stored_quad a_next[A_QUADS], b_next[B_QUADS];
    LOCATE(a, A_QUADS, GPU_BM, a_row, a_col, last_row)
    LOCATE(b, B_QUADS, GPU_BN, b_col, b_row, last_column)
    ACC sum[GPU_TM][GPU_TN];
    EACH_SUM(0.0f)

    /* Step -1 only fetches the first tiles, and the last fetches none. */
    for (int next = 0, now = 1; next < k + GPU_BK; next += GPU_BK, now ^= 1) {
        if (next < k) {
            FETCH(a, A_QUADS, GPU_BM, a_row, a_col, last_row)
            FETCH(b, B_QUADS, GPU_BN, b_col, b_row, last_column)
        }
        if (next > 0) {
            quad x[2][GPU_TM / 4], y[2][GPU_TN / 4];
            READ(0)
#pragma unroll
            for (int p = 0; p < GPU_BK; p++) {
                if (p + 1 < GPU_BK) {
                    READ(p + 1)
                }
#pragma unroll
                for (int r = 0; r < GPU_TM; r++) {
#pragma unroll
                    for (int s = 0; s < GPU_TN; s++) {
                        sum[r][s] = fma(x[p % 2][r / 4].lane[r % 4], y[p % 2][s / 4].lane[s % 4], sum[r][s]);
                    }
                }
            }
        }
        if (next < k) {
            STORE(a, A_QUADS, GPU_BM)
            STORE(b, B_QUADS, GPU_BN)
        }
        BARRIER();
    }

    /* One branch for all elements at a time: PoCL compiles that seven times as fast as branches for each. */
    const int c_wide = n % 4 == 0 && c_row % 4 == 0 && c_start % 4 == 0;
    c += c_start;
    if (beta == 0.0f) {
        EACH_SUM(fma(alpha, sum[r][s], (ACC)0))
    } else {
        EACH_QUAD(
            c_quad before;
            if (c_wide) before.whole = *(GLOBAL const c_four*)out;
            for (int e = 0; e < 4; e++) {
                const C y = c_wide ? before.lane[e] : e < columns ? out[e] : 0;
                sum[r][4 * h + e] = fma(alpha, sum[r][4 * h + e], beta * WIDENED_C(y));
            })
    }
    if (epilogue & GEMM_BIAS) {
#pragma unroll
        for (int s = 0; s < GPU_TN; s++) {
            const int column = j0 + 4 * (s / 4 * ITEMS_N + j) + s % 4;
            const ACC added = column < n ? WIDENED_C(bias[bias_offset + (long64)column * bias_stride]) : 0.0f;
#pragma unroll
            for (int r = 0; r < GPU_TM; r++) sum[r][s] += added;
        }
    }
    switch (GEMM_ACTIVATION(epilogue)) {
        case 1: EACH_SUM(rectified(sum[r][s])) break;
        case 2: EACH_SUM(logistic(sum[r][s])) break;
        case 3: EACH_SUM(hyperbolic_tangent(sum[r][s])) break;
    }
    EACH_QUAD(
        c_quad y;
        for (int e = 0; e < 4; e++) y.lane[e] = NARROWED_C(sum[r][4 * h + e]);
        if (c_wide) {
            *(GLOBAL c_four*)out = y.whole;
        } else {
            for (int e = 0; e < 4; e++) {
                if (e < columns) out[e] = y.lane[e];
            }
        })
}
