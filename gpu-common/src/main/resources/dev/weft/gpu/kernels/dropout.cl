/* mask[i] = 0 where u(i) < threshold, otherwise `kept`, with u(i) word i mod 4 of Philox4x32-10's block number
 * start + i / 4 (Salmon et al. 2011); a block of four elements at a time.
 *
 * state = {key low, key high, start low, start high}. The last group to have read `start` adds the number of blocks to
 * it, by integer atomics; `finished` is 0 again after the launch. Tuning: GROUP, SPAN. */

KERNEL(GROUP)
dropout_mask(long64 n, long64 threshold, T kept, GLOBAL int* state, long64 state_offset, GLOBAL int* finished,
             DENSE(T, mask)) {
    LOCAL uint32 start[2];
    GLOBAL int* words = state + state_offset;
    if (LOCAL_ID() == 0) {
        start[0] = (uint32)ATOMIC_READ(words + 2);
        start[1] = (uint32)ATOMIC_READ(words + 3);
    }
    BARRIER();
    long64 blocks = (n + 3) / 4;
    EACH_OF_SPAN(block, blocks) {
        long64 first = block * 4;
        uint32 c0 = start[0] + (uint32)block;
        uint32 c1 = start[1] + (uint32)(block >> 32) + (c0 < start[0] ? 1u : 0u);
        uint32 c2 = 0u;
        uint32 c3 = 0u;
        uint32 k0 = (uint32)words[0];
        uint32 k1 = (uint32)words[1];
        for (int round = 0; round < 10; round++) {
            uint32 high0 = MUL_HI(0xD2511F53u, c0);
            uint32 low0 = 0xD2511F53u * c0;
            uint32 high1 = MUL_HI(0xCD9E8D57u, c2);
            uint32 low1 = 0xCD9E8D57u * c2;
            c0 = high1 ^ c1 ^ k0;
            c1 = low1;
            c2 = high0 ^ c3 ^ k1;
            c3 = low0;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        GLOBAL T* y = mask + mask_offset + first;
        y[0] = c0 < threshold ? 0.0f : kept;
        if (first + 1 < n) {
            y[1] = c1 < threshold ? 0.0f : kept;
        }
        if (first + 2 < n) {
            y[2] = c2 < threshold ? 0.0f : kept;
        }
        if (first + 3 < n) {
            y[3] = c3 < threshold ? 0.0f : kept;
        }
    }
    if (LOCAL_ID() == 0 && last_group(finished)) {
        uint32 low = start[0] + (uint32)blocks;
        ATOMIC_WRITE(words + 2, (int)low);
        ATOMIC_WRITE(words + 3, (int)(start[1] + (uint32)(blocks >> 32) + (low < start[0] ? 1u : 0u)));
    }
}
