package dev.weft.tokenizers;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes a text before it is cut. */
sealed interface Normalizer
        permits BertNormalizer,
                BertNormalizer.SpacedChinese,
                CanonicalForm,
                CharsMap,
                Normalizer.ByteLevel,
                Normalizer.Filter,
                Normalizer.Lowercase,
                Normalizer.Prepend,
                Normalizer.Replace,
                Normalizer.Sequence,
                Normalizer.Strip {
    /** U+0130, the only one whose small form is two code points, and its second. */
    int CAPITAL_I_WITH_DOT = 0x130;

    int DOT_ABOVE = 0x307;

    Text normalize(Text text);

    /** One after the other. */
    record Sequence(List<Normalizer> parts) implements Normalizer {
        @Override
        public Text normalize(Text text) {
            Text result = text;
            for (Normalizer part : parts) {
                result = part.normalize(result);
            }
            return result;
        }
    }

    /** Leaves out some code points and puts others in the place of some. */
    record Filter(IntPredicate kept, IntUnaryOperator map) implements Normalizer {
        /** What SentencePiece's {@code nmt} rules leave out, and what they take for a space. */
        static Filter nmt() {
            return new Filter(c -> !isNmtControl(c), c -> isNmtSpace(c) ? ' ' : c);
        }

        private static boolean isNmtControl(int c) {
            return (c >= 0x1 && c <= 0x8)
                    || c == 0xB
                    || (c >= 0xE && c <= 0x1F)
                    || c == 0x7F
                    || c == 0x8F
                    || c == 0x9F;
        }

        private static boolean isNmtSpace(int c) {
            return c == 0x9
                    || c == 0xA
                    || c == 0xC
                    || c == 0xD
                    || c == 0x1680
                    || (c >= 0x200B && c <= 0x200F)
                    || c == 0x2028
                    || c == 0x2029
                    || c == 0x2581
                    || c == 0xFEFF
                    || c == 0xFFFD;
        }

        /** All but marks. */
        static Filter accents() {
            return new Filter(c -> !Characters.isMark(c), IntUnaryOperator.identity());
        }

        @Override
        public Text normalize(Text text) {
            Editor editor = new Editor(text);
            while (editor.hasNext()) {
                int next = editor.next();
                if (kept.test(next)) {
                    editor.put(map.applyAsInt(next));
                } else {
                    editor.skip();
                }
            }
            return editor.finish();
        }
    }

    /** Each code point's small form, whatever is around it. */
    record Lowercase() implements Normalizer {
        @Override
        public Text normalize(Text text) {
            Editor editor = new Editor(text);
            while (editor.hasNext()) {
                int next = editor.next();
                editor.put(next == CAPITAL_I_WITH_DOT ? 'i' : Character.toLowerCase(next));
                if (next == CAPITAL_I_WITH_DOT) {
                    editor.add(DOT_ABOVE);
                }
            }
            return editor.finish();
        }
    }

    /** Without spaces at its ends. */
    record Strip(boolean left, boolean right) implements Normalizer {
        @Override
        public Text normalize(Text text) {
            int begin = left ? Characters.endOf(Characters::isWhitespace, text, 0) : 0;
            int end =
                    right
                            ? Characters.beginOf(Characters::isWhitespace, text, text.length())
                            : text.length();
            return text.slice(begin, Math.max(begin, end));
        }
    }

    /** A text before one that is not empty; all of it comes from that one's first character. */
    record Prepend(String prefix) implements Normalizer {
        @Override
        public Text normalize(Text text) {
            if (text.isEmpty() || prefix.isEmpty()) {
                return text;
            }
            Editor editor = new Editor(text);
            int first = editor.next();
            editor.skip();
            prefix.codePoints().forEach(editor::add);
            editor.add(first);
            return editor.finish();
        }
    }

    /** Another text in place of each match. */
    record Replace(Pattern pattern, String content) implements Normalizer {
        @Override
        public Text normalize(Text text) {
            Matcher matcher = Patterns.matcher(pattern, text);
            if (!Patterns.find(matcher)) {
                return text;
            }
            Editor editor = new Editor(text);
            do {
                editor.keepTo(matcher.start() - text.from());
                editor.skipTo(matcher.end() - text.from());
                content.codePoints().forEach(editor::add);
            } while (Patterns.find(matcher));
            return editor.finish();
        }
    }

    /** The bytes of UTF-8, each as one character of {@link ByteAlphabet}. */
    record ByteLevel() implements Normalizer {
        @Override
        public Text normalize(Text text) {
            return ByteAlphabet.write(text);
        }
    }
}
