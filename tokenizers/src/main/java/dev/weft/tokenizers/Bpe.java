package dev.weft.tokenizers;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/**
 * Pairs of neighbours become one token, that of the least rank first and of equals the leftmost,
 * until no pair is in the list (Sennrich et al., arXiv 1508.07909). Dropout is for training, and
 * ignored.
 */
final class Bpe implements Model {
    private final Vocabulary vocabulary;
    private final Merges merges;

    /** Those of one code point, which are most of what a word begins as. */
    private final PairMap characters = new PairMap();

    private final int unknownId;
    private final boolean fusesUnknown;
    private final boolean ignoresMerges;
    private final int[] byteIds;
    private final @Nullable String prefix;
    private final @Nullable String suffix;

    private Bpe(Json json) {
        vocabulary = Vocabulary.read(json.get("vocab"));
        prefix = emptyToNull(json.get("continuing_subword_prefix").textOrNull());
        suffix = emptyToNull(json.get("end_of_word_suffix").textOrNull());
        merges = Merges.read(json.get("merges"), vocabulary, prefix == null ? 0 : prefix.length());
        String unknown = json.get("unk_token").textOrNull();
        unknownId = unknown == null ? -1 : vocabulary.unknownId(json, unknown);
        fusesUnknown = json.get("fuse_unk").truth(false);
        ignoresMerges = json.get("ignore_merges").truth(false);
        byteIds = json.get("byte_fallback").truth(false) ? ByteTokens.ids(vocabulary) : new int[0];
        vocabulary
                .ids()
                .forEach(
                        (token, id) -> {
                            if (!token.isEmpty() && token.codePointCount(0, token.length()) == 1) {
                                characters.put(0, token.codePointAt(0), id);
                            }
                        });
    }

    static Bpe read(Json json) {
        return new Bpe(json);
    }

    private static @Nullable String emptyToNull(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public void tokenize(Text text, int word, TokenList out) {
        int whole = ignoresMerges ? vocabulary.id(text.toString()) : -1;
        if (whole >= 0) {
            out.add(whole, vocabulary.known(whole), text.start(0), text.end(text.length()), word);
            return;
        }
        Symbols symbols = symbols(text);
        symbols.merge(merges);
        for (int i = symbols.first(); i >= 0; i = symbols.next(i)) {
            int id = symbols.id(i);
            out.add(
                    id,
                    vocabulary.known(id),
                    text.start(symbols.begin(i)),
                    text.end(symbols.end(i)),
                    word);
        }
    }

    /** A symbol for each character; for one that has no token, its bytes or the unknown token. */
    private Symbols symbols(Text text) {
        Symbols symbols = new Symbols(text.length() * (byteIds.length > 0 ? 3 : 1));
        int next;
        for (int i = 0; i < text.length(); i = next) {
            int c = text.codePointAt(i);
            next = i + Character.charCount(c);
            int id = id(c, i == 0, next == text.length());
            if (id >= 0) {
                symbols.add(id, i, next);
            } else if (byteIds.length > 0) {
                for (byte each : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                    symbols.add(byteIds[each & 0xFF], i, next);
                }
            } else if (unknownId >= 0) {
                symbols.addUnknown(unknownId, i, next, fusesUnknown);
            }
        }
        return symbols;
    }

    private int id(int c, boolean isFirst, boolean isLast) {
        String before = isFirst ? null : prefix;
        String after = isLast ? suffix : null;
        if (before == null && after == null) {
            return characters.get(0, c);
        }
        return vocabulary.id(
                (before == null ? "" : before)
                        + Character.toString(c)
                        + (after == null ? "" : after));
    }
}
