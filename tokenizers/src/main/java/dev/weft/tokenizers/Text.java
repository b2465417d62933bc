package dev.weft.tokenizers;

import org.jspecify.annotations.Nullable;

/**
 * A part of a text as the normalizers made it, which knows from which characters of the original
 * each of its own comes. A part shares everything with the whole: to cut costs nothing.
 */
final class Text {
    private final String original;
    private final String chars;

    /** Where the code point of the original begins that each char comes from. */
    private final int @Nullable [] origins;

    /** Without origins: how far each char is from its own place in the original. */
    private final int shift;

    private final int from;
    private final int to;

    private Text(
            String original, String chars, int @Nullable [] origins, int shift, int from, int to) {
        this.original = original;
        this.chars = chars;
        this.origins = origins;
        this.shift = shift;
        this.from = from;
        this.to = to;
    }

    /** A text as it was given, but with U+FFFD for each surrogate that has no other. */
    static Text of(String text) {
        String wellFormed = wellFormed(text);
        return new Text(wellFormed, wellFormed, null, 0, 0, wellFormed.length());
    }

    private static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (Character.isSupplementaryCodePoint(text.codePointAt(i))) {
                    i++;
                } else {
                    repaired = repaired == null ? new StringBuilder(text) : repaired;
                    repaired.setCharAt(i, '\uFFFD');
                }
            }
        }
        return repaired == null ? text : repaired.toString();
    }

    /** The same part of the original with other chars, as an {@link Editor} made them. */
    Text edited(String newChars, int @Nullable [] newOrigins, int newShift) {
        return new Text(original, newChars, newOrigins, newShift, 0, newChars.length());
    }

    int length() {
        return to - from;
    }

    boolean isEmpty() {
        return from == to;
    }

    char charAt(int index) {
        return chars.charAt(from + index);
    }

    /** The code point that begins at a place. */
    int codePointAt(int index) {
        char first = chars.charAt(from + index);
        return Character.isHighSurrogate(first) ? chars.codePointAt(from + index) : first;
    }

    int codePointBefore(int index) {
        return chars.codePointBefore(from + index);
    }

    Text slice(int begin, int end) {
        return begin == 0 && end == length()
                ? this
                : new Text(original, chars, origins, shift, from + begin, from + end);
    }

    boolean startsWith(String prefix) {
        return prefix.length() <= length() && chars.startsWith(prefix, from);
    }

    /** All chars, of which this part is from {@link #from()} to {@link #to()}. */
    String whole() {
        return chars;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** Where in the original the code point begins that the char at a place comes from. */
    int origin(int index) {
        if (origins != null) {
            return origins[from + index];
        }
        int place = from + index;
        return place + shift - (Character.isLowSurrogate(chars.charAt(place)) ? 1 : 0);
    }

    /** Where in the original the first code point of a part begins. */
    int start(int begin) {
        return begin < length() ? origin(begin) : original.length();
    }

    /** Where in the original the last code point of a part ends. */
    int end(int end) {
        if (end == 0) {
            return start(0);
        }
        int place = origin(end - 1);
        return place + originWidth(place);
    }

    /** How many chars the code point takes that begins at a place of the original. */
    int originWidth(int place) {
        return place < original.length() ? Character.charCount(original.codePointAt(place)) : 1;
    }

    String substring(int begin, int end) {
        return chars.substring(from + begin, from + end);
    }

    @Override
    public String toString() {
        return chars.substring(from, to);
    }
}
