package dev.weft.metrics;

import java.util.Map;

/** What figures can be read from. */
public interface Figures {
    /**
     * All figures of what was added so far, by names such as {@code macro_f1}, always in the same
     * order; NaN where one is not defined.
     */
    Map<String, Double> figures();
}
