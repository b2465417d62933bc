package dev.weft.data.text;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What a token is. */
public enum TokenUnit {
    /** A character (a code point), white space too. */
    CHARACTERS("(?s).", ""),

    /**
     * A word: letters and digits, and apostrophes between them; or another character alone. White
     * space parts words and is no token.
     */
    WORDS("[\\p{L}\\p{M}\\p{N}]+(?:['’][\\p{L}\\p{M}\\p{N}]+)*|\\S", " ");

    private final Pattern pattern;
    private final String between;

    TokenUnit(String pattern, String between) {
        this.pattern = Pattern.compile(pattern);
        this.between = between;
    }

    List<String> split(String text) {
        return pattern.matcher(text).results().map(MatchResult::group).toList();
    }

    String join(List<String> tokens) {
        return String.join(between, tokens);
    }
}
