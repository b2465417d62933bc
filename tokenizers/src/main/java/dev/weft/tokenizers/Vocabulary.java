package dev.weft.tokenizers;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Tokens and their ids, one for each; ids may have gaps. */
final class Vocabulary {
    /** Far above the largest vocabularies, and few enough for an array. */
    static final int LARGEST_ID = (1 << 24) - 1;

    private final Map<String, Integer> ids;
    private @Nullable String[] tokens = new String[0];

    private Vocabulary(int capacity) {
        ids = HashMap.newHashMap(capacity);
    }

    /**
     * An object of ids by their tokens.
     *
     * @throws TokenizerException where an id is none, or there twice
     */
    static Vocabulary read(Json json) {
        Map<String, @Nullable Object> entries = json.object();
        Vocabulary vocabulary = new Vocabulary(entries.size());
        vocabulary.tokens = new String[entries.size()];
        for (Map.Entry<String, @Nullable Object> entry : entries.entrySet()) {
            boolean isId =
                    entry.getValue() instanceof Integer number
                            && number >= 0
                            && number <= LARGEST_ID;
            // Only who has to complain asks for the place.
            int id = isId ? (Integer) entry.getValue() : json.get(entry.getKey()).count(LARGEST_ID);
            String token = vocabulary.token(id);
            if (token != null) {
                throw json.error(
                        "\"%s\" and \"%s\" have the same id %d"
                                .formatted(Json.excerpt(token), Json.excerpt(entry.getKey()), id));
            }
            vocabulary.put(entry.getKey(), id);
        }
        return vocabulary;
    }

    /** Tokens with their places as ids; of tokens that are equal, the last is found. */
    static Vocabulary of(String[] tokens) {
        Vocabulary vocabulary = new Vocabulary(tokens.length);
        vocabulary.tokens = tokens;
        for (int id = 0; id < tokens.length; id++) {
            vocabulary.ids.put(tokens[id], id);
        }
        return vocabulary;
    }

    private void put(String token, int id) {
        if (id >= tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(id + 1, 2 * tokens.length));
        }
        tokens[id] = token;
        ids.put(token, id);
    }

    int size() {
        return ids.size();
    }

    /** The id of a token, or -1. */
    int id(String token) {
        return ids.getOrDefault(token, -1);
    }

    @Nullable String token(int id) {
        return id >= 0 && id < tokens.length ? tokens[id] : null;
    }

    /** The token of an id that a model found here. */
    String known(int id) {
        String token = token(id);
        if (token == null) {
            throw new IllegalStateException("no token has the id " + id);
        }
        return token;
    }

    Map<String, Integer> ids() {
        return ids;
    }

    /**
     * The id of the token for what is unknown.
     *
     * @throws TokenizerException where there is none
     */
    int unknownId(Json model, String token) {
        int id = id(token);
        if (id < 0) {
            throw model.get("vocab")
                    .error("is without the unknown token \"%s\"".formatted(Json.excerpt(token)));
        }
        return id;
    }
}
