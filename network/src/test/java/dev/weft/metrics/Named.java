package dev.weft.metrics;

import java.util.Map;
import java.util.Objects;

/** Figures by name. */
final class Named {
    private Named() {}

    /** The one of this name, which must be there. */
    static <T> T named(String name, Map<String, T> figures) {
        return Objects.requireNonNull(figures.get(name), name);
    }
}
