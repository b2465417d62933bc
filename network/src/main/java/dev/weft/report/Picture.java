package dev.weft.report;

import java.util.Base64;

/** A picture that is kept inside the page. */
public final class Picture {
    private final String source;

    private Picture(String source) {
        this.source = source;
    }

    /** Of the bytes of a PNG file. */
    public static Picture png(byte[] bytes) {
        return new Picture("data:image/png;base64," + Base64.getEncoder().encodeToString(bytes));
    }

    /** As an image element refers to it. */
    String source() {
        return source;
    }
}
