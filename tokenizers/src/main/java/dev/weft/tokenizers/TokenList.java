package dev.weft.tokenizers;

import java.util.Arrays;

/** Tokens that are being collected, a column for each thing that is known of them. */
final class TokenList {
    private static final int FIRST_CAPACITY = 16;

    int[] ids;
    String[] tokens;
    int[] typeIds;
    int[] starts;
    int[] ends;
    int[] words;
    boolean[] special;
    private int size;

    TokenList() {
        this(FIRST_CAPACITY);
    }

    private TokenList(int capacity) {
        ids = new int[capacity];
        tokens = new String[capacity];
        typeIds = new int[capacity];
        starts = new int[capacity];
        ends = new int[capacity];
        words = new int[capacity];
        special = new boolean[capacity];
    }

    int size() {
        return size;
    }

    /** Of a text: from {@code start} to {@code end} of the original. */
    void add(int id, String token, int start, int end, int word) {
        reserve(size + 1);
        ids[size] = id;
        tokens[size] = token;
        starts[size] = start;
        ends[size] = end;
        words[size] = word;
        size++;
    }

    /** Of no text. */
    void addSpecial(int id, String token, int typeId) {
        add(id, token, 0, 0, Encoding.NO_WORD);
        typeIds[size - 1] = typeId;
        special[size - 1] = true;
    }

    void addAll(TokenList other) {
        addAll(other, 0, other.size);
    }

    private void addAll(TokenList other, int from, int to) {
        int count = to - from;
        reserve(size + count);
        System.arraycopy(other.ids, from, ids, size, count);
        System.arraycopy(other.tokens, from, tokens, size, count);
        System.arraycopy(other.typeIds, from, typeIds, size, count);
        System.arraycopy(other.starts, from, starts, size, count);
        System.arraycopy(other.ends, from, ends, size, count);
        System.arraycopy(other.words, from, words, size, count);
        System.arraycopy(other.special, from, special, size, count);
        size += count;
    }

    /** A copy of a part. */
    TokenList slice(int from, int to) {
        TokenList part = new TokenList(Math.max(1, to - from));
        part.addAll(this, from, to);
        return part;
    }

    TokenList copy() {
        return slice(0, size);
    }

    /** Forgets all but the first. */
    void truncate(int newSize) {
        size = newSize;
    }

    void setTypeIds(int typeId) {
        Arrays.fill(typeIds, 0, size, typeId);
    }

    private void reserve(int needed) {
        if (needed <= ids.length) {
            return;
        }
        int capacity = Math.max(needed, ids.length + (ids.length >> 1));
        ids = Arrays.copyOf(ids, capacity);
        tokens = Arrays.copyOf(tokens, capacity);
        typeIds = Arrays.copyOf(typeIds, capacity);
        starts = Arrays.copyOf(starts, capacity);
        ends = Arrays.copyOf(ends, capacity);
        words = Arrays.copyOf(words, capacity);
        special = Arrays.copyOf(special, capacity);
    }
}
