/* What moves elements as they are: types of the same width share a program (DTYPE is U8, F16, I32 or I64), and NaNs
 * keep their payload. Each group on a span of elements, but for gather and transpose.
 *
 *   copy       y = x
 *   fill       y = a value, given by its bits
 *   where      y = a where condition is not 0, otherwise b
 *   NAME_strided  the same for any strides: n elements in row-major order of the extents
 *   gather     y[i, …] = table[indices[i], …], rows (axis 0) of up to three further axes, numbered (i1, i2, i3): one
 *              work-item to an element of y. A launch may have only the indices from `first_place` on. An index that is
 *              out of range is noted, and reads as 0
 *   take_along  y[…, j] = x[…, indices[…, j]] for any strides: x's lines are given as a view of y's shape whose last
 *              stride is 0, and x_step is the distance of their elements. An index that is out of range is noted, and
 *              reads as 0
 *   put_along  y[…, indices[…, j]] = x[…, j] in the order of j, along the last axis: one work-item to a line, or a
 *              group of which each item has the places of y that fall to it, so that nobody writes where another does
 *   transpose  y[j, i] = x[i, j] by square tiles in local memory, so that both sides are read and written by rows:
 *
 *                       x (rows × columns, row stride x_row)      y (columns × rows, row stride y_row)
 *                       ┌────┬────┐                               ┌────┬────┐
 *                       │ A  │ B  │                               │ Aᵀ │ Cᵀ │
 *                       ├────┼────┤                               ├────┼────┤
 *                       │ C  │ D  │                               │ Bᵀ │ Dᵀ │
 *                       └────┴────┘                               └────┴────┘
 *              group (c, r) moves tile (r, c); TILE × TILE elements by TILE × TILE_ROWS work-items
 *
 * Tuning: ITEMS, GROUP, SPAN; TILE (a column more is allocated, so that a column's elements lie in different banks). */

#define TILE 32
#define TILE_ROWS 8

KERNEL(GROUP) copy(long64 n, DENSE(const T, x), DENSE(T, y)) {
    EACH_OF_SPAN(i, n) {
        AT_DENSE(y) = AT_DENSE(x);
    }
}

KERNEL(GROUP) copy_strided(EXTENTS, VIEW(const T, x), VIEW(T, y)) {
    EACH_INDEX(n) {
        AT(y) = AT(x);
    }
}

KERNEL(GROUP) fill(long64 n, long64 bits, DENSE(T, y)) {
    EACH_OF_SPAN(i, n) {
        AT_DENSE(y) = (T)bits;
    }
}

KERNEL(GROUP) fill_strided(EXTENTS, long64 bits, VIEW(T, y)) {
    EACH_INDEX(n) {
        AT(y) = (T)bits;
    }
}

KERNEL(GROUP) where(long64 n, DENSE(const unsigned8, condition), DENSE(const T, a), DENSE(const T, b), DENSE(T, y)) {
    EACH_OF_SPAN(i, n) {
        AT_DENSE(y) = AT_DENSE(condition) ? AT_DENSE(a) : AT_DENSE(b);
    }
}

KERNEL(GROUP)
where_strided(EXTENTS, VIEW(const unsigned8, condition), VIEW(const T, a), VIEW(const T, b), VIEW(T, y)) {
    EACH_INDEX(n) {
        AT(y) = AT(condition) ? AT(a) : AT(b);
    }
}

KERNEL(ITEMS)
gather(EXTENTS, int table_rows, VIEW(const T, table), DENSE(const int, indices), long64 indices_s0,
       int first_place, VIEW(T, y), int code, GLOBAL int* fault) {
    long64 i = GLOBAL_ID();
    if (i < n) {
        SPLIT(i);
        int position = (int)i0;
        int row = indices[indices_offset + i0 * indices_s0];
        int good = row >= 0 && row < table_rows;
        if (!good) {
            note_fault(fault, code, first_place + position, row, table_rows);
        }
        T value = 0;
        if (good) {
            value = table[table_offset + row * table_s0 + i1 * table_s1 + i2 * table_s2 + i3 * table_s3];
        }
        AT(y) = value;
    }
}

/* Not a loop whose steps may become one vector instruction: each may note a fault. */
KERNEL(GROUP)
take_along(EXTENTS, int bound, long64 x_step, int code, GLOBAL int* fault, VIEW(T, y), VIEW(const int, indices),
           VIEW(const T, x)) {
    for (int step = 0; step < SPAN; step++) {
        long64 i = (long64)GROUP_ID() * (GROUP * SPAN) + step * GROUP + LOCAL_ID();
        if (i < n) {
            SPLIT(i);
            int index = AT(indices);
            T value = 0;
            if (index >= 0 && index < bound) {
                value = x[x_offset + i0 * x_s0 + i1 * x_s1 + i2 * x_s2 + i3 * x_s3 + index * x_step];
            } else {
                note_fault(fault, code, (int)i, index, bound);
            }
            AT(y) = value;
        }
    }
}

#define PUT_ALONG(OWN, STEP)                                            \
    ROW_OF(x);                                                          \
    ROW_OF(indices);                                                    \
    ROW_OF(y);                                                          \
    for (long64 j = 0; j < columns; j++) {                              \
        int index = ELEMENT(indices);                                   \
        if (index < 0 || index >= bound) {                              \
            if (OWN == 0) {                                             \
                note_fault(fault, code, (int)(row * columns + j), index, bound); \
            }                                                           \
        } else if (index % STEP == OWN) {                               \
            y[y_at + index * y_s3] = ELEMENT(x);                        \
        }                                                               \
    }
#define ALONG LINES, int bound, int code, GLOBAL int* fault, VIEW(const T, x), VIEW(const int, indices), VIEW(T, y)

KERNEL(ITEMS) put_along_items(ALONG) {
    long64 row = GLOBAL_ID();
    if (row < rows) {
        SPLIT_ROW(row);
        PUT_ALONG(0, 1)
    }
}

KERNEL(GROUP) put_along_groups(ALONG) {
    long64 row = GROUP_ID();
    SPLIT_ROW(row);
    PUT_ALONG(LOCAL_ID(), GROUP)
}

KERNEL(TILE * TILE_ROWS)
transpose(int rows, int columns, DENSE(const T, x), int x_row, DENSE(T, y), int y_row) {
    LOCAL T tile[TILE][TILE + 1];
    int column = LOCAL_ID() % TILE;
    int first = LOCAL_ID() / TILE;
    int left = GROUP_ID() * TILE;
    int top = GROUP_ID_Y() * TILE;
    for (int row = first; row < TILE; row += TILE_ROWS) {
        if (top + row < rows && left + column < columns) {
            tile[row][column] = x[x_offset + (long64)(top + row) * x_row + left + column];
        }
    }
    BARRIER();
    for (int row = first; row < TILE; row += TILE_ROWS) {
        if (left + row < columns && top + column < rows) {
            y[y_offset + (long64)(left + row) * y_row + top + column] = tile[column][row];
        }
    }
}
