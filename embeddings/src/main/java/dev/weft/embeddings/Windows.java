package dev.weft.embeddings;

import dev.weft.tokenizers.Encoding;
import dev.weft.tokenizers.Tokenizer;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts texts into windows of tokens that a model takes, with special tokens around each. A long
 * text is gone through part by part: memory depends on how many tokens count, not on its length.
 */
final class Windows {
    /** Parts of fewer characters are not worth while; those of a first one mostly suffice. */
    private static final int LEAST_PART = 4096;

    /** A run of more characters without white space is cut where it is. */
    private static final int MOST_PART = 1 << 18;

    /** Characters for a token, so that a first part mostly has as many tokens as count. */
    private static final int OF_TOKEN = 16;

    private final Tokenizer tokenizer;
    private final int[] before;
    private final int[] after;
    private final int room;
    private final int most;
    private final int part;

    /**
     * For a model.
     *
     * @param tokenizer which neither cuts nor fills up
     * @param window how many tokens fit, special ones among them
     * @param most how many tokens of a text count, special ones among them
     */
    Windows(Tokenizer tokenizer, int window, int most) {
        this.tokenizer = tokenizer;
        int[] around = tokenizer.encode("").ids();
        int first = leading(tokenizer);
        before = Arrays.copyOf(around, first);
        after = Arrays.copyOfRange(around, first, around.length);
        this.room = window - around.length;
        this.most = most - around.length;
        if (room < 1 || this.most < 1) {
            throw new IllegalArgumentException(
                    "embeddings: %d tokens leave no room beside %d special ones"
                            .formatted(Math.min(window, most), around.length));
        }
        this.part = Math.clamp((long) OF_TOKEN * Math.min(room, this.most), LEAST_PART, MOST_PART);
    }

    /** How many special tokens stand before a text. */
    private static int leading(Tokenizer tokenizer) {
        int[] special = tokenizer.encode("a").specialTokensMask();
        int first = 0;
        while (first < special.length && special[first] == 1) {
            first++;
        }
        return first;
    }

    /** Hands on each window of a text, with its special tokens: one at least. */
    void each(String text, Consumer<int[]> sink) {
        Buffer tokens = new Buffer();
        boolean isEmpty = true;
        int left = most;
        for (int from = 0; from < text.length() && left > 0; ) {
            int to = cut(text, from);
            left -= tokens.add(tokenizer.encodePlain(text.substring(from, to)), left);
            while (tokens.size > room) {
                sink.accept(around(tokens.take(room)));
                isEmpty = false;
            }
            from = to;
        }
        if (tokens.size > 0 || isEmpty) {
            sink.accept(around(tokens.take(tokens.size)));
        }
    }

    private int[] around(int[] tokens) {
        int[] all = Arrays.copyOf(before, before.length + tokens.length + after.length);
        System.arraycopy(tokens, 0, all, before.length, tokens.length);
        System.arraycopy(after, 0, all, before.length + tokens.length, after.length);
        return all;
    }

    /** How many special tokens a window has. */
    int special() {
        return before.length + after.length;
    }

    /** Where a part ends: before white space that follows on something else. */
    private int cut(String text, int from) {
        int end = (int) Math.min(text.length(), (long) from + MOST_PART);
        for (int to = from + part; to < end; to++) {
            if (isSpace(text.charAt(to)) && !isSpace(text.charAt(to - 1))) {
                return to;
            }
        }
        boolean splits = end < text.length() && Character.isLowSurrogate(text.charAt(end));
        return splits ? end - 1 : end;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\n' || c == '\t' || c == '\r';
    }

    /** Tokens that wait for their window. */
    private static final class Buffer {
        private int[] ids = new int[64];

        /** Whether a word begins with a token. */
        private boolean[] begins = new boolean[64];

        private int size;

        /** Adds at most so many, and says how many. */
        int add(Encoding encoding, int most) {
            int[] added = encoding.ids();
            int[] words = encoding.wordIds();
            int count = Math.min(most, added.length);
            if (size + count > ids.length) {
                int capacity = Math.max(size + count, 2 * ids.length);
                ids = Arrays.copyOf(ids, capacity);
                begins = Arrays.copyOf(begins, capacity);
            }
            for (int i = 0; i < count; i++) {
                ids[size + i] = added[i];
                begins[size + i] = i == 0 || words[i] != words[i - 1];
            }
            size += count;
            return count;
        }

        /** Takes the first tokens, up to the last end of a word that is not beyond {@code room}. */
        int[] take(int room) {
            int end = room;
            while (end < size && end > 0 && !begins[end]) {
                end--;
            }
            int count = end == 0 ? room : end;
            int[] taken = Arrays.copyOf(ids, count);
            size -= count;
            System.arraycopy(ids, count, ids, 0, size);
            System.arraycopy(begins, count, begins, 0, size);
            return taken;
        }
    }
}
