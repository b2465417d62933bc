package dev.weft.tokenizers;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The tokens of a text or a pair of texts, as a model takes them. Each of the arrays has one
 * element for each token, and is the caller's.
 */
public final class Encoding {
    /** The word of a token that comes from no word: a special token or padding. */
    public static final int NO_WORD = -1;

    private final int[] ids;
    private final List<String> tokens;
    private final int[] typeIds;
    private final int[] starts;
    private final int[] ends;
    private final int[] words;
    private final boolean[] special;

    /** The tokens from here to there are not padding. */
    private final int begin;

    private final int end;

    private Encoding(TokenList list, int begin, int end) {
        int size = list.size();
        ids = Arrays.copyOf(list.ids, size);
        tokens = Collections.unmodifiableList(Arrays.asList(Arrays.copyOf(list.tokens, size)));
        typeIds = Arrays.copyOf(list.typeIds, size);
        starts = Arrays.copyOf(list.starts, size);
        ends = Arrays.copyOf(list.ends, size);
        words = Arrays.copyOf(list.words, size);
        special = Arrays.copyOf(list.special, size);
        this.begin = begin;
        this.end = end;
    }

    /** Tokens, with padding up to a length where they are fewer. */
    static Encoding of(TokenList list, int length, Padding padding) {
        int missing = Math.max(0, length - list.size());
        boolean isLeft = padding.direction() == Side.LEFT;
        TokenList padded = new TokenList();
        if (!isLeft) {
            padded.addAll(list);
        }
        for (int i = 0; i < missing; i++) {
            padded.addSpecial(padding.id(), padding.token(), padding.typeId());
        }
        if (isLeft) {
            padded.addAll(list);
        }
        int begin = isLeft ? missing : 0;
        return new Encoding(padded, begin, begin + list.size());
    }

    static Encoding of(TokenList list) {
        return new Encoding(list, 0, list.size());
    }

    /** How many tokens there are, special ones and padding among them. */
    public int size() {
        return ids.length;
    }

    /** Each token's number in the vocabulary. */
    public int[] ids() {
        return ids.clone();
    }

    /**
     * What each token is called there; of characters that the vocabulary has not, they themselves.
     */
    public List<String> tokens() {
        return tokens;
    }

    /** Which text each token belongs to, as the model counts: mostly 0, and 1 for the second. */
    public int[] typeIds() {
        return typeIds.clone();
    }

    /** 0 for padding, 1 for all else. */
    public int[] attentionMask() {
        int[] mask = new int[size()];
        Arrays.fill(mask, begin, end, 1);
        return mask;
    }

    /** 1 for tokens that were added to those of the texts, and padding; 0 for all else. */
    public int[] specialTokensMask() {
        int[] mask = new int[size()];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = special[i] ? 1 : 0;
        }
        return mask;
    }

    /**
     * Where in its text each token begins: an index of a Java string, which counts UTF-16's chars.
     * 0 for tokens of no text.
     */
    public int[] starts() {
        return starts.clone();
    }

    /** Where in its text each token ends, as {@link #starts()}: the index behind its last char. */
    public int[] ends() {
        return ends.clone();
    }

    /** The number of the word, of its text, that each token is of, or {@link #NO_WORD}. */
    public int[] wordIds() {
        return words.clone();
    }

    /** The tokens, between brackets. */
    @Override
    public String toString() {
        return tokens.toString();
    }
}
