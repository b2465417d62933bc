package dev.weft.tokenizers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** What BERT does to a text before it is cut: each step where it is asked for. */
record BertNormalizer(Sequence steps) implements Normalizer {
    /** The sign for what could not be decoded. */
    private static final int REPLACEMENT = 0xFFFD;

    static BertNormalizer of(
            boolean clean, boolean chinese, boolean stripAccents, boolean lowercase) {
        List<Normalizer> steps = new ArrayList<>();
        if (clean) {
            steps.add(new Filter(c -> isKept(c), c -> Characters.isWhitespace(c) ? ' ' : c));
        }
        if (chinese) {
            steps.add(new SpacedChinese());
        }
        if (stripAccents) {
            steps.add(new CanonicalForm(java.text.Normalizer.Form.NFD));
            steps.add(
                    new Filter(c -> !Characters.isNonspacingMark(c), IntUnaryOperator.identity()));
        }
        if (lowercase) {
            steps.add(new Lowercase());
        }
        return new BertNormalizer(new Sequence(steps));
    }

    private static boolean isKept(int c) {
        return c == '\t' || c == '\n' || c == '\r' || (c != REPLACEMENT && !Characters.isOther(c));
    }

    @Override
    public Text normalize(Text text) {
        return steps.normalize(text);
    }

    /** The blocks of Chinese characters alone, not those of kana and Hangul. */
    private static boolean isChinese(int c) {
        return (c >= 0x4E00 && c <= 0x9FFF)
                || (c >= 0x3400 && c <= 0x4DBF)
                || (c >= 0x20000 && c <= 0x2A6DF)
                || (c >= 0x2A700 && c <= 0x2B73F)
                || (c >= 0x2B740 && c <= 0x2B81F)
                || (c >= 0x2B920 && c <= 0x2CEAF)
                || (c >= 0xF900 && c <= 0xFAFF)
                || (c >= 0x2F800 && c <= 0x2FA1F);
    }

    /** Spaces around each Chinese character, so that it becomes a word. */
    record SpacedChinese() implements Normalizer {
        @Override
        public Text normalize(Text text) {
            Editor editor = new Editor(text);
            while (editor.hasNext()) {
                int next = editor.next();
                if (isChinese(next)) {
                    editor.put(' ');
                    editor.add(next);
                    editor.add(' ');
                } else {
                    editor.keep();
                }
            }
            return editor.finish();
        }
    }
}
