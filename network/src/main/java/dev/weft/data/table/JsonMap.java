package dev.weft.data.table;

import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An object of JSON, read with suspicion. What is not there or of another kind is one {@link
 * Damaged}.
 */
record JsonMap(Map<?, ?> map) {
    /** Something is not what was written. */
    static final class Damaged extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Damaged(String message) {
            super(message);
        }

        FormatException toFormatException() {
            return new FormatException(
                    "the preprocessing is damaged: %s".formatted(getMessage()), this);
        }
    }

    private <T> T get(String key, Class<T> kind) {
        Object value = map.get(key);
        if (!kind.isInstance(value)) {
            throw new Damaged("'%s' is not there, or no %s".formatted(key, kind.getSimpleName()));
        }
        return kind.cast(value);
    }

    boolean has(String key) {
        return map.get(key) != null;
    }

    String text(String key) {
        return get(key, String.class);
    }

    double number(String key) {
        return get(key, Number.class).doubleValue();
    }

    double number(String key, double otherwise) {
        return has(key) ? number(key) : otherwise;
    }

    int integer(String key) {
        return get(key, Number.class).intValue();
    }

    boolean flag(String key) {
        return get(key, Boolean.class);
    }

    JsonMap object(String key) {
        return new JsonMap(get(key, Map.class));
    }

    List<?> list(String key) {
        return get(key, List.class);
    }

    List<JsonMap> objects(String key) {
        return list(key).stream()
                .map(
                        item -> {
                            if (item instanceof Map<?, ?> object) {
                                return new JsonMap(object);
                            }
                            throw new Damaged(
                                    "'%s' has something that is no object".formatted(key));
                        })
                .toList();
    }

    List<String> texts(String key) {
        return list(key).stream()
                .map(
                        item -> {
                            if (item instanceof String text) {
                                return text;
                            }
                            throw new Damaged("'%s' has something that is no text".formatted(key));
                        })
                .toList();
    }

    double[] numbers(String key) {
        return numbers(key, list(key));
    }

    private static double[] numbers(String key, @Nullable Object list) {
        if (!(list instanceof List<?> items)) {
            throw new Damaged("'%s' has something that is no list".formatted(key));
        }
        return items.stream()
                .mapToDouble(
                        item -> {
                            if (item instanceof Number number) {
                                return number.doubleValue();
                            }
                            throw new Damaged(
                                    "'%s' has something that is no number".formatted(key));
                        })
                .toArray();
    }

    /** Lists of numbers by name. */
    Map<String, double[]> lists(String key) {
        Map<String, double[]> lists = new LinkedHashMap<>();
        Map<?, ?> object = get(key, Map.class);
        object.forEach((name, list) -> lists.put(String.valueOf(name), numbers(key, list)));
        return lists;
    }

    /** One of an enum's constants. */
    <E extends Enum<E>> E choice(String key, Class<E> kind) {
        String text = text(key);
        try {
            return Enum.valueOf(kind, text);
        } catch (IllegalArgumentException e) {
            throw new Damaged("'%s' is '%s'".formatted(key, text));
        }
    }
}
