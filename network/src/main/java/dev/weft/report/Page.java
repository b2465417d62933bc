package dev.weft.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A page that is written from its top to its end, with its style inside: it needs nothing beside
 * it, and is XML as well as HTML where what is added is.
 */
public final class Page {
    private final StringBuilder text = new StringBuilder();

    /** A part of a page, without a frame. */
    Page() {}

    /**
     * Opens a page: what is added next is in its body.
     *
     * @param title of the window
     * @param moreStyle CSS behind that which all pages have
     */
    public Page(String title, String moreStyle) throws IOException {
        add("<!DOCTYPE html>");
        add("<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head>");
        add("<meta charset=\"utf-8\"/>");
        add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
        add("<title>%s</title>", title);
        addRaw(
                "<style>"
                        + resource(Page.class, "report.css")
                        + moreStyle
                        + "</style></head><body>");
    }

    /** A text file that is beside a class. */
    public static String resource(Class<?> beside, String name) throws IOException {
        try (InputStream in = beside.getResourceAsStream(name)) {
            return new String(
                    Objects.requireNonNull(in, () -> name + " is not in the jar").readAllBytes(),
                    StandardCharsets.UTF_8);
        }
    }

    /** Adds a line; what fills its places is escaped. */
    public void add(String html, String... values) {
        Object[] escaped = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            escaped[i] = Html.escape(values[i]);
        }
        addRaw(values.length == 0 ? html : html.formatted(escaped));
    }

    /** Adds a line as it is. */
    public void addRaw(String html) {
        text.append(html).append('\n');
    }

    /** What was added. */
    String text() {
        return text.toString();
    }

    /** Closes the page. */
    public String close() {
        add("</body></html>");
        return text();
    }
}
