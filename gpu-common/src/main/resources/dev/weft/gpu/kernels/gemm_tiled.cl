/* c = activation(alpha a b + beta c + bias) by tiles in local memory: the portable kernel, right on
 * any device and tuned for none.
 *
 *            TILE_N                 A group owns a TILE_M x TILE_N tile of c and walks along k in
 *           +------+                steps of TILE_K: it copies a's and b's tiles to local memory,
 *    TILE_K |  b   |                and each item adds up its WORK x WORK elements, which lie
 *           +------+                TILE_M / WORK rows and TILE_N / WORK columns apart, so that
 *    +----+ +------+                neighbours read neighbouring words.
 *    | a  | | c    | TILE_M
 *    +----+ +------+                Grid: (ceil(n / TILE_N), ceil(m / TILE_M), batch) groups.
 *    TILE_K
 *
 * Tuning: TILE_M, TILE_N, TILE_K (16 at least pays for the two barriers of a step), WORK; the group
 * has TILE_M TILE_N / WORK^2 items. Local memory: TILE_K (TILE_M + TILE_N + 2) numbers. */
#ifndef TILE_M
#define TILE_M 32
#endif
#ifndef TILE_N
#define TILE_N 32
#endif
#ifndef TILE_K
#define TILE_K 16
#endif
#ifndef WORK
#define WORK 4
#endif
#define ROWS (TILE_M / WORK)
#define COLUMNS (TILE_N / WORK)
#define TILE_ITEMS (ROWS * COLUMNS)

KERNEL(TILE_ITEMS) gemm_tiled(int m, int n, int k, ACC alpha,
        GLOBAL const T* RESTRICT a, long64 a_offset, int a_row, int a_col, long64 a_batch,
        GLOBAL const T* RESTRICT b, long64 b_offset, int b_row, int b_col, long64 b_batch,
        ACC beta, GLOBAL C* RESTRICT c, long64 c_offset, int c_row, long64 c_batch,
        GLOBAL const C* RESTRICT bias, long64 bias_offset, int bias_stride, int epilogue) {
    /* The pad of one spreads a column over the banks: one of the two copies below is transposed. */
    LOCAL ACC a_tile[TILE_K][TILE_M + 1];
    LOCAL ACC b_tile[TILE_K][TILE_N + 1];
    const int item = LOCAL_ID(), i = item / COLUMNS, j = item % COLUMNS;
    const int i0 = GROUP_ID_Y() * TILE_M, j0 = GROUP_ID() * TILE_N;
    a += a_offset + GROUP_ID_Z() * a_batch + (long64)i0 * a_row;
    b += b_offset + GROUP_ID_Z() * b_batch + (long64)j0 * b_col;
    c += c_offset + GROUP_ID_Z() * c_batch;

    ACC sum[WORK][WORK];
#pragma unroll
    for (int r = 0; r < WORK; r++) {
#pragma unroll
        for (int s = 0; s < WORK; s++) sum[r][s] = 0.0f;
    }
    for (int p0 = 0; p0 < k; p0 += TILE_K) {
        /* Neighbouring items read along the unit stride; past an edge the tile holds zeros. */
        for (int x = item; x < TILE_M * TILE_K; x += TILE_ITEMS) {
            const int r = a_col == 1 ? x / TILE_K : x % TILE_M;
            const int p = a_col == 1 ? x % TILE_K : x / TILE_M;
            a_tile[p][r] = i0 + r < m && p0 + p < k
                    ? widened(a[(long64)r * a_row + (long64)(p0 + p) * a_col]) : 0.0f;
        }
        for (int x = item; x < TILE_N * TILE_K; x += TILE_ITEMS) {
            const int s = b_col == 1 ? x % TILE_N : x / TILE_K;
            const int p = b_col == 1 ? x / TILE_N : x % TILE_K;
            b_tile[p][s] = j0 + s < n && p0 + p < k
                    ? widened(b[(long64)s * b_col + (long64)(p0 + p) * b_row]) : 0.0f;
        }
        BARRIER();
        for (int p = 0; p < TILE_K; p++) {
#pragma unroll
            for (int r = 0; r < WORK; r++) {
                const ACC x = a_tile[p][i + r * ROWS];
#pragma unroll
                for (int s = 0; s < WORK; s++) {
                    sum[r][s] = fma(x, b_tile[p][j + s * COLUMNS], sum[r][s]);
                }
            }
        }
        BARRIER(); /* the next step overwrites what a slower item may still read */
    }
#pragma unroll
    for (int r = 0; r < WORK; r++) {
#pragma unroll
        for (int s = 0; s < WORK; s++) {
            const int row = i0 + i + r * ROWS, column = j0 + j + s * COLUMNS;
            if (row >= m || column >= n) continue;
            GLOBAL C* out = c + (long64)row * c_row + column;
            ACC y = fma(alpha, sum[r][s], beta != 0.0f ? fma(beta, WIDENED_C(*out), (ACC)0) : (ACC)0);
            if (epilogue & GEMM_BIAS) y += WIDENED_C(bias[bias_offset + (long64)column * bias_stride]);
            *out = NARROWED_C(activated(GEMM_ACTIVATION(epilogue), y));
        }
    }
}
