package dev.weft.tokenizers;

import java.util.Map;

/**
 * The longest token that a word begins with, then the longest that goes on, and so forth; the
 * unknown token where that ends before the word does (Wu et al., arXiv 1609.08144).
 */
final class WordPiece implements Model {
    private static final int LONGEST_WORD = 100;

    private final Vocabulary vocabulary;
    private final int unknownId;
    private final int longestWord;
    private final Trie beginnings = new Trie();

    /** Those that go on, without their prefix. */
    private final Trie continuations = new Trie();

    private WordPiece(Vocabulary vocabulary, int unknownId, String prefix, int longestWord) {
        this.vocabulary = vocabulary;
        this.unknownId = unknownId;
        this.longestWord = longestWord;
        for (Map.Entry<String, Integer> entry : vocabulary.ids().entrySet()) {
            String token = entry.getKey();
            beginnings.put(token, entry.getValue());
            if (token.startsWith(prefix)) {
                continuations.put(token.substring(prefix.length()), entry.getValue());
            }
        }
    }

    static WordPiece read(Json json) {
        Vocabulary vocabulary = Vocabulary.read(json.get("vocab"));
        Json longest = json.get("max_input_chars_per_word");
        return new WordPiece(
                vocabulary,
                vocabulary.unknownId(json, json.get("unk_token").text("[UNK]")),
                json.get("continuing_subword_prefix").text("##"),
                longest.isAbsent() ? LONGEST_WORD : longest.count(Integer.MAX_VALUE));
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public void tokenize(Text text, int word, TokenList out) {
        int before = out.size();
        if (isTooLong(text) || !addPieces(text, word, out)) {
            out.truncate(before);
            out.add(
                    unknownId,
                    vocabulary.known(unknownId),
                    text.start(0),
                    text.end(text.length()),
                    word);
        }
    }

    private boolean isTooLong(Text text) {
        return text.length() > longestWord
                && text.whole().codePointCount(text.from(), text.to()) > longestWord;
    }

    private boolean addPieces(Text text, int word, TokenList out) {
        int begin = 0;
        while (begin < text.length()) {
            Trie pieces = begin == 0 ? beginnings : continuations;
            int node = Trie.ROOT;
            int id = Trie.NONE;
            int end = begin;
            for (int i = begin; i < text.length(); i++) {
                node = pieces.child(node, text.charAt(i));
                if (node == Trie.NONE) {
                    break;
                }
                if (pieces.value(node) != Trie.NONE) {
                    id = pieces.value(node);
                    end = i + 1;
                }
            }
            if (id == Trie.NONE) {
                return false;
            }
            out.add(id, vocabulary.known(id), text.start(begin), text.end(end), word);
            begin = end;
        }
        return true;
    }
}
