package dev.weft.data.table;

import dev.weft.HostArray;
import dev.weft.io.Excerpt;
import dev.weft.io.FormatException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a network learns from a table: one of its columns. */
public sealed interface Target {
    /** The column. */
    Field field();

    /** How many outputs a network has for it. */
    int outputs();

    /**
     * The targets of rows, none of which lacks it: I32 of shape n for classes, F32 of shape n×1 or
     * n×labels otherwise.
     *
     * @throws FormatException naming the line of what was not among the training rows
     */
    HostArray encode(Table rows) throws FormatException;

    /** What it is, for a file. */
    Map<String, Object> toMap();

    /**
     * One of some classes.
     *
     * @param field the column
     * @param names the classes' names; class i is the name at i
     */
    record Classes(Field field, List<String> names) implements Target {
        @Override
        public int outputs() {
            return names.size();
        }

        @Override
        public HostArray encode(Table rows) throws FormatException {
            Map<String, Integer> places = new HashMap<>();
            names.forEach(name -> places.put(name, places.size()));
            Column cells = rows.column(field.name());
            int[] classes = new int[rows.rows()];
            for (int i = 0; i < classes.length; i++) {
                Integer place = places.get(cells.text(i));
                if (place == null) {
                    throw unknown(rows, i, field, cells.text(i), "classes", names);
                }
                classes[i] = place;
            }
            return HostArray.of(classes, classes.length);
        }

        @Override
        public Map<String, Object> toMap() {
            return map("classes", field, Map.of("names", names));
        }
    }

    /**
     * A number. Networks learn (y - mean) / deviation.
     *
     * @param field the column
     * @param mean of the training rows
     * @param deviation of the training rows
     */
    record Regression(Field field, double mean, double deviation) implements Target {
        @Override
        public int outputs() {
            return 1;
        }

        @Override
        public HostArray encode(Table rows) {
            double[] values = numbers(rows);
            float[] scaled = new float[values.length];
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = (float) ((values[i] - mean) / deviation);
            }
            return HostArray.of(scaled, scaled.length, 1);
        }

        /** The numbers of rows as they are in the table. */
        public double[] numbers(Table rows) {
            return ((Column.Numbers) rows.column(field.name())).values();
        }

        /** The number that a network's output stands for: mean + deviation · output. */
        public double restore(double output) {
            return mean + deviation * output;
        }

        @Override
        public Map<String, Object> toMap() {
            return map("regression", field, Map.of("mean", mean, "deviation", deviation));
        }
    }

    /**
     * Any number of some labels, written as {@code red|round}.
     *
     * @param field the column
     * @param separator what stands between labels
     * @param labels their names; output i is the label at i
     */
    record MultiLabel(Field field, char separator, List<String> labels) implements Target {
        @Override
        public int outputs() {
            return labels.size();
        }

        @Override
        public HostArray encode(Table rows) throws FormatException {
            Map<String, Integer> places = new HashMap<>();
            labels.forEach(label -> places.put(label, places.size()));
            Column cells = rows.column(field.name());
            float[] there = new float[rows.rows() * labels.size()];
            for (int i = 0; i < rows.rows(); i++) {
                for (String label : split(cells.text(i), separator)) {
                    Integer place = places.get(label);
                    if (place == null) {
                        throw unknown(rows, i, field, label, "labels", labels);
                    }
                    there[i * labels.size() + place] = 1;
                }
            }
            return HostArray.of(there, rows.rows(), labels.size());
        }

        /** The labels of a cell. */
        static List<String> split(String cell, char separator) {
            List<String> labels = new ArrayList<>();
            for (int from = 0; from <= cell.length(); ) {
                int at = cell.indexOf(separator, from);
                int to = at < 0 ? cell.length() : at;
                String label = cell.substring(from, to).strip();
                if (!label.isEmpty()) {
                    labels.add(label);
                }
                from = to + 1;
            }
            return labels;
        }

        @Override
        public Map<String, Object> toMap() {
            return map(
                    "multi_label",
                    field,
                    Map.of("separator", String.valueOf(separator), "labels", labels));
        }
    }

    private static Map<String, Object> map(String kind, Field field, Map<String, Object> more) {
        Map<String, Object> map = new LinkedHashMap<>(field.toMap());
        map.put("kind", kind);
        map.putAll(more);
        return map;
    }

    private static FormatException unknown(
            Table rows, int row, Field field, String found, String what, List<String> known) {
        return new FormatException(
                "%s: the target '%s' is '%s', which is none of the training rows' %s: %s"
                        .formatted(
                                rows.where(row),
                                field.name(),
                                Excerpt.of(found),
                                what,
                                Schema.listed(known)));
    }

    /** The rows that have a target. */
    static int[] labelled(Table rows, Field target) {
        Column cells = rows.column(target.name());
        int[] there = new int[cells.size()];
        int count = 0;
        for (int i = 0; i < there.length; i++) {
            if (!cells.isMissing(i)) {
                there[count++] = i;
            }
        }
        return Arrays.copyOf(there, count);
    }
}
