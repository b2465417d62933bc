package dev.weft.tokenizers;

import java.util.Arrays;

/** From a pair of numbers that are not negative to a third. */
final class PairMap {
    private static final long EMPTY = -1;
    private static final int LEAST = 16;

    /** Knuth's multiplier, the golden ratio's fraction of 2 to the 64. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private long[] keys = new long[LEAST];
    private int[] values = new int[LEAST];
    private int size;

    PairMap() {
        Arrays.fill(keys, EMPTY);
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        int slot = (int) ((key * SPREAD) >>> 32) & mask;
        while (keys[slot] != EMPTY && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private static long key(int first, int second) {
        return (long) first << 32 | second;
    }

    /** The value of a pair, or -1. */
    int get(int first, int second) {
        long key = key(first, second);
        int slot = slot(key);
        return keys[slot] == key ? values[slot] : -1;
    }

    /** In place of what the pair had before. */
    void put(int first, int second, int value) {
        long key = key(first, second);
        int slot = slot(key);
        if (keys[slot] == EMPTY) {
            if (2 * ++size > keys.length) {
                grow();
                slot = slot(key);
            }
            keys[slot] = key;
        }
        values[slot] = value;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[2 * oldKeys.length];
        values = new int[keys.length];
        Arrays.fill(keys, EMPTY);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != EMPTY) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }
}
