package dev.weft.tokenizers;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Of all ways to write a word in pieces, the one whose scores have the largest sum (Kudo, arXiv
 * 1804.10959), by Viterbi's algorithm: one step for each character and each piece that begins
 * there. Characters in a row that no piece covers are one token.
 */
final class Unigram implements Model {
    /** How much worse than the worst piece a character is that no piece covers. */
    private static final double UNKNOWN_PENALTY = 10;

    private static final int UNREACHED = -1;

    private final Json json;
    private final Vocabulary vocabulary;
    private final double[] scores;
    private final Trie pieces = new Trie();
    private final double unknownScore;

    /** -1 where there is none. */
    private final int unknownId;

    /** The ids of the 256 bytes; empty where unknown characters are not written as bytes. */
    private final int[] byteIds;

    private Unigram(Json json, String[] tokens, double[] scores, int unknownId) {
        this.json = json;
        this.scores = scores;
        this.unknownId = unknownId;
        vocabulary = Vocabulary.of(tokens);
        byteIds = json.get("byte_fallback").truth(false) ? ByteTokens.ids(vocabulary) : new int[0];
        for (int id = 0; id < tokens.length; id++) {
            pieces.put(tokens[id], id);
        }
        unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
    }

    static Unigram read(Json json) {
        Json vocab = json.get("vocab");
        int size = vocab.elements().size();
        if (size == 0) {
            throw vocab.error("is empty");
        }
        String[] tokens = new String[size];
        double[] scores = new double[size];
        for (int id = 0; id < size; id++) {
            List<Json> piece = vocab.element(id).list(2);
            tokens[id] = piece.getFirst().text();
            scores[id] = piece.getLast().number();
        }
        Json unknown = json.get("unk_id");
        return new Unigram(json, tokens, scores, unknown.isAbsent() ? -1 : unknown.count(size - 1));
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public void tokenize(Text text, int word, TokenList out) {
        int[] begins = new int[text.length() + 1];
        int[] ids = new int[text.length() + 1];
        findPath(text, begins, ids);
        // From the end: each place is told where the piece ends that begins there.
        int[] ends = new int[text.length()];
        for (int end = text.length(); end > 0; end = begins[end]) {
            ends[begins[end]] = end;
        }
        int begin = 0;
        while (begin < text.length()) {
            int end = ends[begin];
            if (ids[end] == unknownId) {
                while (end < text.length() && ids[ends[end]] == unknownId) {
                    end = ends[end];
                }
                addUnknown(text, begin, end, word, out);
            } else {
                int id = ids[end];
                out.add(id, vocabulary.known(id), text.start(begin), text.end(end), word);
            }
            begin = end;
        }
    }

    /** For each place that a piece ends at: where the best one begins, and its id. */
    private void findPath(Text text, int[] begins, int[] ids) {
        double[] best = new double[text.length() + 1];
        Arrays.fill(begins, 1, begins.length, UNREACHED);
        for (int begin = 0; begin < text.length(); ) {
            int next = begin + Character.charCount(text.codePointAt(begin));
            boolean isCovered = false;
            int node = Trie.ROOT;
            for (int i = begin; i < text.length(); i++) {
                node = pieces.child(node, text.charAt(i));
                if (node == Trie.NONE) {
                    break;
                }
                int id = pieces.value(node);
                if (id != Trie.NONE) {
                    isCovered |= i + 1 == next;
                    improve(begin, i + 1, id, best[begin] + scores[id], begins, ids, best);
                }
            }
            if (!isCovered) {
                if (unknownId < 0) {
                    throw json.get("unk_id")
                            .error(
                                    "is missing, and no piece covers \"%s\""
                                            .formatted(text.substring(begin, next)));
                }
                improve(begin, next, unknownId, best[begin] + unknownScore, begins, ids, best);
            }
            begin = next;
        }
    }

    private static void improve(
            int begin, int end, int id, double score, int[] begins, int[] ids, double[] best) {
        if (begins[end] == UNREACHED || score > best[end]) {
            begins[end] = begin;
            ids[end] = id;
            best[end] = score;
        }
    }

    private void addUnknown(Text text, int begin, int end, int word, TokenList out) {
        String token = text.substring(begin, end);
        int start = text.start(begin);
        int stop = text.end(end);
        int known = vocabulary.id(token);
        if (known < 0 && byteIds.length > 0) {
            for (byte next : token.getBytes(StandardCharsets.UTF_8)) {
                int id = byteIds[next & 0xFF];
                out.add(id, vocabulary.known(id), start, stop, word);
            }
        } else {
            out.add(known < 0 ? unknownId : known, token, start, stop, word);
        }
    }
}
