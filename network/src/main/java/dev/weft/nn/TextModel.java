package dev.weft.nn;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network that goes on with texts: {@link Gpt#gpt2}.
 *
 * @param depth how many layers
 * @param heads of attention in each
 * @param width of what the layers hand on
 */
record TextModel(int depth, int heads, int width) {
    private static final Pattern FORM =
            Pattern.compile("gpt(?::([1-9]\\d{0,3}),([1-9]\\d{0,3}),([1-9]\\d{0,4}))?");

    /** Of about 0.8 million parameters, for a context and a vocabulary of some hundred. */
    private static final TextModel SMALL = new TextModel(4, 4, 128);

    /** The model that a text stands for; none where it is of another form. */
    static Optional<TextModel> named(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                form.group(1) == null
                        ? SMALL
                        : new TextModel(
                                Integer.parseInt(form.group(1)),
                                Integer.parseInt(form.group(2)),
                                Integer.parseInt(form.group(3))));
    }

    Gpt blocks(int context, int vocabulary, double dropout) {
        return Gpt.gpt2(vocabulary, context, width, heads, depth, dropout);
    }
}
