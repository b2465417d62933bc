package dev.weft.benchmarks.report;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;

import dev.weft.DType;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON object of a file, whose fields are asked for by name and kind. */
final class JsonObject {
    /** What errors begin with: the file, and which of its objects. */
    private final String where;

    private final Map<String, Object> fields;

    private JsonObject(String where, Map<String, Object> fields) {
        this.where = where;
        this.fields = fields;
    }

    /**
     * Reads a file that is one object.
     *
     * @throws IOException of one line that names the file, where it is not
     */
    static JsonObject read(Path path) throws IOException {
        JsonFactory factory =
                JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
        try (InputStream in = Files.newInputStream(path);
                JsonParser json = factory.createParser(in)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                JsonObject object = new JsonObject(path.toString(), object(json));
                if (json.nextToken() == null) {
                    return object;
                }
            }
            throw new IOException(path + ": is not one JSON object");
        } catch (NoSuchFileException e) {
            throw new IOException(path + ": there is no such file", e);
        } catch (JsonEOFException e) {
            throw new IOException(path + ": is cut off in line " + line(e), e);
        } catch (JacksonException e) {
            String problem = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new IOException(path + ": is not JSON: line " + line(e) + ": " + problem, e);
        }
    }

    private static int line(JacksonException e) {
        return e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    }

    private static Map<String, Object> object(JsonParser json) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            fields.put(name, value(json));
        }
        return fields;
    }

    private static Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> object(json);
            case START_ARRAY -> {
                List<Object> elements = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(value(json));
                }
                yield elements;
            }
            // A whole number stays exact where it can; as a double it would not beyond 2^53.
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                    json.getNumberType() == NumberType.INT
                                    || json.getNumberType() == NumberType.LONG
                            ? (Number) json.getLongValue()
                            : (Number) json.getDoubleValue();
            case VALUE_STRING -> json.getText();
            // True, false and null, which no field may be.
            default -> json.currentToken();
        };
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }

    String text(String name) throws IOException {
        return typed(String.class, "text", name, fields.get(name));
    }

    /** The name of a type. */
    DType dtype(String name) throws IOException {
        String named = text(name);
        for (DType dtype : DType.values()) {
            if (dtype.name().equals(named)) {
                return dtype;
            }
        }
        throw new IOException(where + ": " + name + " is no type: " + named);
    }

    /** A finite number. */
    double number(String name) throws IOException {
        double number = typed(Number.class, "a number", name, fields.get(name)).doubleValue();
        if (!Double.isFinite(number)) {
            throw new IOException(where + ": " + name + " is out of range");
        }
        return number;
    }

    /** A finite number, or NaN where there is none. */
    double numberOrNaN(String name) throws IOException {
        return has(name) ? number(name) : Double.NaN;
    }

    /** A whole number from 1 on. */
    int count(String name) throws IOException {
        double number = number(name);
        if (number != Math.rint(number) || number < 1 || number > Integer.MAX_VALUE) {
            throw new IOException(where + ": " + name + " is " + number + ", not a count");
        }
        return (int) number;
    }

    /** A whole number of 64 bits. */
    long integer(String name) throws IOException {
        return typed(Long.class, "a whole number", name, fields.get(name));
    }

    /** A number above 0. */
    double positive(String name) throws IOException {
        double number = number(name);
        if (number <= 0) {
            throw new IOException(where + ": " + name + " is " + number + ", not above 0");
        }
        return number;
    }

    List<JsonObject> objects(String name) throws IOException {
        List<JsonObject> objects = new ArrayList<>();
        for (Object element : typed(List.class, "a list", name, fields.get(name))) {
            objects.add(object(name + "[" + objects.size() + "]", element));
        }
        return objects;
    }

    List<String> texts(String name) throws IOException {
        List<String> texts = new ArrayList<>();
        for (Object element : typed(List.class, "a list", name, fields.get(name))) {
            texts.add(typed(String.class, "text", name + "[" + texts.size() + "]", element));
        }
        return texts;
    }

    /** An object of texts. */
    Map<String, String> named(String name) throws IOException {
        JsonObject object = object(name, fields.get(name));
        Map<String, String> texts = new LinkedHashMap<>();
        for (String key : object.fields.keySet()) {
            texts.put(key, object.text(key));
        }
        return texts;
    }

    private JsonObject object(String name, @Nullable Object value) throws IOException {
        Map<String, Object> copy = new LinkedHashMap<>();
        Map<?, ?> read = typed(Map.class, "an object", name, value);
        read.forEach((key, field) -> copy.put(String.valueOf(key), field));
        return new JsonObject(where + ": " + name, copy);
    }

    private <T> T typed(Class<T> type, String kind, String name, @Nullable Object value)
            throws IOException {
        if (value == null) {
            throw new IOException(where + ": " + name + " is missing");
        }
        if (!type.isInstance(value)) {
            throw new IOException(where + ": " + name + " is not " + kind);
        }
        return type.cast(value);
    }
}
