/* The lines of dense elements in order, equal ones as they were, NaN last: runs of RUN elements, which are then merged two
 * by two, over and over, from one memory to another. An element finds its place in a merged run by itself: behind those
 * before it in its own run, and those of the other that stand before it.
 *
 *   sort_runs   sorts runs in place, by insertion, and numbers their elements: one work-item to a run
 *   sort_merge  merges runs of `width`: one work-item to an element
 *
 *          run of width        run of width
 *     ├ begin … middle-1 ┤├ middle … end-1 ┤   of a line; of equal ones those of the left run are first
 *
 * A launch may have only the items from `first` on. Tuning: ITEMS, RUN. */

#define RUN 16

#if FLOATING
#define IS_NAN(v) ((v) != (v))
#else
#define IS_NAN(v) 0
#endif

DEVICE int stands_before(T a, T b, int descending) {
    return !IS_NAN(a) && (IS_NAN(b) || (descending ? a > b : a < b));
}

KERNEL(ITEMS)
sort_runs(int n, long64 first, int columns, int runs, int descending, GLOBAL T* values, GLOBAL int* indices) {
    if (GLOBAL_ID() < n) {
        long64 item = first + GLOBAL_ID();
        long64 line = item / runs;
        int begin = (int)(item - line * runs) * RUN;
        int end = columns - begin < RUN ? columns : begin + RUN;
        GLOBAL T* v = values + line * columns;
        GLOBAL int* at = indices + line * columns;
        for (int i = begin; i < end; i++) {
            T value = v[i];
            int j = i;
            for (; j > begin && stands_before(value, v[j - 1], descending); j--) {
                v[j] = v[j - 1];
                at[j] = at[j - 1];
            }
            v[j] = value;
            at[j] = i;
        }
    }
}

KERNEL(ITEMS)
sort_merge(int n, long64 first, int columns, int width, int descending, GLOBAL const T* from,
           GLOBAL const int* from_indices, GLOBAL T* to, GLOBAL int* to_indices) {
    if (GLOBAL_ID() < n) {
        long64 item = first + GLOBAL_ID();
        long64 line = item / columns;
        int i = (int)(item - line * columns);
        GLOBAL const T* v = from + line * columns;
        T value = v[i];
        int begin = i - i % width;
        int is_left = i / width % 2 == 0;
        /* Where the other run begins and ends. */
        int low = is_left ? (columns - begin < width ? columns : begin + width) : begin - width;
        int other = low;
        int high = is_left ? (columns - low < width ? columns : low + width) : begin;
        while (low < high) {
            int middle = low + (high - low) / 2;
            int is_before = is_left ? stands_before(v[middle], value, descending)
                                    : !stands_before(value, v[middle], descending);
            low = is_before ? middle + 1 : low;
            high = is_before ? high : middle;
        }
        long64 place = line * columns + (is_left ? begin : other) + (i - begin) + (low - other);
        to[place] = value;
        to_indices[place] = from_indices[item];
    }
}
