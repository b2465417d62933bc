package dev.weft.data.text;

import com.fasterxml.jackson.jr.ob.JSON;

import dev.weft.HostArray;
import dev.weft.data.Examples;
import dev.weft.io.FormatException;

import java.io.IOException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Text as numbers of tokens, and back. 0 is padding, 1 whatever is not known, and from 2 on the
 * tokens of the texts that it was fitted to, which should be those to learn from alone: the most
 * frequent first, equals by their characters. Text is brought into Unicode's form C before.
 *
 * <pre>{@code
 * Tokenizer words = Tokenizer.fit(trainTexts, TokenizerOptions.words());
 * Examples train = words.examples(trainTexts, trainLabels, 40);
 * }</pre>
 */
public final class Tokenizer {
    /** The number of what fills a sequence up at its end. */
    public static final int PADDING = 0;

    /** The number of every token that is not known. */
    public static final int UNKNOWN = 1;

    /** The number of the first that is known. */
    public static final int FIRST_TOKEN = 2;

    private static final String KIND = "weft-tokenizer";
    private static final String UNKNOWN_TEXT = "\uFFFD";

    private final TokenUnit unit;
    private final boolean lowerCase;
    private final List<String> tokens;
    private final Map<String, Integer> numbers = new HashMap<>();

    private Tokenizer(TokenUnit unit, boolean lowerCase, List<String> tokens) {
        this.unit = unit;
        this.lowerCase = lowerCase;
        this.tokens = List.copyOf(tokens);
        for (String token : this.tokens) {
            numbers.put(token, FIRST_TOKEN + numbers.size());
        }
        if (numbers.size() < tokens.size()) {
            throw new IllegalArgumentException("tokenizer: a token is there twice");
        }
    }

    /** One that knows the tokens of these texts, within what the options say. */
    public static Tokenizer fit(Iterable<String> texts, TokenizerOptions options) {
        Tokenizer empty = new Tokenizer(options.unit(), options.lowerCase(), List.of());
        Map<String, Integer> counts = new HashMap<>();
        for (String text : texts) {
            for (String token : empty.split(text)) {
                counts.merge(token, 1, Integer::sum);
            }
        }
        List<String> known =
                counts.entrySet().stream()
                        .filter(each -> each.getValue() >= options.leastCount())
                        .sorted(
                                Map.Entry.<String, Integer>comparingByValue(
                                                Comparator.reverseOrder())
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .limit(options.largest() - FIRST_TOKEN)
                        .map(Map.Entry::getKey)
                        .toList();
        return new Tokenizer(options.unit(), options.lowerCase(), known);
    }

    private List<String> split(String text) {
        String whole = Normalizer.normalize(text, Normalizer.Form.NFC);
        return unit.split(lowerCase ? whole.toLowerCase(Locale.ROOT) : whole);
    }

    /** How many numbers there are, padding and unknown among them: the rows of an embedding. */
    public int size() {
        return FIRST_TOKEN + tokens.size();
    }

    /** The tokens that are known: that of number 2 first. */
    public List<String> tokens() {
        return tokens;
    }

    /** The number of each token of a text. */
    public int[] encode(String text) {
        return split(text).stream()
                .mapToInt(token -> numbers.getOrDefault(token, UNKNOWN))
                .toArray();
    }

    /** The tokens of a text that are not known, each once, in their order. */
    public List<String> unknown(String text) {
        return split(text).stream()
                .filter(token -> !numbers.containsKey(token))
                .distinct()
                .toList();
    }

    /** As {@link #encode(String)}: the first so many, or padding behind fewer. */
    public int[] encode(String text, int length) {
        return Arrays.copyOf(encode(text), length);
    }

    /** The numbers of texts, I32 [texts, length]; as {@link #encode(String, int)}. */
    public HostArray encode(List<String> texts, int length) {
        int[] all = new int[Math.multiplyExact(texts.size(), length)];
        for (int i = 0; i < texts.size(); i++) {
            System.arraycopy(encode(texts.get(i), length), 0, all, i * length, length);
        }
        return HostArray.of(all, texts.size(), length);
    }

    /** Texts to classify: inputs I32 [texts, length], targets their classes, I32 [texts]. */
    public Examples examples(List<String> texts, int[] labels, int length) {
        return Examples.of(encode(texts, length), HostArray.of(labels.clone(), labels.length));
    }

    /**
     * The text of numbers: words with a space between them, the sign U+FFFD for what is unknown, no
     * padding.
     *
     * @throws IndexOutOfBoundsException where there is no such number
     */
    public String decode(int... sequence) {
        List<String> parts = new ArrayList<>();
        for (int number : sequence) {
            if (number == UNKNOWN) {
                parts.add(UNKNOWN_TEXT);
            } else if (number != PADDING) {
                parts.add(tokens.get(number - FIRST_TOKEN));
            }
        }
        return unit.join(parts);
    }

    /** As {@link #fromJson} reads it. */
    public String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", KIND);
        json.put("unit", unit.name().toLowerCase(Locale.ROOT));
        json.put("lowerCase", lowerCase);
        json.put("tokens", tokens);
        try {
            return JSON.std.asString(json);
        } catch (IOException e) {
            throw new IllegalStateException("a string takes everything", e);
        }
    }

    /**
     * What {@link #toJson} wrote.
     *
     * @throws FormatException where it is something else
     */
    public static Tokenizer fromJson(String json) throws FormatException {
        try {
            Map<String, Object> map = JSON.std.mapFrom(json);
            if (KIND.equals(map.get("kind"))
                    && map.get("unit") instanceof String unit
                    && map.get("lowerCase") instanceof Boolean lowerCase
                    && map.get("tokens") instanceof List<?> list
                    && list.stream().allMatch(String.class::isInstance)) {
                return new Tokenizer(
                        TokenUnit.valueOf(unit.toUpperCase(Locale.ROOT)),
                        lowerCase,
                        list.stream().map(String.class::cast).toList());
            }
            throw new FormatException(
                    "tokenizer: expected kind %s, a unit, lowerCase and tokens, found %s"
                            .formatted(KIND, map.keySet()));
        } catch (FormatException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new FormatException("tokenizer: is not as Weft writes it: " + e.getMessage(), e);
        }
    }
}
