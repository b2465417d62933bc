/* y = x between any strides and types, and y = value; each group on a span of elements. F32 is moved as its 32 bits, so
 * that NaNs keep their payload.
 *
 *   NAME          dense operands, n elements
 *   NAME_strided  any strides: n elements in row-major order of the extents
 *   transpose     y[j, i] = x[i, j] by square tiles in local memory, so that both sides are read and written by rows:
 *
 *                       x (rows × columns, row stride x_row)      y (columns × rows, row stride y_row)
 *                       ┌────┬────┐                               ┌────┬────┐
 *                       │ A  │ B  │                               │ Aᵀ │ Cᵀ │
 *                       ├────┼────┤                               ├────┼────┤
 *                       │ C  │ D  │                               │ Bᵀ │ Dᵀ │
 *                       └────┴────┘                               └────┴────┘
 *                 group (c, r) moves tile (r, c); TILE × TILE elements by TILE × TILE_ROWS work-items
 *
 * Tuning: GROUP, SPAN; TILE (a column more is allocated, so that a column's elements lie in different banks). */

#define TILE 32
#define TILE_ROWS 8

#define COPY(NAME, FROM, TO, RESULT)                                            \
    KERNEL(GROUP) NAME(long64 n, DENSE(const FROM, x_), DENSE(TO, y_)) {        \
        EACH_OF_SPAN(i, n) {                                                    \
            FROM x = AT_DENSE(x_);                                              \
            AT_DENSE(y_) = RESULT;                                              \
        }                                                                       \
    }                                                                           \
    KERNEL(GROUP) NAME##_strided(EXTENTS, VIEW(const FROM, x_), VIEW(TO, y_)) { \
        EACH_INDEX(n) {                                                         \
            FROM x = AT(x_);                                                    \
            AT(y_) = RESULT;                                                    \
        }                                                                       \
    }

/* Truncated; saturates, and NaN gives 0. */
DEVICE int truncated(float x) {
    if (x >= 2147483648.0f) {
        return 2147483647;
    }
    if (x <= -2147483648.0f) {
        return -2147483647 - 1;
    }
    return x == x ? (int)x : 0;
}

COPY(copy, int, int, x)
COPY(f32_to_i32, float, int, truncated(x))
COPY(i32_to_f32, int, float, (float)x)

KERNEL(GROUP) fill(long64 n, int bits, DENSE(int, y)) {
    EACH_OF_SPAN(i, n) {
        AT_DENSE(y) = bits;
    }
}

KERNEL(GROUP) fill_strided(EXTENTS, int bits, VIEW(int, y)) {
    EACH_INDEX(n) {
        AT(y) = bits;
    }
}

KERNEL(TILE * TILE_ROWS)
transpose(int rows, int columns, DENSE(const int, x), int x_row, DENSE(int, y), int y_row) {
    LOCAL int tile[TILE][TILE + 1];
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
