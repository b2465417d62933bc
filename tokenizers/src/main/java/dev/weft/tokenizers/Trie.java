package dev.weft.tokenizers;

import java.util.Arrays;

/** Strings with a number each, to walk along a text. */
final class Trie {
    /** The node where each walk begins. */
    static final int ROOT = 0;

    /** No node, and no number. */
    static final int NONE = -1;

    private final PairMap children = new PairMap();
    private int[] values = {NONE};
    private int size = 1;

    /** In place of the number that the string had before. */
    void put(String text, int value) {
        int node = ROOT;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            int child = children.get(node, letter);
            if (child == NONE) {
                child = newNode();
                children.put(node, letter, child);
            }
            node = child;
        }
        values[node] = value;
    }

    private int newNode() {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size] = NONE;
        return size++;
    }

    int child(int node, char letter) {
        return children.get(node, letter);
    }

    /** The number of the string that ends at a node, or {@link #NONE}. */
    int value(int node) {
        return values[node];
    }
}
