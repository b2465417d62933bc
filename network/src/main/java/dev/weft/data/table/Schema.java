package dev.weft.data.table;

import dev.weft.io.Excerpt;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The columns of a table, in order. Their names differ. */
public final class Schema {
    private final List<Field> fields;
    private final Map<String, Integer> places = new HashMap<>();

    /**
     * Of these columns.
     *
     * @throws IllegalArgumentException where two have one name
     */
    public Schema(List<Field> fields) {
        this.fields = List.copyOf(fields);
        for (int i = 0; i < fields.size(); i++) {
            Integer before = places.put(fields.get(i).name(), i);
            if (before != null) {
                throw new IllegalArgumentException(
                        "two columns are called '%s': column %d and column %d; give them names that differ"
                                .formatted(fields.get(i).name(), before + 1, i + 1));
            }
        }
    }

    /** The columns. */
    public List<Field> fields() {
        return fields;
    }

    /** Their names. */
    public List<String> names() {
        return fields.stream().map(Field::name).toList();
    }

    /** How many there are. */
    public int size() {
        return fields.size();
    }

    /** Where a column is, or -1. */
    public int indexOf(String name) {
        return places.getOrDefault(name, -1);
    }

    /** The column of this name, or null. */
    public @Nullable Field find(String name) {
        int at = indexOf(name);
        return at < 0 ? null : fields.get(at);
    }

    /**
     * The column of this name.
     *
     * @throws IllegalArgumentException naming those there are, where it is none of them
     */
    public Field field(String name) {
        requireAll(List.of(name));
        return Objects.requireNonNull(find(name));
    }

    /**
     * Checks that these columns are there.
     *
     * @throws IllegalArgumentException naming those that are not, and those that are
     */
    void requireAll(Collection<String> names) {
        List<String> absent = new ArrayList<>(names);
        absent.removeAll(places.keySet());
        if (!absent.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no column %s; there are %s"
                            .formatted(listed(absent), listed(names())));
        }
    }

    /**
     * With these types in place of those of the columns of these names.
     *
     * @throws IllegalArgumentException naming those that are not there
     */
    public Schema with(Map<String, ColumnType> types) {
        requireAll(types.keySet());
        return new Schema(
                fields.stream()
                        .map(
                                field -> {
                                    ColumnType type = types.get(field.name());
                                    return type == null || type == field.type()
                                            ? field
                                            : new Field(field.name(), type);
                                })
                        .toList());
    }

    /** Without these columns. */
    public Schema without(Collection<String> names) {
        return new Schema(fields.stream().filter(f -> !names.contains(f.name())).toList());
    }

    /** "'a', 'b' and 40 more". */
    static String listed(List<String> names) {
        int most = 30;
        String some =
                names.stream()
                        .limit(most)
                        .map(name -> "'" + Excerpt.of(name) + "'")
                        .collect(Collectors.joining(", "));
        return names.size() <= most ? some : "%s and %d more".formatted(some, names.size() - most);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Schema schema && schema.fields.equals(fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    @Override
    public String toString() {
        return fields.stream().map(Field::toString).collect(Collectors.joining(", "));
    }
}
