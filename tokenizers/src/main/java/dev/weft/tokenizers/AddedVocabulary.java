package dev.weft.tokenizers;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tokens that are found before the model cuts anything, and the text between them. */
final class AddedVocabulary {
    /** What a text consists of. */
    interface Parts {
        void text(Text part);

        void token(AddedToken token, Text part);
    }

    private final Normalizer normalizer;
    private final List<AddedToken> tokens = new ArrayList<>();
    private final Map<String, AddedToken> byContent = new HashMap<>();
    private final Map<Integer, AddedToken> byId = new HashMap<>();

    /** Those that are found in the text as it is, by their places in the list. */
    private final Trie exact = new Trie();

    private final Trie normalized = new Trie();

    private AddedVocabulary(Normalizer normalizer) {
        this.normalizer = normalizer;
    }

    /**
     * A list of them.
     *
     * @param normalizer what is done to the text between those that are found in it as it is
     * @throws TokenizerException where an id has another token, or a token another id
     */
    static AddedVocabulary read(Json json, Vocabulary model, Normalizer normalizer) {
        AddedVocabulary added = new AddedVocabulary(normalizer);
        if (!json.isAbsent()) {
            for (Json element : json.list()) {
                AddedToken token = AddedToken.read(element);
                if (!token.content().isEmpty()) {
                    added.checkId(element, token, model);
                    added.add(token);
                }
            }
        }
        return added;
    }

    private void checkId(Json json, AddedToken token, Vocabulary model) {
        int known = model.id(token.content());
        String other = byId.containsKey(token.id()) ? byId.get(token.id()).content() : null;
        other = other == null && known < 0 ? model.token(token.id()) : other;
        if (other != null) {
            throw json.error(
                    "\"%s\" has the id %d, which is that of \"%s\""
                            .formatted(
                                    Json.excerpt(token.content()),
                                    token.id(),
                                    Json.excerpt(other)));
        }
        AddedToken before = byContent.get(token.content());
        if ((known >= 0 && known != token.id()) || before != null) {
            throw json.error(
                    "\"%s\" has the id %d, and %d elsewhere"
                            .formatted(
                                    Json.excerpt(token.content()),
                                    token.id(),
                                    before == null ? known : before.id()));
        }
    }

    private void add(AddedToken token) {
        byContent.put(token.content(), token);
        byId.put(token.id(), token);
        if (token.isNormalized()) {
            normalized.put(
                    normalizer.normalize(Text.of(token.content())).toString(), tokens.size());
        } else {
            exact.put(token.content(), tokens.size());
        }
        tokens.add(token);
    }

    @Nullable AddedToken find(int id) {
        return byId.get(id);
    }

    @Nullable AddedToken find(String content) {
        return byContent.get(content);
    }

    List<AddedToken> tokens() {
        return tokens;
    }

    /** Tells of the parts of a text in their order, none of them empty, its text normalized. */
    void split(Text whole, Parts out) {
        split(
                whole,
                exact,
                new Parts() {
                    @Override
                    public void text(Text part) {
                        split(normalizer.normalize(part), normalized, out);
                    }

                    @Override
                    public void token(AddedToken token, Text part) {
                        out.token(token, part);
                    }
                });
    }

    /** Finds the longest token that begins at a place, from left to right. */
    private void split(Text text, Trie trie, Parts out) {
        int done = 0;
        int place = 0;
        while (place < text.length()) {
            int node = Trie.ROOT;
            int found = Trie.NONE;
            int end = place + 1;
            for (int i = place; i < text.length(); i++) {
                node = trie.child(node, text.charAt(i));
                if (node == Trie.NONE) {
                    break;
                }
                if (trie.value(node) != Trie.NONE) {
                    found = trie.value(node);
                    end = i + 1;
                }
            }
            if (found != Trie.NONE && fits(tokens.get(found), text, place, end)) {
                done = token(tokens.get(found), text, done, place, end, out);
            }
            place = Math.max(end, done);
        }
        if (done < text.length()) {
            out.text(text.slice(done, text.length()));
        }
    }

    private static boolean fits(AddedToken token, Text text, int begin, int end) {
        return !token.isSingleWord()
                || !((begin > 0 && Characters.isWord(text.codePointBefore(begin)))
                        || (end < text.length() && Characters.isWord(text.codePointAt(end))));
    }

    /** Tells of a token and the text before it, and returns where it ends. */
    private static int token(AddedToken token, Text text, int done, int begin, int end, Parts out) {
        int from =
                token.takesLeft()
                        ? Math.max(done, Characters.beginOf(Characters::isWhitespace, text, begin))
                        : begin;
        int to = token.takesRight() ? Characters.endOf(Characters::isWhitespace, text, end) : end;
        if (done < from) {
            out.text(text.slice(done, from));
        }
        out.token(token, text.slice(from, to));
        return to;
    }
}
