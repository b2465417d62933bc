package dev.weft.tokenizers;

import java.util.function.IntPredicate;

/** The classes of characters that Hugging Face's rules speak of. */
final class Characters {
    private static final int FIRST_BEYOND_ASCII = 0x80;

    private Characters() {}

    /** Unicode's White_Space. */
    static boolean isWhitespace(int c) {
        return c == ' '
                || (c >= '\t' && c <= '\r')
                || (c >= FIRST_BEYOND_ASCII
                        && (c == 0x85
                                || c == 0xA0
                                || c == 0x1680
                                || (c >= 0x2000 && c <= 0x200A)
                                || c == 0x2028
                                || c == 0x2029
                                || c == 0x202F
                                || c == 0x205F
                                || c == 0x3000));
    }

    private static boolean isIn(int categories, int c) {
        return (categories >> Character.getType(c) & 1) != 0;
    }

    private static final int PUNCTUATION =
            1 << Character.CONNECTOR_PUNCTUATION
                    | 1 << Character.DASH_PUNCTUATION
                    | 1 << Character.START_PUNCTUATION
                    | 1 << Character.END_PUNCTUATION
                    | 1 << Character.INITIAL_QUOTE_PUNCTUATION
                    | 1 << Character.FINAL_QUOTE_PUNCTUATION
                    | 1 << Character.OTHER_PUNCTUATION;

    /** Unicode's P, and of ASCII what is neither letter, digit, space nor control character. */
    static boolean isPunctuation(int c) {
        if (c < FIRST_BEYOND_ASCII) {
            return c > ' '
                    && c < 0x7F
                    && !(c >= '0' && c <= '9')
                    && !(c >= 'A' && c <= 'Z')
                    && !(c >= 'a' && c <= 'z');
        }
        return isIn(PUNCTUATION, c);
    }

    private static final int OTHER =
            1 << Character.CONTROL
                    | 1 << Character.FORMAT
                    | 1 << Character.PRIVATE_USE
                    | 1 << Character.UNASSIGNED
                    | 1 << Character.SURROGATE;

    /** Unicode's C. */
    static boolean isOther(int c) {
        return isIn(OTHER, c);
    }

    private static final int MARKS =
            1 << Character.NON_SPACING_MARK
                    | 1 << Character.COMBINING_SPACING_MARK
                    | 1 << Character.ENCLOSING_MARK;

    /** Unicode's M. */
    static boolean isMark(int c) {
        return isIn(MARKS, c);
    }

    /** Unicode's Mn. */
    static boolean isNonspacingMark(int c) {
        return Character.getType(c) == Character.NON_SPACING_MARK;
    }

    private static final int NUMBERS =
            1 << Character.DECIMAL_DIGIT_NUMBER
                    | 1 << Character.LETTER_NUMBER
                    | 1 << Character.OTHER_NUMBER;

    /** Unicode's N. */
    static boolean isNumeric(int c) {
        return isIn(NUMBERS, c);
    }

    /** What {@code \w} matches: UTS 18, annex C. */
    static boolean isWord(int c) {
        return Character.isAlphabetic(c)
                || isMark(c)
                || Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER
                || Character.getType(c) == Character.CONNECTOR_PUNCTUATION
                || c == 0x200C
                || c == 0x200D;
    }

    /** How far the characters of a class reach from a place. */
    static int endOf(IntPredicate kind, Text text, int begin) {
        int end = begin;
        while (end < text.length() && kind.test(text.codePointAt(end))) {
            end += Character.charCount(text.codePointAt(end));
        }
        return end;
    }

    /** How far the characters of a class reach back from a place. */
    static int beginOf(IntPredicate kind, Text text, int end) {
        int begin = end;
        while (begin > 0 && kind.test(text.codePointBefore(begin))) {
            begin -= Character.charCount(text.codePointBefore(begin));
        }
        return begin;
    }
}
