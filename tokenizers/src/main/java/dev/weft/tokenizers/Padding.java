package dev.weft.tokenizers;

/**
 * How sequences are filled up.
 *
 * @param length to so many tokens, or 0 for the longest of those that are encoded together
 * @param multipleOf and on to a multiple of this; 0 and 1 for any
 * @param direction where the padding goes
 * @param id the padding token's
 * @param typeId what {@link Encoding#typeIds()} has for it
 * @param token what it is called
 */
public record Padding(
        int length, int multipleOf, Side direction, int id, int typeId, String token) {
    /** Refuses negative numbers. */
    public Padding {
        if (length < 0 || multipleOf < 0 || id < 0 || typeId < 0) {
            throw new IllegalArgumentException(
                    "padding: length %d, multiple of %d, id %d and type id %d must not be negative"
                            .formatted(length, multipleOf, id, typeId));
        }
    }

    /** At the end, to the longest of those that are encoded together. */
    public static Padding longest(int id, String token) {
        return new Padding(0, 0, Side.RIGHT, id, 0, token);
    }

    /** At the end, to so many tokens. */
    public static Padding fixed(int length, int id, String token) {
        return new Padding(length, 0, Side.RIGHT, id, 0, token);
    }

    static Padding read(Json json) {
        Json strategy = json.get("strategy");
        boolean isLongest = "BatchLongest".equals(strategy.value());
        Json multiple = json.get("pad_to_multiple_of");
        return new Padding(
                isLongest ? 0 : strategy.get("Fixed").count(Truncation.LONGEST),
                multiple.isAbsent() ? 0 : multiple.count(Truncation.LONGEST),
                Side.read(json.get("direction")),
                json.get("pad_id").count(Vocabulary.LARGEST_ID),
                json.get("pad_type_id").count(Vocabulary.LARGEST_ID),
                json.get("pad_token").text());
    }

    /** The length of sequences whose longest has this many tokens. */
    int lengthFor(int longest) {
        int needed = length == 0 ? longest : length;
        return multipleOf < 2 ? needed : Math.ceilDiv(needed, multipleOf) * multipleOf;
    }
}
