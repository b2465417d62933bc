/* Adding up by index. A table has rows (axis 0) of up to three further axes, numbered (i1, i2, i3):
 *
 *   scatter_add_columns  dTable[indices[i], …] += dy[i, …]: one work-item to a column, which goes through all i in
 *                order; for devices with few work-items at a time. Where that may be more additions in a row than a sum
 *                may have, what each sum loses is kept in `lost`, of the table's rows and these columns
 *   scatter_add_rows     the same for indices in ascending order, where place i was order[i] before: one work-item to
 *                an element of dy, which adds all rows of the same index if its row is the first of them; for devices
 *                with many
 *   add_along    y[…, indices[…, j]] += x[…, j] in the order of j, along the last axis: one work-item to a line, or a
 *                group of which each item has the places of y that fall to it, so that nobody writes where another does
 *
 * A launch may have only the indices from `first_place` on. An index that is out of range is noted, and reads as 0. No
 * float atomics: repeated indices add up in order.
 * Tuning: ITEMS. */

#if FLOATING

#define SCATTER                                                                                \
    EXTENTS, int table_rows, VIEW(const T, dy), DENSE(const int, indices), long64 indices_s0,  \
        int first_place, VIEW(T, table), int count, int code, GLOBAL int* fault

/* n = e1 e2 e3 columns. */
KERNEL(ITEMS) scatter_add_columns(SCATTER, int keeps, GLOBAL T* lost) {
    long64 column = GLOBAL_ID();
    if (column < n) {
        SPLIT(column);
        long64 dy_at = dy_offset + i1 * dy_s1 + i2 * dy_s2 + i3 * dy_s3;
        long64 table_at = table_offset + i1 * table_s1 + i2 * table_s2 + i3 * table_s3;
        for (int i = 0; i < count; i++) {
            int row = indices[indices_offset + i * indices_s0];
            if (row >= 0 && row < table_rows) {
                if (keeps) {
                    lost[(long64)row * n + column] = 0.0f;
                } else {
                    table[table_at + row * table_s0] += dy[dy_at + i * dy_s0];
                }
            } else if (column == 0) {
                note_fault(fault, code, first_place + i, row, table_rows);
            }
        }
        for (int i = 0; keeps && i < count; i++) {
            int row = indices[indices_offset + i * indices_s0];
            if (row >= 0 && row < table_rows) {
                T more = dy[dy_at + i * dy_s0];
                CARRY(table[table_at + row * table_s0], lost[(long64)row * n + column], more)
            }
        }
        for (int i = 0; keeps && i < count; i++) {
            int row = indices[indices_offset + i * indices_s0];
            if (row >= 0 && row < table_rows) {
                long64 at = table_at + row * table_s0;
                table[at] = settled(table[at], lost[(long64)row * n + column]);
                lost[(long64)row * n + column] = 0.0f;
            }
        }
    }
}

/* n = e1 e2 e3 elements of each of some rows, the first of which has the index at first_place. */
KERNEL(ITEMS) scatter_add_rows(SCATTER, GLOBAL const int* order) {
    long64 element = GLOBAL_ID();
    if (element < n) {
        SPLIT(element);
        int place = first_place + (int)i0;
        int row = indices[indices_offset + place * indices_s0];
        int before = place == 0 ? -1 : indices[indices_offset + (place - 1) * indices_s0];
        if (row < 0 || row >= table_rows) {
            note_fault(fault, code, order[place], row, table_rows);
        } else if (row != before) {
            long64 dy_at = dy_offset + i1 * dy_s1 + i2 * dy_s2 + i3 * dy_s3;
            long64 at = table_offset + row * table_s0 + i1 * table_s1 + i2 * table_s2 + i3 * table_s3;
            T total = table[at];
            T lost = 0.0f;
            T block = 0.0f;
            int more = 0;
            for (int i = place; i < count && indices[indices_offset + i * indices_s0] == row; i++) {
                block += dy[dy_at + order[i] * dy_s0];
                more++;
                if (more == BLOCK) {
                    CARRY(total, lost, block)
                    block = 0.0f;
                    more = 0;
                }
            }
            CARRY(total, lost, block)
            table[at] = settled(total, lost);
        }
    }
}

#endif

#if FLOATING
#define ADDED(a, b) ((a) + (b))
#define ADD_KEPT(total, lost, more) CARRY(total, lost, more)
#define SETTLED(total, lost) settled(total, lost)
#else
#define ADDED(a, b) ((T)((UNSIGNED)(a) + (UNSIGNED)(b)))
#define ADD_KEPT(total, lost, more) total = ADDED(total, more);
#define SETTLED(total, lost) total
#endif

/* Item OWN of STEP that share a line goes through its indices, and does what is for its places of y: adds or, where it
 * keeps what sums lose, clears that, adds, and adds what was lost. */
#define ADD_ALONG(OWN, STEP)                                                              \
    ROW_OF(x);                                                                            \
    ROW_OF(indices);                                                                      \
    ROW_OF(y);                                                                            \
    GLOBAL T* lost_of_row = lost + row * bound;                                           \
    for (int pass = keeps ? 0 : 1; pass < (keeps ? 3 : 2); pass++) {                      \
        for (long64 j = 0; j < columns; j++) {                                            \
            int index = ELEMENT(indices);                                                 \
            long64 at = y_at + index * y_s3;                                              \
            if (index < 0 || index >= bound) {                                            \
                if (OWN == 0 && pass == 1) {                                              \
                    note_fault(fault, code, (int)(row * columns + j), index, bound);      \
                }                                                                         \
            } else if (index % STEP != OWN) {                                             \
                continue;                                                                 \
            } else if (pass == 0) {                                                       \
                lost_of_row[index] = 0;                                                   \
            } else if (pass == 2) {                                                       \
                y[at] = SETTLED(y[at], lost_of_row[index]);                               \
                lost_of_row[index] = 0;                                                   \
            } else if (keeps) {                                                           \
                T more = ELEMENT(x);                                                      \
                ADD_KEPT(y[at], lost_of_row[index], more)                                 \
            } else {                                                                      \
                y[at] = ADDED(y[at], ELEMENT(x));                                         \
            }                                                                             \
        }                                                                                 \
    }
#define ALONG                                                                             \
    LINES, int bound, int code, GLOBAL int* fault, int keeps, GLOBAL T* lost,              \
        VIEW(const T, x), VIEW(const int, indices), VIEW(T, y)

KERNEL(ITEMS) add_along_items(ALONG) {
    long64 row = GLOBAL_ID();
    if (row < rows) {
        SPLIT_ROW(row);
        ADD_ALONG(0, 1)
    }
}

KERNEL(GROUP) add_along_groups(ALONG) {
    long64 row = GROUP_ID();
    SPLIT_ROW(row);
    ADD_ALONG(LOCAL_ID(), GROUP)
}
