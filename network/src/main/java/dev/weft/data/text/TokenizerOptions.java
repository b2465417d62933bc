package dev.weft.data.text;

/**
 * How text becomes tokens, and which of them are known.
 *
 * @param unit what a token is
 * @param lowerCase whether capitals become small letters
 * @param largest how many tokens are known at most, padding and unknown among them; the most
 *     frequent are
 * @param leastCount how often a token must be there to be known
 */
public record TokenizerOptions(TokenUnit unit, boolean lowerCase, int largest, int leastCount) {
    /** Checks the numbers. */
    public TokenizerOptions {
        if (largest < Tokenizer.FIRST_TOKEN || leastCount < 1) {
            throw new IllegalArgumentException(
                    "tokenizer: %d tokens at most, each %d times at least: expected 2 and 1, or more"
                            .formatted(largest, leastCount));
        }
    }

    /** Words in small letters, the 20,000 most frequent ones that are there twice. */
    public static TokenizerOptions words() {
        return new TokenizerOptions(TokenUnit.WORDS, true, 20_000, 2);
    }

    /** All characters, as they are. */
    public static TokenizerOptions characters() {
        return new TokenizerOptions(TokenUnit.CHARACTERS, false, Integer.MAX_VALUE, 1);
    }

    /** With another limit. */
    public TokenizerOptions largest(int most) {
        return new TokenizerOptions(unit, lowerCase, most, leastCount);
    }

    /** With another frequency. */
    public TokenizerOptions leastCount(int least) {
        return new TokenizerOptions(unit, lowerCase, largest, least);
    }

    /** In small letters, or as the text is. */
    public TokenizerOptions lowerCase(boolean asked) {
        return new TokenizerOptions(unit, asked, largest, leastCount);
    }
}
