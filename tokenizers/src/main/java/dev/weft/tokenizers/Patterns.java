package dev.weft.tokenizers;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Regular expressions as tokenizer.json has them, in Oniguruma's Ruby syntax: classes by Unicode,
 * {@code ^} and {@code $} at each line, and lines that end with a line feed alone. What the two
 * languages write differently is rewritten.
 */
final class Patterns {
    private static final int FLAGS =
            Pattern.UNICODE_CHARACTER_CLASS
                    | Pattern.UNICODE_CASE
                    | Pattern.MULTILINE
                    | Pattern.UNIX_LINES;

    /** Oniguruma's names of classes that are Java's too. */
    private static final Set<String> POSIX =
            Set.of(
                    "alpha", "digit", "alnum", "upper", "lower", "punct", "graph", "print", "blank",
                    "cntrl", "xdigit", "space");

    private Patterns() {}

    /** The pattern of {@code {"String": …}}, of {@code {"Regex": …}}, or of a string itself. */
    static Pattern read(Json json) {
        if (json.value() instanceof String text) {
            return Pattern.compile(Pattern.quote(text));
        }
        if (!json.get("String").isAbsent()) {
            return Pattern.compile(Pattern.quote(json.get("String").text()));
        }
        Json regex = json.get("Regex");
        try {
            return Pattern.compile(inJava(regex.text()), FLAGS);
        } catch (PatternSyntaxException e) {
            throw regex.error(
                    "\"%s\" is no regular expression that Java knows: %s"
                            .formatted(Json.excerpt(regex.text()), e.getDescription()));
        }
    }

    private static String inJava(String regex) {
        StringBuilder java = new StringBuilder();
        int i = 0;
        while (i < regex.length()) {
            if (regex.startsWith("[[:", i)) {
                java.append('[');
                i++;
            } else if (regex.startsWith("[:", i) && regex.indexOf(":]", i) > 0) {
                int end = regex.indexOf(":]", i);
                java.append(posixClass(regex.substring(i + 2, end)));
                i = end + 2;
            } else if (regex.charAt(i) == '\\' && i + 1 < regex.length()) {
                int end = escapeEnd(regex, i);
                java.append(escape(regex.substring(i, end)));
                i = end;
            } else {
                java.append(regex.charAt(i++));
            }
        }
        return java.toString();
    }

    private static int escapeEnd(String regex, int begin) {
        boolean isProperty = regex.startsWith("p{", begin + 1) || regex.startsWith("P{", begin + 1);
        int end = isProperty ? regex.indexOf('}', begin) + 1 : 0;
        return end > 0 ? end : begin + 2;
    }

    private static String escape(String escape) {
        if (escape.equals("\\h") || escape.equals("\\H")) {
            return escape.equals("\\h") ? "[0-9a-fA-F]" : "[^0-9a-fA-F]";
        }
        if (escape.length() < 4 || escape.charAt(2) != '{') {
            return escape;
        }
        boolean isNegated = escape.charAt(1) == 'P' ^ escape.charAt(3) == '^';
        String name = escape.substring(escape.charAt(3) == '^' ? 4 : 3, escape.length() - 1);
        return property(name, isNegated);
    }

    private static String posixClass(String name) {
        return name.startsWith("^") ? property(name.substring(1), true) : property(name, false);
    }

    /** A category has at most two letters; a longer name is a script's or a property's. */
    private static String property(String name, boolean isNegated) {
        String java;
        if (POSIX.contains(name.toLowerCase(Locale.ROOT))) {
            java = Character.toUpperCase(name.charAt(0)) + name.substring(1);
            java = java.equals("Xdigit") ? "XDigit" : java;
        } else {
            java = name.length() <= 2 || name.startsWith("Is") ? name : "Is" + name;
        }
        return (isNegated ? "\\P{" : "\\p{") + java + "}";
    }

    /** Matches within a part of a text, as if there were nothing around it. */
    static Matcher matcher(Pattern pattern, Text text) {
        return pattern.matcher(text.whole()).region(text.from(), text.to());
    }

    /**
     * The next match.
     *
     * @throws TokenizerException where Java's matcher would go too deep to find it
     */
    static boolean find(Matcher matcher) {
        try {
            return matcher.find();
        } catch (StackOverflowError e) {
            throw new TokenizerException(
                    "\"%s\" repeats a group too often in a text of %d characters for Java's stack"
                            .formatted(
                                    Json.excerpt(matcher.pattern().pattern()),
                                    matcher.regionEnd() - matcher.regionStart()),
                    e);
        }
    }
}
