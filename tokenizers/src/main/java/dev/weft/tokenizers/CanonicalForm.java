package dev.weft.tokenizers;

import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One of Unicode's normalization forms (UAX 15). The JDK's normalizer gives what a code point is
 * decomposed to, which of two marks is first, and what two code points are composed to; which
 * character of the result comes from which is known here only.
 */
record CanonicalForm(Form form) implements Normalizer {
    /** U+0334 has combining class 1, U+0345 class 240: the first of all and the last. */
    private static final int FIRST_MARK = 0x334;

    private static final int LAST_MARK = 0x345;

    /** A code point of the result, and how many of the source it takes the place of. */
    private record Part(int codePoint, int taken) {}

    @Override
    public Text normalize(Text text) {
        String chars = text.toString();
        if (java.text.Normalizer.isNormalized(chars, form)) {
            return text;
        }
        Editor editor = new Editor(text);
        int begin = 0;
        while (begin < chars.length()) {
            int end = begin + Character.charCount(chars.codePointAt(begin));
            while (end < chars.length() && !isBoundary(chars.codePointAt(end))) {
                end += Character.charCount(chars.codePointAt(end));
            }
            String run = chars.substring(begin, end);
            if (run.length() == Character.charCount(run.codePointAt(0))) {
                writeAlone(run, editor);
            } else if (java.text.Normalizer.isNormalized(run, form)) {
                editor.keepTo(end);
            } else {
                write(run, editor);
            }
            begin = end;
        }
        return editor.finish();
    }

    /**
     * Whether nothing before a code point can change it or move behind it: it is no mark, and no
     * vowel or final consonant of Hangul, in any of their forms.
     */
    private static boolean isBoundary(int c) {
        return c < 0x300
                || !(Characters.isCombining(c)
                        || (c >= 0x1160 && c <= 0x11FF)
                        || (c >= 0x3131 && c <= 0x318E)
                        || (c >= 0xFF9E && c <= 0xFFDC));
    }

    /** One code point that nothing follows which could change with it. */
    private void writeAlone(String run, Editor editor) {
        if (run.charAt(0) < 0x80) {
            editor.keep();
            return;
        }
        String result = java.text.Normalizer.normalize(run, form);
        int first = result.codePointAt(0);
        editor.put(first);
        result.substring(Character.charCount(first)).codePoints().forEach(editor::add);
    }

    private void write(String run, Editor editor) {
        List<Part> parts = decompose(run);
        sortMarks(parts);
        boolean isComposed = form == Form.NFC || form == Form.NFKC;
        for (Part part : isComposed ? compose(parts) : parts) {
            if (part.taken() == 0) {
                editor.add(part.codePoint());
            } else {
                editor.put(part.codePoint());
            }
            for (int i = 1; i < part.taken(); i++) {
                editor.skip();
            }
        }
    }

    private List<Part> decompose(String run) {
        Form decomposed = form == Form.NFC || form == Form.NFD ? Form.NFD : Form.NFKD;
        List<Part> parts = new ArrayList<>();
        run.codePoints()
                .forEach(
                        c -> {
                            int begin = parts.size();
                            java.text.Normalizer.normalize(Character.toString(c), decomposed)
                                    .codePoints()
                                    .forEach(
                                            d ->
                                                    parts.add(
                                                            new Part(
                                                                    d,
                                                                    parts.size() == begin
                                                                            ? 1
                                                                            : 0)));
                        });
        return parts;
    }

    private static String pair(int first, int second, Form form) {
        return java.text.Normalizer.normalize(
                Character.toString(first) + Character.toString(second), form);
    }

    /** Whether the second of two marks belongs before the first. */
    private static boolean areSwapped(int first, int second) {
        return first != second && pair(first, second, Form.NFD).codePointAt(0) == second;
    }

    /** Whether the combining class is not 0. */
    private static boolean isReordered(int c) {
        return c >= 0x300
                && (c == FIRST_MARK
                        || c == LAST_MARK
                        || areSwapped(LAST_MARK, c)
                        || areSwapped(c, FIRST_MARK));
    }

    /** Sorts each run of marks by their combining classes. */
    private static void sortMarks(List<Part> parts) {
        int begin = 0;
        while (begin < parts.size()) {
            int end = begin;
            while (end < parts.size() && isReordered(parts.get(end).codePoint())) {
                end++;
            }
            if (end - begin > 1) {
                List<Part> run = parts.subList(begin, end);
                Map<Integer, Integer> ranks = ranks(run);
                run.sort(Comparator.comparing(part -> ranks.get(part.codePoint())));
            }
            begin = end + 1;
        }
    }

    /** The marks' classes by their order alone: few marks are different, however many there are. */
    private static Map<Integer, Integer> ranks(List<Part> marks) {
        List<Integer> distinct =
                new ArrayList<>(marks.stream().map(Part::codePoint).distinct().toList());
        distinct.sort((a, b) -> areSwapped(a, b) ? 1 : areSwapped(b, a) ? -1 : 0);
        Map<Integer, Integer> ranks = new HashMap<>();
        int rank = 0;
        for (int i = 0; i < distinct.size(); i++) {
            if (i > 0 && areSwapped(distinct.get(i), distinct.get(i - 1))) {
                rank++;
            }
            ranks.put(distinct.get(i), rank);
        }
        return ranks;
    }

    /** UAX 15, D117: each starter with the marks behind it that nothing keeps from it. */
    private static List<Part> compose(List<Part> parts) {
        List<Part> composed = new ArrayList<>();
        int starter = -1;
        for (Part part : parts) {
            Part last = composed.isEmpty() ? null : composed.getLast();
            boolean isNext = starter >= 0 && starter == composed.size() - 1;
            boolean isMark = isReordered(part.codePoint());
            // Marks are sorted: one before it is in its way if it has the same class.
            boolean isFree =
                    isNext
                            || (starter >= 0
                                    && isMark
                                    && last != null
                                    && areSwapped(part.codePoint(), last.codePoint()));
            if (isFree) {
                Part first = composed.get(starter);
                String both = pair(first.codePoint(), part.codePoint(), Form.NFC);
                if (both.codePointCount(0, both.length()) == 1) {
                    composed.set(
                            starter, new Part(both.codePointAt(0), first.taken() + part.taken()));
                    continue;
                }
            }
            if (!isMark) {
                starter = composed.size();
            }
            composed.add(part);
        }
        return composed;
    }
}
