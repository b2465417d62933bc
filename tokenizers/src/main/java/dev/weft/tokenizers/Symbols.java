package dev.weft.tokenizers;

import java.util.Arrays;

/** The tokens of a word as a linked list, in which neighbours become one. */
final class Symbols {
    private static final int NONE = -1;
    private static final int MERGED = -2;

    private int[] ids;
    private int[] begins;
    private int[] ends;
    private int size;

    /** The neighbours; {@link #MERGED} marks what is in the list no more. */
    private int[] previous = {};

    private int[] next = {};

    /** Whether the last is an unknown one. */
    private boolean isAfterUnknown;

    Symbols(int capacity) {
        ids = new int[capacity];
        begins = new int[capacity];
        ends = new int[capacity];
    }

    void add(int id, int begin, int end) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
            begins = Arrays.copyOf(begins, 2 * size);
            ends = Arrays.copyOf(ends, 2 * size);
        }
        ids[size] = id;
        begins[size] = begin;
        ends[size] = end;
        size++;
        isAfterUnknown = false;
    }

    /** Where {@code fuses} is set, one with the unknown one before it. */
    void addUnknown(int id, int begin, int end, boolean fuses) {
        if (isAfterUnknown && fuses) {
            ends[size - 1] = end;
        } else {
            add(id, begin, end);
        }
        isAfterUnknown = true;
    }

    /**
     * Merges until nothing is left to merge, in time n log n: each pair that arises is queued once,
     * by its rank and then its place.
     */
    void merge(Merges merges) {
        previous = new int[size];
        next = new int[size];
        LongHeap queue = new LongHeap(size);
        for (int i = 0; i < size; i++) {
            previous[i] = i - 1;
            next[i] = i + 1 < size ? i + 1 : NONE;
            offer(i, merges, queue);
        }
        while (!queue.isEmpty()) {
            long head = queue.poll();
            int left = (int) head;
            int right = next[left];
            if (right < 0) {
                continue;
            }
            // One of the pair may have been merged with its other neighbour since.
            int rank = merges.rank(ids[left], ids[right]);
            int product = merges.product((int) (head >>> 32));
            if (rank < 0 || merges.product(rank) != product) {
                continue;
            }
            ids[left] = product;
            ends[left] = ends[right];
            next[left] = next[right];
            next[right] = MERGED;
            if (next[left] >= 0) {
                previous[next[left]] = left;
            }
            offer(left, merges, queue);
            if (previous[left] >= 0) {
                offer(previous[left], merges, queue);
            }
        }
    }

    private void offer(int left, Merges merges, LongHeap queue) {
        int right = next[left];
        int rank = right < 0 || right >= size ? NONE : merges.rank(ids[left], ids[right]);
        if (rank >= 0) {
            queue.add((long) rank << 32 | left);
        }
    }

    /** The first, or -1. */
    int first() {
        return size == 0 ? NONE : 0;
    }

    /** The one behind, or -1. */
    int next(int symbol) {
        return next[symbol];
    }

    int id(int symbol) {
        return ids[symbol];
    }

    int begin(int symbol) {
        return begins[symbol];
    }

    int end(int symbol) {
        return ends[symbol];
    }
}
