package dev.weft.nn;

import dev.weft.Positions;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

/** How the heads of attention know where tokens stand. */
public enum HeadPositions {
    /** Not at all: what comes in says so, or nothing does. */
    NONE(null),
    /** {@link Positions#rotate} by halves, with a base of 10000. */
    ROTARY_HALVES(Positions.Pairs.HALVES),
    /** {@link Positions#rotate} of adjacent elements, with a base of 10000. */
    ROTARY_ADJACENT(Positions.Pairs.ADJACENT),
    /** {@link Positions#alibi}: for causal attention. */
    ALIBI(null);

    private static final double BASE = 10_000;

    private final Positions.@Nullable Pairs pairs;

    HeadPositions(Positions.@Nullable Pairs pairs) {
        this.pairs = pairs;
    }

    boolean turns() {
        return pairs != null;
    }

    /** Queries or keys with their positions, the first of which is {@code first}. */
    Tensor placed(Tensor x, long first) {
        return pairs == null ? x : Positions.rotate(x, pairs, BASE, first);
    }
}
