package dev.weft.tokenizers;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Makes another text of one, code point by code point from its beginning. What takes the place of a
 * code point comes from where that came from, and what is added from where the one before the
 * cursor did, as Hugging Face aligns them.
 */
final class Editor {
    private final Text source;
    private final StringBuilder chars;
    private final int base;

    /** Null as long as each char is as far from its origin as the first. */
    private int @Nullable [] origins;

    private int cursor;
    private int lastOrigin;

    Editor(Text source) {
        this.source = source;
        chars = new StringBuilder(source.length());
        base = source.start(0);
        lastOrigin = base;
    }

    boolean hasNext() {
        return cursor < source.length();
    }

    /** The code point after the cursor. */
    int next() {
        return source.codePointAt(cursor);
    }

    /** Goes over a code point, which stays. */
    void keep() {
        put(next());
    }

    /** Goes over a code point and puts another in its place; at the end, adds it. */
    void put(int codePoint) {
        skip();
        add(codePoint);
    }

    /** Goes over a code point and leaves it out. */
    void skip() {
        if (hasNext()) {
            lastOrigin = source.origin(cursor);
            cursor += Character.charCount(next());
        }
    }

    /** Adds a code point that is not in the source. */
    void add(int codePoint) {
        int begin = chars.length();
        chars.appendCodePoint(codePoint);
        int end = chars.length();
        if (origins == null
                && lastOrigin == base + begin
                && source.originWidth(lastOrigin) == end - begin) {
            return;
        }
        origins = room(end);
        Arrays.fill(origins, begin, end, lastOrigin);
    }

    private int[] room(int end) {
        int[] old = origins;
        if (old == null) {
            int[] first = new int[Math.max(end, source.length())];
            for (int i = 0; i < end; i++) {
                first[i] = base + i - (Character.isLowSurrogate(chars.charAt(i)) ? 1 : 0);
            }
            return first;
        }
        return end <= old.length ? old : Arrays.copyOf(old, Math.max(end, old.length * 3 / 2));
    }

    /** Keeps what is before a place of the source. */
    void keepTo(int place) {
        while (cursor < place) {
            keep();
        }
    }

    /** Leaves out what is before a place of the source. */
    void skipTo(int place) {
        while (cursor < place) {
            skip();
        }
    }

    /** Leaves the rest as it is, and gives the new text. */
    Text finish() {
        keepTo(source.length());
        return source.edited(chars.toString(), origins, base);
    }
}
