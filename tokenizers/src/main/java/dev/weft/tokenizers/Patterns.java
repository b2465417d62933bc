package dev.weft.tokenizers;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Regular expressions as tokenizer.json has them, in Oniguruma's Ruby syntax: classes by Unicode,
 * {@code ^} and {@code $} at each line, and lines that end with a line feed alone. What the two
 * languages write differently is rewritten.
 */
final class Patterns {
    /** What may be written otherwise: a class in brackets, a property, or any other escape. */
    private static final Pattern DIFFERENT =
            Pattern.compile(
                    "\\[:\\^?(?<posix>[a-z]+):]|\\\\[pP]\\{\\^?(?<property>\\w+)}|\\\\.",
                    Pattern.DOTALL);

    private static final int FLAGS =
            Pattern.UNICODE_CHARACTER_CLASS
                    | Pattern.UNICODE_CASE
                    | Pattern.MULTILINE
                    | Pattern.UNIX_LINES;

    /** What {@code \w} matches: Java's has two joiners more. */
    private static final String WORD = "\\p{IsAlphabetic}\\p{M}\\p{Nd}\\p{Pc}";

    /** Classes in brackets, by Oniguruma's names. */
    private static final Map<String, String> POSIX =
            Map.ofEntries(
                    Map.entry("alpha", "\\p{Alpha}"),
                    Map.entry("digit", "\\p{Digit}"),
                    Map.entry("alnum", "\\p{Alnum}"),
                    Map.entry("upper", "\\p{Upper}"),
                    Map.entry("lower", "\\p{Lower}"),
                    Map.entry("punct", "\\p{P}\\p{S}"),
                    Map.entry("graph", "\\p{Graph}"),
                    Map.entry("print", "\\p{Print}"),
                    Map.entry("blank", "\\p{Blank}"),
                    Map.entry("cntrl", "\\p{Cntrl}"),
                    Map.entry("xdigit", "\\p{XDigit}"),
                    Map.entry("space", "\\s"),
                    Map.entry("word", WORD));

    /** Escapes of one letter that stand for other characters in Java. */
    private static final Map<String, String> ESCAPES =
            Map.of(
                    "\\h",
                    "[0-9a-fA-F]",
                    "\\H",
                    "[^0-9a-fA-F]",
                    "\\w",
                    "[" + WORD + "]",
                    "\\W",
                    "[^" + WORD + "]");

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
        Matcher next = DIFFERENT.matcher(regex);
        while (next.find()) {
            next.appendReplacement(java, Matcher.quoteReplacement(inJava(next)));
        }
        return next.appendTail(java).toString();
    }

    private static String inJava(Matcher found) {
        String posix = found.group("posix");
        String property = found.group("property");
        if (posix != null) {
            boolean isNegated = found.group().startsWith("[:^");
            return (isNegated ? "[^" : "[") + POSIX.getOrDefault(posix, posix) + "]";
        }
        if (property == null) {
            return ESCAPES.getOrDefault(found.group(), found.group());
        }
        boolean isNegated = found.group().startsWith("P", 1) ^ found.group().startsWith("^", 3);
        return property(property, isNegated);
    }

    /**
     * A category has at most two letters; a longer name is a class's, a script's or a property's.
     */
    private static String property(String name, boolean isNegated) {
        String lower = name.toLowerCase(Locale.ROOT);
        // As a property it is without the symbols that it has in brackets.
        String posix = lower.equals("punct") ? "\\p{P}" : POSIX.get(lower);
        if (posix != null) {
            return (isNegated ? "[^" : "[") + posix + "]";
        }
        String java = name.length() <= 2 || name.startsWith("Is") ? name : "Is" + name;
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
