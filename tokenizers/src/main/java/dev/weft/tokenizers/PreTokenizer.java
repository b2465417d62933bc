package dev.weft.tokenizers;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a text into words, which the model cuts further, each by itself. */
sealed interface PreTokenizer {
    /** Hands on the words of a text that is not empty, in their order. */
    void split(Text text, Consumer<Text> out);

    /** Each cuts what the one before it has cut. */
    record Sequence(List<PreTokenizer> parts) implements PreTokenizer {
        @Override
        public void split(Text text, Consumer<Text> out) {
            Consumer<Text> chain = out;
            for (PreTokenizer part : parts.reversed()) {
                Consumer<Text> next = chain;
                chain = word -> part.split(word, next);
            }
            chain.accept(text);
        }
    }

    /** At each character of a class. */
    record AtCharacters(IntPredicate kind, SplitBehavior behavior) implements PreTokenizer {
        @Override
        public void split(Text text, Consumer<Text> out) {
            Splitter splitter = new Splitter(text, behavior, false, out);
            for (int i = 0; i < text.length(); ) {
                int c = text.codePointAt(i);
                int next = i + Character.charCount(c);
                if (kind.test(c)) {
                    splitter.match(i, next);
                }
                i = next;
            }
            splitter.finish();
        }
    }

    /** At each match of a pattern, or with {@code isInverted} at what is between them. */
    record AtPattern(Pattern pattern, SplitBehavior behavior, boolean isInverted)
            implements PreTokenizer {
        @Override
        public void split(Text text, Consumer<Text> out) {
            Splitter splitter = new Splitter(text, behavior, isInverted, out);
            Matcher matcher = Patterns.matcher(pattern, text);
            while (Patterns.find(matcher)) {
                splitter.match(matcher.start() - text.from(), matcher.end() - text.from());
            }
            splitter.finish();
        }
    }

    /** Runs of word characters, and of what is neither those nor space. */
    record Whitespace() implements PreTokenizer {
        @Override
        public void split(Text text, Consumer<Text> out) {
            for (int begin = 0; begin < text.length(); ) {
                int first = text.codePointAt(begin);
                int end = begin + Character.charCount(first);
                if (!Characters.isWhitespace(first)) {
                    IntPredicate kind =
                            Characters.isWord(first)
                                    ? Characters::isWord
                                    : c -> !Characters.isWord(c) && !Characters.isWhitespace(c);
                    end = Characters.endOf(kind, text, end);
                    out.accept(text.slice(begin, end));
                }
                begin = end;
            }
        }
    }

    /** Bytes as {@link ByteAlphabet} writes them, of the words that GPT-2's pattern finds. */
    record ByteLevel(boolean addsPrefixSpace, boolean usesRegex) implements PreTokenizer {
        private static final PreTokenizer WORDS =
                new AtPattern(
                        Pattern.compile(
                                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+"
                                        + "|\\s+(?!\\S)|\\s+",
                                Pattern.UNICODE_CHARACTER_CLASS),
                        SplitBehavior.ISOLATED,
                        false);

        @Override
        public void split(Text text, Consumer<Text> out) {
            boolean isPrefixed = addsPrefixSpace && !text.startsWith(" ");
            Text whole = isPrefixed ? new Normalizer.Prepend(" ").normalize(text) : text;
            Consumer<Text> bytes = word -> out.accept(ByteAlphabet.write(word));
            if (usesRegex) {
                WORDS.split(whole, bytes);
            } else {
                bytes.accept(whole);
            }
        }
    }

    /** When {@link Metaspace} writes a mark before a text that does not begin with one. */
    enum Prefix {
        ALWAYS,
        /** Where the text begins, and not behind an added token. */
        FIRST,
        NEVER
    }

    /** A mark in the place of each space, and each word with the mark before it. */
    record Metaspace(String mark, Prefix prefix, boolean cuts) implements PreTokenizer {
        @Override
        public void split(Text text, Consumer<Text> out) {
            Text marked =
                    new Normalizer.Filter(c -> true, c -> c == ' ' ? mark.codePointAt(0) : c)
                            .normalize(text);
            boolean isPrefixed =
                    prefix == Prefix.ALWAYS || (prefix == Prefix.FIRST && text.start(0) == 0);
            if (isPrefixed && !marked.startsWith(mark)) {
                marked = new Normalizer.Prepend(mark).normalize(marked);
            }
            if (cuts) {
                new AtCharacters(c -> c == mark.codePointAt(0), SplitBehavior.MERGED_WITH_NEXT)
                        .split(marked, out);
            } else {
                out.accept(marked);
            }
        }
    }

    /**
     * Where the script changes, as SentencePiece sees it: Han, Hiragana and Katakana are one, and a
     * space belongs to what is before it. Spaces at the beginning belong to nothing, and go.
     */
    record UnicodeScripts() implements PreTokenizer {
        /** Katakana's mark of long vowels, which Unicode counts as common to both kana. */
        private static final int LONG_VOWEL = 0x30FC;

        private static Character.UnicodeScript script(int c) {
            if (c == LONG_VOWEL) {
                return Character.UnicodeScript.HAN;
            }
            Character.UnicodeScript script = Character.UnicodeScript.of(c);
            return switch (script) {
                case HIRAGANA, KATAKANA -> Character.UnicodeScript.HAN;
                default -> c == ' ' ? Character.UnicodeScript.UNKNOWN : script;
            };
        }

        @Override
        public void split(Text text, Consumer<Text> out) {
            Character.UnicodeScript last = Character.UnicodeScript.UNKNOWN;
            int begin = -1;
            for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
                Character.UnicodeScript script = script(text.codePointAt(i));
                if (script != Character.UnicodeScript.UNKNOWN && script != last) {
                    if (begin >= 0) {
                        out.accept(text.slice(begin, i));
                    }
                    begin = i;
                    last = script;
                }
            }
            if (begin >= 0) {
                out.accept(text.slice(begin, text.length()));
            }
        }
    }

    /** Pieces of so many characters. */
    record FixedLength(int length) implements PreTokenizer {
        @Override
        public void split(Text text, Consumer<Text> out) {
            int begin = 0;
            int count = 0;
            for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
                if (count == length) {
                    out.accept(text.slice(begin, i));
                    begin = i;
                    count = 0;
                }
                count++;
            }
            out.accept(text.slice(begin, text.length()));
        }
    }
}
