package dev.weft.tokenizers;

import java.util.ArrayList;
import java.util.List;

/** The parts that truncation leaves of one or two sequences of tokens. */
final class Windows {
    private final Truncation truncation;

    /** What remains of the most tokens for those of the texts. */
    private final int room;

    /**
     * For texts that so many special tokens are added to.
     *
     * @throws IllegalArgumentException where those alone are too many
     */
    Windows(Truncation truncation, int added) {
        this.truncation = truncation;
        room = truncation.maxLength() - added;
        if (room < 0) {
            throw new IllegalArgumentException(
                    "truncation: %d special tokens do not fit into a length of %d"
                            .formatted(added, truncation.maxLength()));
        }
    }

    /** How many tokens each of the sequences may keep; of one that is alone, the second is 0. */
    private int[] lengths(List<TokenList> sequences) {
        int first = sequences.getFirst().size();
        int second = sequences.size() == 1 ? 0 : sequences.getLast().size();
        if (room == 0) {
            return new int[] {0, 0};
        }
        int surplus = Math.max(0, first + second - room);
        return switch (truncation.strategy()) {
            case LONGEST_FIRST -> longestFirst(first, second);
            case ONLY_FIRST -> new int[] {left("first", first, surplus), second};
            case ONLY_SECOND -> {
                if (sequences.size() == 1 && surplus > 0) {
                    throw new TokenizerException(
                            "truncation: only the second text is cut, and there is none");
                }
                yield new int[] {first, left("second", second, surplus)};
            }
        };
    }

    private int left(String which, int size, int surplus) {
        if (surplus > 0 && size <= surplus) {
            throw new TokenizerException(
                    "truncation: the %s text has %d tokens, too few to leave out %d"
                            .formatted(which, size, surplus));
        }
        return size - surplus;
    }

    /** Half of the room for each, and what the shorter one leaves of its half to the other. */
    private int[] longestFirst(int first, int second) {
        if (first + second <= room) {
            return new int[] {first, second};
        }
        boolean isSwapped = first > second;
        int shorter = Math.min(first, second);
        int longer = Math.max(shorter, room - shorter);
        if (shorter + longer > room) {
            shorter = room / 2;
            longer = room - shorter;
        }
        return isSwapped ? new int[] {longer, shorter} : new int[] {shorter, longer};
    }

    /** The one window that comes first. */
    List<TokenList> first(List<TokenList> sequences) {
        int[] lengths = lengths(sequences);
        List<TokenList> window = new ArrayList<>();
        for (int i = 0; i < sequences.size(); i++) {
            TokenList sequence = sequences.get(i);
            int begin = truncation.direction() == Side.RIGHT ? 0 : sequence.size() - lengths[i];
            window.add(sequence.slice(begin, begin + lengths[i]));
        }
        return window;
    }

    /** All windows, first the first: of two texts each window of one with each of the other. */
    List<List<TokenList>> all(List<TokenList> sequences) {
        int[] lengths = lengths(sequences);
        List<List<TokenList>> windows = new ArrayList<>();
        List<TokenList> firsts = parts(sequences.getFirst(), lengths[0]);
        for (TokenList first : firsts) {
            if (sequences.size() == 1) {
                windows.add(List.of(first));
            } else {
                for (TokenList second : parts(sequences.getLast(), lengths[1])) {
                    windows.add(List.of(first, second));
                }
            }
        }
        return windows;
    }

    private List<TokenList> parts(TokenList sequence, int length) {
        List<TokenList> parts = new ArrayList<>();
        int size = sequence.size();
        if (length >= size) {
            return List.of(sequence);
        }
        if (length == 0) {
            return List.of(sequence.slice(0, 0), sequence);
        }
        int step = length - truncation.stride();
        if (step <= 0) {
            throw new TokenizerException(
                    "truncation: a stride of %d leaves nothing new in windows of %d tokens"
                            .formatted(truncation.stride(), length));
        }
        for (int done = 0; ; done += step) {
            boolean isLast = done + length >= size;
            int begin = done;
            int end = Math.min(done + length, size);
            parts.add(
                    truncation.direction() == Side.RIGHT
                            ? sequence.slice(begin, end)
                            : sequence.slice(size - end, size - begin));
            if (isLast) {
                return parts;
            }
        }
    }
}
