package dev.weft.tokenizers;

import java.util.function.IntPredicate;

/** The classes of characters that Hugging Face's rules speak of. */
final class Characters {
    private static final int FIRST_BEYOND_ASCII = 0x80;

    private static final int NUMBERS =
            1 << Character.DECIMAL_DIGIT_NUMBER
                    | 1 << Character.LETTER_NUMBER
                    | 1 << Character.OTHER_NUMBER;

    private static final int ALL_MARKS =
            1 << Character.NON_SPACING_MARK
                    | 1 << Character.COMBINING_SPACING_MARK
                    | 1 << Character.ENCLOSING_MARK;

    private static final int WORD_PARTS =
            ALL_MARKS | 1 << Character.DECIMAL_DIGIT_NUMBER | 1 << Character.CONNECTOR_PUNCTUATION;

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

    /** Unicode's P, and of ASCII what is neither letter, digit, space nor control character. */
    static boolean isPunctuation(int c) {
        if (c < FIRST_BEYOND_ASCII) {
            return c > ' '
                    && c < 0x7F
                    && !(c >= '0' && c <= '9')
                    && !(c >= 'A' && c <= 'Z')
                    && !(c >= 'a' && c <= 'z');
        }
        return CharacterSet.PUNCTUATION.contains(c);
    }

    /** Unicode's C, but for what it has not assigned. */
    static boolean isOther(int c) {
        return c < FIRST_BEYOND_ASCII ? c < ' ' || c == 0x7F : CharacterSet.OTHER.contains(c);
    }

    /** Unicode's M. */
    static boolean isMark(int c) {
        return c >= FIRST_BEYOND_ASCII && CharacterSet.MARKS.contains(c);
    }

    /** Unicode's Mn. */
    static boolean isNonspacingMark(int c) {
        return c >= FIRST_BEYOND_ASCII && CharacterSet.NONSPACING_MARKS.contains(c);
    }

    /** Unicode's N. */
    static boolean isNumeric(int c) {
        return isIn(NUMBERS, c);
    }

    /** What {@code \w} matches: UTS 18, annex C. */
    static boolean isWord(int c) {
        return Character.isAlphabetic(c) || isIn(WORD_PARTS, c) || c == 0x200C || c == 0x200D;
    }

    private static boolean isIn(int categories, int c) {
        return (categories >> Character.getType(c) & 1) != 0;
    }

    /** Whether a code point is a mark of Unicode as the JDK knows it. */
    static boolean isCombining(int c) {
        return c >= FIRST_BEYOND_ASCII && isIn(ALL_MARKS, c);
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
