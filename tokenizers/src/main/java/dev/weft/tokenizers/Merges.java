package dev.weft.tokenizers;

import java.util.List;

/** Which pairs of tokens become which token, the first in the list before the others. */
final class Merges {
    private final PairMap ranks = new PairMap();
    private final int[] products;

    private Merges(int count) {
        products = new int[count];
    }

    /**
     * A list of {@code "a b"} or {@code ["a", "b"]}.
     *
     * @param prefixLength of what the second token begins with, and what they become does not
     * @throws TokenizerException where a token is not in the vocabulary
     */
    static Merges read(Json json, Vocabulary vocabulary, int prefixLength) {
        List<?> list = json.elements();
        Merges merges = new Merges(list.size());
        for (int rank = 0; rank < list.size(); rank++) {
            if (list.get(rank) instanceof String line && line.startsWith("#version")) {
                continue;
            }
            String first = part(json, rank, 0);
            String second = part(json, rank, 1);
            if (second.length() < prefixLength) {
                throw json.element(rank).error("its second token is without the prefix");
            }
            int a = id(json, rank, vocabulary, first);
            int b = id(json, rank, vocabulary, second);
            merges.products[rank] =
                    id(json, rank, vocabulary, first + second.substring(prefixLength));
            merges.ranks.put(a, b, rank);
        }
        return merges;
    }

    private static String part(Json json, int rank, int index) {
        if (json.elements().get(rank) instanceof String line) {
            int space = line.indexOf(' ');
            if (space < 0 || line.indexOf(' ', space + 1) >= 0) {
                throw json.element(rank)
                        .error(
                                "expected two tokens with a space between them, found \"%s\""
                                        .formatted(Json.excerpt(line)));
            }
            return index == 0 ? line.substring(0, space) : line.substring(space + 1);
        }
        return json.element(rank).list(2).get(index).text();
    }

    private static int id(Json json, int rank, Vocabulary vocabulary, String token) {
        int id = vocabulary.id(token);
        if (id < 0) {
            throw json.element(rank)
                    .error("\"%s\" is not in the vocabulary".formatted(Json.excerpt(token)));
        }
        return id;
    }

    /** The rank of a pair, or -1. */
    int rank(int first, int second) {
        return ranks.get(first, second);
    }

    /** The token that the pair of a rank becomes. */
    int product(int rank) {
        return products[rank];
    }
}
