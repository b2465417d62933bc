package dev.weft.tokenizers;

import java.util.Arrays;

/** A queue that gives its least number first. */
final class LongHeap {
    private long[] heap;
    private int size;

    LongHeap(int capacity) {
        heap = new long[Math.max(1, capacity)];
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(long number) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        int child = size++;
        while (child > 0 && number < heap[(child - 1) / 2]) {
            heap[child] = heap[(child - 1) / 2];
            child = (child - 1) / 2;
        }
        heap[child] = number;
    }

    long poll() {
        long least = heap[0];
        long last = heap[--size];
        int parent = 0;
        for (int child = 1; child < size; child = 2 * parent + 1) {
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (last <= heap[child]) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = last;
        return least;
    }
}
