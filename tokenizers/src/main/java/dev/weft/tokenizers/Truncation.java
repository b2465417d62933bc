package dev.weft.tokenizers;

/**
 * How sequences are cut that are too long.
 *
 * @param maxLength the most tokens, special ones among them
 * @param stride how many tokens a window has in common with the one before it
 * @param strategy which of two texts is cut
 * @param direction from which end tokens are cut
 */
public record Truncation(int maxLength, int stride, Strategy strategy, Side direction) {
    /** Far above what models take; sums of it do not overflow. */
    static final int LONGEST = 1 << 28;

    /** Which of two texts is cut. */
    public enum Strategy {
        /** The longer one, and both where that is not enough. */
        LONGEST_FIRST,
        /** The first. */
        ONLY_FIRST,
        /** The second. */
        ONLY_SECOND
    }

    /** Refuses a length or stride that is negative or more than 268,435,456. */
    public Truncation {
        if (maxLength < 0 || maxLength > LONGEST || stride < 0 || stride > LONGEST) {
            throw new IllegalArgumentException(
                    "truncation: length %d and stride %d must be from 0 to %d"
                            .formatted(maxLength, stride, LONGEST));
        }
    }

    /** The end of what is longest, without overlap. */
    public static Truncation to(int maxLength) {
        return new Truncation(maxLength, 0, Strategy.LONGEST_FIRST, Side.RIGHT);
    }

    static Truncation read(Json json) {
        Json strategy = json.get("strategy");
        return new Truncation(
                json.get("max_length").count(LONGEST),
                json.get("stride").count(LONGEST),
                switch (strategy.text("LongestFirst")) {
                    case "LongestFirst" -> Strategy.LONGEST_FIRST;
                    case "OnlyFirst" -> Strategy.ONLY_FIRST;
                    case "OnlySecond" -> Strategy.ONLY_SECOND;
                    default ->
                            throw strategy.error(
                                    "unknown strategy \"%s\""
                                            .formatted(Json.excerpt(strategy.text())));
                },
                Side.read(json.get("direction")));
    }
}
