package dev.weft.embeddings;

import dev.weft.tokenizers.Encoding;
import dev.weft.tokenizers.Tokenizer;
import dev.weft.tokenizers.TokenizerException;

import java.util.Arrays;

/**
 * The tokens of texts, with special ones around them, up to as many as count. A long text is gone
 * through part by part, and no further: memory depends on how many tokens count, not on its length.
 */
final class TextTokens {
    /** Characters of a token: with so many a first part mostly has as many tokens as count. */
    private static final int OF_TOKEN = 16;

    /** A smaller part is not worth while. */
    private static final int LEAST_PART = 4096;

    /** A run of more characters without white space is cut where it is. */
    private static final int MOST_PART = 1 << 18;

    private final Tokenizer tokenizer;
    private final int[] before;
    private final int[] after;
    private final int room;
    private final int part;

    /**
     * For a model.
     *
     * @param tokenizer which neither cuts nor fills up
     * @param most how many tokens count, special ones among them
     * @throws IllegalArgumentException where those alone are as many
     */
    TextTokens(Tokenizer tokenizer, int most) {
        this.tokenizer = tokenizer;
        int[] around = tokenizer.encode("").ids();
        int first = leading(tokenizer);
        before = Arrays.copyOf(around, first);
        after = Arrays.copyOfRange(around, first, around.length);
        room = most - around.length;
        if (room < 1) {
            throw new IllegalArgumentException(
                    "embeddings: %d tokens leave no room beside %d special ones"
                            .formatted(most, around.length));
        }
        part = Math.clamp((long) OF_TOKEN * room, LEAST_PART, MOST_PART);
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

    /** How many special tokens a text gets. */
    int special() {
        return before.length + after.length;
    }

    /**
     * A text's ids.
     *
     * @throws IllegalArgumentException where the model has no token for a part of it
     */
    int[] of(String text) {
        int[] ids = Arrays.copyOf(before, before.length + room);
        int size = before.length;
        for (int from = 0; from < text.length() && size < ids.length; ) {
            int to = cut(text, from);
            int[] found = encode(text.substring(from, to)).ids();
            int count = Math.min(found.length, ids.length - size);
            System.arraycopy(found, 0, ids, size, count);
            size += count;
            from = to;
        }
        int[] all = Arrays.copyOf(ids, size + after.length);
        System.arraycopy(after, 0, all, size, after.length);
        return all;
    }

    private Encoding encode(String text) {
        try {
            return tokenizer.encodePlain(text);
        } catch (TokenizerException e) {
            throw new IllegalArgumentException("embeddings: " + e.getMessage(), e);
        }
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
}
