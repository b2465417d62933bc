package dev.weft.tokenizers;

/** What becomes of the parts of a text that a pattern matches. */
enum SplitBehavior {
    /** They are dropped. */
    REMOVED,
    /** Each is a part of its own. */
    ISOLATED,
    /** The first of a row joins what is before it. */
    MERGED_WITH_PREVIOUS,
    /** The last of a row joins what is behind it. */
    MERGED_WITH_NEXT,
    /** Those that touch are one part. */
    CONTIGUOUS;

    static SplitBehavior read(Json json) {
        return switch (json.text()) {
            case "Removed" -> REMOVED;
            case "Isolated" -> ISOLATED;
            case "MergedWithPrevious" -> MERGED_WITH_PREVIOUS;
            case "MergedWithNext" -> MERGED_WITH_NEXT;
            case "Contiguous" -> CONTIGUOUS;
            default ->
                    throw json.error(
                            "unknown behavior \"%s\"".formatted(Json.excerpt(json.text())));
        };
    }

    /** Whether a part joins the one before it, which was a match or was not. */
    boolean joins(boolean isAfterMatch, boolean isMatch) {
        return switch (this) {
            case REMOVED, ISOLATED -> false;
            case MERGED_WITH_PREVIOUS -> isMatch && !isAfterMatch;
            case MERGED_WITH_NEXT -> isAfterMatch && !isMatch;
            case CONTIGUOUS -> isAfterMatch == isMatch;
        };
    }
}
