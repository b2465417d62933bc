package dev.weft;

/** What a message shows of a text that a caller gave: enough to know it by. */
final class Excerpt {
    private static final int LONGEST = 80;

    private Excerpt() {}

    /** The text, where it is short; otherwise its beginning and its length. */
    static String of(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return "%s… (%d characters)".formatted(text.substring(0, end), text.length());
    }
}
