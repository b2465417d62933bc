/* c = activation(alpha a b + beta c + bias) for GPUs: tiles in local memory, twice, and a tile of c
 * in each item's registers.
 *
 *             GPU_BN                A group of GPU_BM GPU_BN / (GPU_TM GPU_TN) items owns a
 *           +--------+              GPU_BM x GPU_BN tile of c and walks along k in steps of GPU_BK.
 *    GPU_BK |   b    |              An item owns GPU_TM x GPU_TN elements in blocks of 4 x 4: block
 *           +--------+              (g, h) starts at row g GPU_BM / (GPU_TM / 4) + 4 i and column
 *    +----+ +--------+              h GPU_BN / (GPU_TN / 4) + 4 j of the tile, for item (i, j), so
 *    |    | |##   ## |              that neighbours read neighbouring quads of local memory.
 *    | a  | |   c    | GPU_BM
 *    |    | |##   ## |              Grid: (ceil(n / GPU_BN), ceil(m / GPU_BM), batch) groups.
 *    +----+ +--------+
 *    GPU_BK
 *
 * While a step multiplies one pair of tiles, the elements of the next are on their way to registers;
 * they are stored into the other pair, so that a step needs one barrier.
 *
 * Tuning: GPU_BM, GPU_BN, GPU_BK, GPU_TM, GPU_TN; GPU_TM and GPU_TN are multiples of 4, and the group
 * divides GPU_BM GPU_BK and GPU_BN GPU_BK. Local memory: 8 GPU_BK (GPU_BM + GPU_BN + 8) bytes. */
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
#define A_LOADS (GPU_BM * GPU_BK / TILE_ITEMS)
#define B_LOADS (GPU_BN * GPU_BK / TILE_ITEMS)

/* Read as a whole (one 128-bit access), written by element. */
typedef union { float4 whole; float lane[4]; } quad;

/* An item's share of copying a tile of `extent` (along `across`) x GPU_BK (along `along`): element x
 * of a tile is taken along k first where that is the unit stride, so that neighbours read neighbours. */
#define ACROSS(x, k_first, extent) ((k_first) ? (x) / GPU_BK : (x) % (extent))
#define ALONG(x, k_first, extent) ((k_first) ? (x) % GPU_BK : (x) / (extent))

KERNEL(TILE_ITEMS) gemm_gpu(int m, int n, int k, float alpha,
        GLOBAL const float* RESTRICT a, long64 a_offset, int a_row, int a_col, long64 a_batch,
        GLOBAL const float* RESTRICT b, long64 b_offset, int b_row, int b_col, long64 b_batch,
        float beta, GLOBAL float* RESTRICT c, long64 c_offset, int c_row, long64 c_batch,
        GLOBAL const float* RESTRICT bias, long64 bias_offset, int bias_stride, int epilogue) {
    /* The pad of one quad lets a transposed copy write into different banks. */
    LOCAL quad a_tile[2][GPU_BK][GPU_BM / 4 + 1];
    LOCAL quad b_tile[2][GPU_BK][GPU_BN / 4 + 1];
    const int item = LOCAL_ID(), i = item / ITEMS_N, j = item % ITEMS_N;
    const int i0 = GROUP_ID_Y() * GPU_BM, j0 = GROUP_ID() * GPU_BN;
    const int a_k_first = a_col == 1, b_k_first = b_col != 1;
    a += a_offset + GROUP_ID_Z() * a_batch + (long64)i0 * a_row;
    b += b_offset + GROUP_ID_Z() * b_batch + (long64)j0 * b_col;
    c += c_offset + GROUP_ID_Z() * c_batch;

    float a_next[A_LOADS], b_next[B_LOADS];
    float sum[GPU_TM][GPU_TN];
#pragma unroll
    for (int r = 0; r < GPU_TM; r++) {
#pragma unroll
        for (int s = 0; s < GPU_TN; s++) sum[r][s] = 0.0f;
    }

    /* Step -1 only fetches the first tiles. */
    for (int p0 = -GPU_BK, now = 1; p0 < k; p0 += GPU_BK, now ^= 1) {
        const int next = p0 + GPU_BK;
#pragma unroll
        for (int l = 0; l < A_LOADS; l++) {
            const int x = item + l * TILE_ITEMS;
            const int r = ACROSS(x, a_k_first, GPU_BM), p = next + ALONG(x, a_k_first, GPU_BM);
            a_next[l] = i0 + r < m && p < k ? a[(long64)r * a_row + (long64)p * a_col] : 0.0f;
        }
#pragma unroll
        for (int l = 0; l < B_LOADS; l++) {
            const int x = item + l * TILE_ITEMS;
            const int s = ACROSS(x, b_k_first, GPU_BN), p = next + ALONG(x, b_k_first, GPU_BN);
            b_next[l] = j0 + s < n && p < k ? b[(long64)s * b_col + (long64)p * b_row] : 0.0f;
        }
        if (p0 >= 0) {
#pragma unroll
            for (int p = 0; p < GPU_BK; p++) {
                quad x[GPU_TM / 4], y[GPU_TN / 4];
#pragma unroll
                for (int g = 0; g < GPU_TM / 4; g++) x[g].whole = a_tile[now][p][g * ITEMS_M + i].whole;
#pragma unroll
                for (int h = 0; h < GPU_TN / 4; h++) y[h].whole = b_tile[now][p][h * ITEMS_N + j].whole;
#pragma unroll
                for (int r = 0; r < GPU_TM; r++) {
#pragma unroll
                    for (int s = 0; s < GPU_TN; s++) {
                        sum[r][s] = fma(x[r / 4].lane[r % 4], y[s / 4].lane[s % 4], sum[r][s]);
                    }
                }
            }
        }
        /* Its last readers were one step ago, before the barrier. */
#pragma unroll
        for (int l = 0; l < A_LOADS; l++) {
            const int x = item + l * TILE_ITEMS, r = ACROSS(x, a_k_first, GPU_BM);
            a_tile[now ^ 1][ALONG(x, a_k_first, GPU_BM)][r / 4].lane[r % 4] = a_next[l];
        }
#pragma unroll
        for (int l = 0; l < B_LOADS; l++) {
            const int x = item + l * TILE_ITEMS, s = ACROSS(x, b_k_first, GPU_BN);
            b_tile[now ^ 1][ALONG(x, b_k_first, GPU_BN)][s / 4].lane[s % 4] = b_next[l];
        }
        BARRIER();
    }

#pragma unroll
    for (int r = 0; r < GPU_TM; r++) {
        const int row = i0 + 4 * (r / 4 * ITEMS_M + i) + r % 4;
#pragma unroll
        for (int s = 0; s < GPU_TN; s++) {
            const int column = j0 + 4 * (s / 4 * ITEMS_N + j) + s % 4;
            if (row >= m || column >= n) continue;
            GLOBAL float* out = c + (long64)row * c_row + column;
            float y = fma(alpha, sum[r][s], beta != 0.0f ? fma(beta, *out, 0.0f) : 0.0f);
            if (epilogue & GEMM_BIAS) y += bias[bias_offset + (long64)column * bias_stride];
            *out = activated(GEMM_ACTIVATION(epilogue), y);
        }
    }
}
