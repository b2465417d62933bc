/* Selecting by index. A table has rows (axis 0) of up to three further axes, numbered (i1, i2, i3):
 *
 *   scatter_add_columns  dTable[indices[i], …] += dy[i, …]: one work-item to a column, which goes through all i in
 *                order; for devices with few work-items at a time. Where that may be more additions in a row than a sum
 *                may have, what each sum loses is kept in `lost`, of the table's rows and these columns
 *   scatter_add_rows     the same: one work-item to an element of dy, which adds all rows of the same index if its row
 *                is the first of them; for devices with many
 *   pick         y[i] = x[i, indices[i]]: one work-item to a row
 *   unpick       dx[i, j] = dy[i] where j = indices[i], and 0 elsewhere: one work-item to an element
 *
 * A launch may have only the indices from `first_place` on. An index that is out of range is noted, and reads as 0. No
 * float atomics: repeated indices add up in order.
 * Tuning: ITEMS. */

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

/* n = count e1 e2 e3 elements. */
KERNEL(ITEMS) scatter_add_rows(SCATTER) {
    long64 element = GLOBAL_ID();
    if (element < n) {
        SPLIT(element);
        int row = indices[indices_offset + i0 * indices_s0];
        int first = 1;
        for (int i = 0; i < (int)i0 && first; i++) {
            first = indices[indices_offset + i * indices_s0] != row;
        }
        if (row < 0 || row >= table_rows) {
            note_fault(fault, code, first_place + (int)i0, row, table_rows);
        } else if (first) {
            long64 dy_at = dy_offset + i1 * dy_s1 + i2 * dy_s2 + i3 * dy_s3;
            long64 at = table_offset + row * table_s0 + i1 * table_s1 + i2 * table_s2 + i3 * table_s3;
            T total = table[at];
            T lost = 0.0f;
            T block = 0.0f;
            int more = 0;
            for (int i = (int)i0; i < count; i++) {
                if (indices[indices_offset + i * indices_s0] == row) {
                    block += dy[dy_at + i * dy_s0];
                    more++;
                }
                if (more == BLOCK || i == count - 1) {
                    CARRY(total, lost, block)
                    block = 0.0f;
                    more = 0;
                }
            }
            table[at] = settled(total, lost);
        }
    }
}

KERNEL(ITEMS)
pick(int rows, int columns, DENSE(const T, x), long64 x_s0, long64 x_s1, DENSE(const int, indices),
     long64 indices_s0, int first_place, DENSE(T, y), long64 y_s0, int code, GLOBAL int* fault) {
    long64 i = GLOBAL_ID();
    if (i < rows) {
        int column = indices[indices_offset + i * indices_s0];
        T value = 0.0f;
        if (column >= 0 && column < columns) {
            value = x[x_offset + i * x_s0 + column * x_s1];
        } else {
            note_fault(fault, code, first_place + (int)i, column, columns);
        }
        y[y_offset + i * y_s0] = value;
    }
}

KERNEL(ITEMS)
unpick(int n, int columns, DENSE(const T, dy), long64 dy_s0, DENSE(const int, indices), long64 indices_s0,
       int first_place, DENSE(T, dx), long64 dx_s0, long64 dx_s1, int code, GLOBAL int* fault) {
    long64 element = GLOBAL_ID();
    if (element < n) {
        int i = (int)element / columns;
        int j = (int)element - i * columns;
        int column = indices[indices_offset + i * indices_s0];
        if (j == 0 && (column < 0 || column >= columns)) {
            note_fault(fault, code, first_place + i, column, columns);
        }
        dx[dx_offset + i * dx_s0 + j * dx_s1] = j == column ? dy[dy_offset + i * dy_s0] : 0.0f;
    }
}
