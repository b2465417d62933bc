package dev.weft.report;

/** Text that goes into a page. */
public final class Html {
    private Html() {}

    /**
     * As text or as an attribute's value; what XML does not have becomes a replacement character.
     */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '<' -> escaped.append("&lt;");
                                case '>' -> escaped.append("&gt;");
                                case '&' -> escaped.append("&amp;");
                                case '"' -> escaped.append("&quot;");
                                case '\'' -> escaped.append("&#39;");
                                default -> escaped.appendCodePoint(isCharacter(c) ? c : 0xFFFD);
                            }
                        });
        return escaped.toString();
    }

    private static boolean isCharacter(int c) {
        return c == '\t'
                || c == '\n'
                || c == '\r'
                || (c >= 0x20 && c <= 0xD7FF)
                || (c >= 0xE000 && c <= 0xFFFD)
                || c >= 0x10000;
    }
}
