package dev.weft.metrics;

import java.util.Locale;

/** How the figures of several classes become one. */
public enum Average {
    /** Of the counts of all classes together. */
    MICRO,
    /** The mean over the classes that occur. */
    MACRO,
    /** The mean over the classes that occur, each weighing as much as its examples. */
    WEIGHTED;

    /** As names of figures have it, such as {@code macro}. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
