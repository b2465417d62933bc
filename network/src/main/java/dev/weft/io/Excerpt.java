package dev.weft.io;

/** What a message shows of a text from a file: enough to know it by, and fit for a terminal. */
public final class Excerpt {
    private static final int LONGEST = 80;

    private Excerpt() {}

    /** The text, cut where it is long, with a mark in place of each control character. */
    public static String of(String text) {
        if (text.length() <= LONGEST) {
            return printable(text);
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return "%s… (%d characters)".formatted(printable(text.substring(0, end)), text.length());
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "\uFFFD");
    }
}
