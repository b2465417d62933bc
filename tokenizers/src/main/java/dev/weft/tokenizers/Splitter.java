package dev.weft.tokenizers;

import java.util.function.Consumer;

/** Cuts a text at matches, which are told in their order, and hands on what is not empty. */
final class Splitter {
    private final Text text;
    private final SplitBehavior behavior;
    private final boolean isInverted;
    private final Consumer<Text> out;

    /** The part that may still grow, and whether its last piece was a match. */
    private int begin;

    private int end;
    private boolean isMatch;

    /**
     * One for a text.
     *
     * @param isInverted whether the matches are what is kept, and the rest is what divides them
     */
    Splitter(Text text, SplitBehavior behavior, boolean isInverted, Consumer<Text> out) {
        this.text = text;
        this.behavior = behavior;
        this.isInverted = isInverted;
        this.out = out;
    }

    /** The next match: behind the one before it. */
    void match(int from, int to) {
        if (end < from) {
            piece(from, isInverted);
        }
        piece(to, !isInverted);
    }

    private void piece(int to, boolean isOne) {
        if (begin < end && behavior.joins(isMatch, isOne)) {
            end = to;
        } else {
            handOn();
            begin = end;
            end = to;
        }
        isMatch = isOne;
    }

    private void handOn() {
        if (begin < end && !(isMatch && behavior == SplitBehavior.REMOVED)) {
            out.accept(text.slice(begin, end));
        }
    }

    /** No more matches. */
    void finish() {
        if (end < text.length()) {
            piece(text.length(), isInverted);
        }
        handOn();
    }
}
