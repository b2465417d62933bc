package dev.weft.tokenizers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes text of tokens: of the strings that the last one leaves, one behind the other. */
sealed interface Decoder {
    List<String> decode(List<String> tokens);

    /** One after the other. */
    record Sequence(List<Decoder> parts) implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            List<String> result = tokens;
            for (Decoder part : parts) {
                result = part.decode(result);
            }
            return result;
        }
    }

    /** A space before each token but the first and those that go on, which lose their prefix. */
    record WordPiece(String prefix, boolean cleansUp) implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            List<String> result = new ArrayList<>(tokens.size());
            for (String token : tokens) {
                String text = token;
                if (!result.isEmpty()) {
                    text =
                            token.startsWith(prefix)
                                    ? token.substring(prefix.length())
                                    : " " + token;
                }
                result.add(cleansUp ? cleanUp(text) : text);
            }
            return result;
        }
    }

    /**
     * Without the spaces that tokenizing brings before punctuation and into English's short forms.
     */
    static String cleanUp(String text) {
        return text.indexOf(' ') < 0
                ? text
                : text.replace(" .", ".")
                        .replace(" ?", "?")
                        .replace(" !", "!")
                        .replace(" ,", ",")
                        .replace(" ' ", "'")
                        .replace(" n't", "n't")
                        .replace(" 'm", "'m")
                        .replace(" do not", " don't")
                        .replace(" 's", "'s")
                        .replace(" 've", "'ve")
                        .replace(" 're", "'re");
    }

    /** The text of bytes that {@link ByteAlphabet} has written. */
    record ByteLevel() implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (String token : tokens) {
                bytes.writeBytes(ByteAlphabet.read(token));
            }
            return List.of(bytes.toString(StandardCharsets.UTF_8));
        }
    }

    /** A space for each mark, and for those of the first token nothing if one was put before it. */
    record Metaspace(String mark, boolean hasPrefix) implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            List<String> result = new ArrayList<>(tokens.size());
            for (String token : tokens) {
                result.add(token.replace(mark, result.isEmpty() && hasPrefix ? "" : " "));
            }
            return result;
        }
    }

    /** A space for the mark of a word's end, and nothing for the last. */
    record WordEnds(String suffix) implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            List<String> result = new ArrayList<>(tokens.size());
            for (String token : tokens) {
                boolean isLast = result.size() == tokens.size() - 1;
                result.add(token.replace(suffix, isLast ? "" : " "));
            }
            return result;
        }
    }

    /** The text of {@link ByteTokens} in a row; U+FFFD for each byte where they are not UTF-8. */
    record ByteFallback() implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            List<String> result = new ArrayList<>(tokens.size());
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (String token : tokens) {
                Byte next = ByteTokens.read(token);
                if (next == null) {
                    flush(bytes, result);
                    result.add(token);
                } else {
                    bytes.write(next);
                }
            }
            flush(bytes, result);
            return result;
        }

        private static void flush(ByteArrayOutputStream bytes, List<String> result) {
            if (bytes.size() == 0) {
                return;
            }
            try {
                ByteBuffer all = ByteBuffer.wrap(bytes.toByteArray());
                result.add(StandardCharsets.UTF_8.newDecoder().decode(all).toString());
            } catch (CharacterCodingException e) {
                for (int i = 0; i < bytes.size(); i++) {
                    result.add("\uFFFD");
                }
            }
            bytes.reset();
        }
    }

    /** All tokens as one. */
    record Fuse() implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            return List.of(String.join("", tokens));
        }
    }

    /** Without so many of a character at each token's ends. */
    record Strip(int content, int start, int stop) implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            return tokens.stream().map(this::strip).toList();
        }

        private String strip(String token) {
            int[] chars = token.codePoints().toArray();
            int begin = 0;
            while (begin < Math.min(start, chars.length) && chars[begin] == content) {
                begin++;
            }
            int end = chars.length;
            while (end > begin && chars.length - end < stop && chars[end - 1] == content) {
                end--;
            }
            return new String(chars, begin, end - begin);
        }
    }

    /** Another text for each match. */
    record Replace(Pattern pattern, String content) implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            return tokens.stream().map(this::replace).toList();
        }

        private String replace(String token) {
            Matcher matcher = pattern.matcher(token);
            StringBuilder text = new StringBuilder();
            while (Patterns.find(matcher)) {
                matcher.appendReplacement(text, Matcher.quoteReplacement(content));
            }
            return matcher.appendTail(text).toString();
        }
    }

    /**
     * What a network says that was trained by CTC: of equal tokens in a row the first, without
     * padding, and a space for the mark between words.
     */
    record Ctc(String padding, String wordDelimiter, boolean cleansUp) implements Decoder {
        @Override
        public List<String> decode(List<String> tokens) {
            List<String> result = new ArrayList<>();
            String last = null;
            for (String token : tokens) {
                if (!token.equals(last)) {
                    String text = token.replace(padding, "");
                    text = cleansUp ? cleanUp(text).replace(wordDelimiter, " ") : text;
                    if (!text.isEmpty()) {
                        result.add(text);
                    }
                }
                last = token;
            }
            return result;
        }
    }
}
