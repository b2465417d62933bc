package dev.weft.tokenizers;

import java.util.Locale;

/** An end of a sequence. */
public enum Side {
    /** Its beginning. */
    LEFT,
    /** Its end. */
    RIGHT;

    static Side read(Json json) {
        return switch (json.text("Right").toLowerCase(Locale.ROOT)) {
            case "left" -> LEFT;
            case "right" -> RIGHT;
            default -> throw json.error("expected Left or Right");
        };
    }
}
