package dev.weft.tokenizers;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.jr.ob.JSON;

import org.jspecify.annotations.Nullable;

import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A value in a JSON document, which knows where it is, so that whoever finds it wrong can say so.
 *
 * @param file the document's name
 * @param parent what it is in, null for the whole
 * @param place its name there, or its index in a list
 * @param value a map, list, string, number or truth value; null where there is none
 */
record Json(String file, @Nullable Json parent, Object place, @Nullable Object value) {
    private static final int LONGEST_EXCERPT = 60;

    /** Tokenizers are nested about six deep. */
    private static final int DEEPEST = 100;

    private static final int LONGEST_STRING = 1 << 28;

    /** Tokens are all different: a table of names met before would only grow. */
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEEPEST)
                                    .maxStringLength(LONGEST_STRING)
                                    .build())
                    .build();

    private static final JSON READER = JSON.builder(FACTORY).build();

    /**
     * The document that a stream holds, in UTF-8, 16 or 32.
     *
     * @throws TokenizerException where it is no JSON
     */
    static Json read(InputStream in, String file) throws IOException {
        try (JsonParser parser = FACTORY.createParser(in)) {
            Json whole = new Json(file, null, "", READER.anyFrom(parser));
            if (parser.nextToken() != null) {
                throw whole.error("goes on after the JSON value");
            }
            return whole;
        } catch (JacksonException e) {
            throw new TokenizerException(
                    "%s: is not JSON: %s".formatted(file, excerpt(e.getOriginalMessage())), e);
        } catch (CharConversionException e) {
            throw new TokenizerException("%s: is not text in UTF-8".formatted(file), e);
        }
    }

    /** Such as {@code model.merges[3]}; empty for the whole. */
    private String path() {
        if (parent == null) {
            return "";
        }
        String before = parent.path();
        if (place instanceof Integer index) {
            return "%s[%d]".formatted(before, index);
        }
        String name = excerpt(place.toString());
        return before.isEmpty() ? name : before + "." + name;
    }

    /** What is wrong here. */
    TokenizerException error(String rule) {
        String path = path();
        return new TokenizerException(
                path.isEmpty()
                        ? "%s: %s".formatted(file, rule)
                        : "%s: %s: %s".formatted(file, path, rule));
    }

    private TokenizerException expected(String what) {
        return error("expected %s, found %s".formatted(what, describe(value)));
    }

    private static String describe(@Nullable Object value) {
        return switch (value) {
            case null -> "nothing";
            case String text -> "\"" + excerpt(text) + "\"";
            case Map<?, ?> map -> "an object";
            case List<?> list -> "a list of " + list.size();
            default -> excerpt(value.toString());
        };
    }

    /** The beginning of a text, printable. */
    static String excerpt(@Nullable String text) {
        if (text == null) {
            return "";
        }
        String begin = text.substring(0, Math.min(text.length(), LONGEST_EXCERPT));
        String printable =
                begin.codePoints()
                        .mapToObj(
                                c ->
                                        Character.isISOControl(c)
                                                ? "\\u%04x".formatted(c)
                                                : Character.toString(c))
                        .collect(Collectors.joining());
        return begin.length() < text.length() ? printable + "…" : printable;
    }

    boolean isAbsent() {
        return value == null;
    }

    /** A member of an object, absent where it has none of this name. */
    Json get(String name) {
        return new Json(file, this, name, object().get(name));
    }

    private Json at(int index, @Nullable Object element) {
        return new Json(file, this, index, element);
    }

    @SuppressWarnings("unchecked") // JSON's names are strings
    Map<String, @Nullable Object> object() {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw expected("an object");
    }

    /** The elements as Jackson made them: for lists of hundreds of thousands. */
    List<?> elements() {
        if (value instanceof List<?> list) {
            return list;
        }
        throw expected("a list");
    }

    List<Json> list() {
        List<?> elements = elements();
        List<Json> list = new ArrayList<>(elements.size());
        for (Object element : elements) {
            list.add(at(list.size(), element));
        }
        return list;
    }

    Json element(int index) {
        return at(index, elements().get(index));
    }

    /** A list of this many. */
    List<Json> list(int size) {
        if (elements().size() != size) {
            throw expected("a list of " + size);
        }
        return list();
    }

    String text() {
        if (value instanceof String text) {
            return text;
        }
        throw expected("a string");
    }

    String text(String absent) {
        return isAbsent() ? absent : text();
    }

    @Nullable String textOrNull() {
        return isAbsent() ? null : text();
    }

    /** A string of one character. */
    int character() {
        String text = text();
        if (text.isEmpty() || text.length() > Character.charCount(text.codePointAt(0))) {
            throw expected("one character");
        }
        return text.codePointAt(0);
    }

    boolean truth() {
        if (value instanceof Boolean truth) {
            return truth;
        }
        throw expected("true or false");
    }

    boolean truth(boolean absent) {
        return isAbsent() ? absent : truth();
    }

    double number() {
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw expected("a number");
    }

    /** A whole number from 0 to {@code largest}. */
    int count(int largest) {
        if (value instanceof Integer number && number >= 0 && number <= largest) {
            return number;
        }
        throw expected("a whole number from 0 to " + largest);
    }

    /** What {@code type} names, in an object that has one. */
    String type() {
        return get("type").text();
    }

    /** A kind that nobody knows. */
    TokenizerException unknown(String what) {
        return get("type").error("unknown %s \"%s\"".formatted(what, excerpt(type())));
    }
}
