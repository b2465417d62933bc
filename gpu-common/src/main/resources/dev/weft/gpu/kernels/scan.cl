/* y[…, j] = Σ or Π x[…, i] over i ≤ j, or i ≥ j where reversed, along the last axis: see LINES in portability.h.
 *
 *   NAME_items   one work-item to a line, which it goes through in order: for short lines
 *   NAME_groups  one work-group to a part of a line: a tile at a time, of which each item has PER adjacent elements. What
 *                the items' elements make is scanned in local memory, and joined to what stands before the tile:
 *
 *                    tile  ├ item 0 ┤├ item 1 ┤ … ├ item GROUP-1 ┤    offset of item l: all before the tile, and the
 *                            PER       PER             PER            items before l
 *
 *                Where a line has several parts, a first launch makes only the total of each, of which the second joins
 *                those before its part.
 *
 * What is joined depends on the shape alone. Tuning: GROUP, PER, and the length of a part, an argument. */

#if GROUP == 1
#define PER BLOCK
#else
#define PER 4
#endif

#define SCANNED LINES, int reversed
#define PARTS int part_length, int parts, int totals_only, DENSE(T, totals)
#define IN_ORDER(k) (reversed ? columns - 1 - (k) : (k))

#define SCAN(NAME, FIRST, COMBINE)                                                                 \
    KERNEL(ITEMS) NAME##_items(SCANNED, VIEW(const T, x), VIEW(T, y)) {                            \
        long64 row = GLOBAL_ID();                                                                  \
        if (row < rows) {                                                                          \
            SPLIT_ROW(row);                                                                        \
            ROW_OF(x);                                                                             \
            ROW_OF(y);                                                                             \
            T all = FIRST;                                                                         \
            LOST_##NAME;                                                                           \
            T block = FIRST;                                                                       \
            for (int k = 0; k < columns; k++) {                                                    \
                int j = IN_ORDER(k);                                                               \
                block = COMBINE(block, ELEMENT(x));                                                \
                ELEMENT(y) = COMBINE(SETTLED_##NAME(all, lost), block);                            \
                if (k % BLOCK == BLOCK - 1) {                                                      \
                    JOIN_##NAME(all, lost, block);                                                 \
                    block = FIRST;                                                                 \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
    KERNEL(GROUP) NAME##_groups(SCANNED, PARTS, VIEW(const T, x), VIEW(T, y)) {                    \
        LOCAL T shared[GROUP];                                                                     \
        long64 row = GROUP_ID();                                                                   \
        SPLIT_ROW(row);                                                                            \
        ROW_OF(x);                                                                                 \
        ROW_OF(y);                                                                                 \
        int part = GROUP_ID_Y();                                                                   \
        int begin = part * part_length;                                                            \
        int end = part_length < columns - begin ? begin + part_length : columns;                   \
        GLOBAL T* totals_of_row = totals + totals_offset + row * parts;                            \
        T all = FIRST;                                                                             \
        LOST_##NAME;                                                                               \
        for (int before = 0; before < part && !totals_only; before++) {                            \
            T total = totals_of_row[before];                                                       \
            JOIN_##NAME(all, lost, total);                                                         \
        }                                                                                          \
        for (int tile = begin; tile < end; tile += GROUP * PER) {                                  \
            int first = tile + LOCAL_ID() * PER;                                                   \
            T own = FIRST;                                                                         \
            for (int k = first; k < first + PER && k < end; k++) {                                 \
                int j = IN_ORDER(k);                                                               \
                own = COMBINE(own, ELEMENT(x));                                                    \
            }                                                                                      \
            shared[LOCAL_ID()] = own;                                                              \
            BARRIER();                                                                             \
            for (int width = 1; width < GROUP; width *= 2) {                                       \
                T before = LOCAL_ID() >= width ? shared[LOCAL_ID() - width] : FIRST;               \
                BARRIER();                                                                         \
                shared[LOCAL_ID()] = COMBINE(before, shared[LOCAL_ID()]);                          \
                BARRIER();                                                                         \
            }                                                                                      \
            T running = LOCAL_ID() > 0 ? shared[LOCAL_ID() - 1] : FIRST;                           \
            T offset = SETTLED_##NAME(all, lost);                                                  \
            for (int k = first; k < first + PER && k < end && !totals_only; k++) {                 \
                int j = IN_ORDER(k);                                                               \
                running = COMBINE(running, ELEMENT(x));                                            \
                ELEMENT(y) = COMBINE(offset, running);                                             \
            }                                                                                      \
            T total = shared[GROUP - 1];                                                           \
            BARRIER();                                                                             \
            JOIN_##NAME(all, lost, total);                                                         \
        }                                                                                          \
        if (totals_only && LOCAL_ID() == 0) {                                                      \
            totals_of_row[part] = SETTLED_##NAME(all, lost);                                       \
        }                                                                                          \
    }

/* Only floating sums lose anything. */
#define LOST_prod
#define JOIN_prod(all, lost, block) all = TIMES(all, block)
#define SETTLED_prod(all, lost) all

#if FLOATING

#define PLUS(a, b) ((a) + (b))
#define TIMES(a, b) ((a) * (b))
#define LOST_sum T lost = 0.0f
#define JOIN_sum(all, lost, block) CARRY(all, lost, block)
#define SETTLED_sum(all, lost) settled(all, lost)

#else

#define PLUS(a, b) ((T)((UNSIGNED)(a) + (UNSIGNED)(b)))
#define TIMES(a, b) ((T)((UNSIGNED)(a) * (UNSIGNED)(b)))
#define LOST_sum
#define JOIN_sum(all, lost, block) all = PLUS(all, block)
#define SETTLED_sum(all, lost) all

#endif

SCAN(sum, 0, PLUS)
SCAN(prod, 1, TIMES)
