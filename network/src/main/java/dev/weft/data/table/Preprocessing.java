package dev.weft.data.table;

import com.fasterxml.jackson.jr.ob.JSON;

import dev.weft.HostArray;
import dev.weft.data.Examples;
import dev.weft.data.Source;
import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What makes examples of a table's rows: everything that was fitted to the training rows. It goes
 * with a model, and makes of raw rows what the model was trained on. Columns are found by name, in
 * any order; further ones are left alone. Immutable.
 */
public final class Preprocessing {
    private static final int VERSION = 1;

    private final List<Encoder> encoders;
    private final Map<String, String> fills;
    private final Target target;
    private final int width;

    Preprocessing(List<Encoder> encoders, Map<String, String> fills, Target target) {
        this.encoders = List.copyOf(encoders);
        this.fills = Map.copyOf(fills);
        this.target = target;
        this.width = encoders.stream().mapToInt(encoder -> encoder.features().size()).sum();
    }

    /** Options of a preprocessing that is to be fitted. */
    public static PreprocessingBuilder builder() {
        return new PreprocessingBuilder();
    }

    /** The columns that it takes, without the target. */
    public Schema columns() {
        return new Schema(encoders.stream().map(Encoder::field).toList());
    }

    /** The names of the features, in the order of a network's inputs. */
    public List<String> features() {
        return encoders.stream().flatMap(encoder -> encoder.features().stream()).toList();
    }

    /** How many inputs a network takes. */
    public int inputs() {
        return width;
    }

    /** What is learnt. */
    public Target target() {
        return target;
    }

    /** The columns of a table of which nothing is taken. */
    public List<String> unused(Schema rows) {
        return rows.without(columns().names()).without(List.of(target.field().name())).names();
    }

    /** The columns that it takes, and the target: what a source of training rows is read as. */
    Schema withTarget() {
        List<Field> fields = new ArrayList<>(columns().fields());
        fields.add(target.field());
        return new Schema(fields);
    }

    /**
     * Every row as an input of F32, n×inputs, without targets.
     *
     * @throws FormatException naming the line of a cell that is not what its column should be
     * @throws IllegalArgumentException where columns are not there
     */
    public Examples inputs(TableSource rows) throws IOException {
        Table table = rows.read(taken(rows, columns()));
        return new Examples(List.of(encode(table)), List.of(), null);
    }

    /**
     * The rows that have a target, as inputs of F32, n×inputs, and targets ({@link Target#encode}).
     *
     * @throws FormatException naming the line of a cell that is not what its column should be
     * @throws IllegalArgumentException where columns are not there
     */
    public Examples examples(TableSource rows) throws IOException {
        return examples(rows.read(taken(rows, withTarget())));
    }

    private Examples examples(Table table) throws FormatException {
        Table labelled = labelled(table);
        return Examples.of(encode(labelled), target.encode(labelled));
    }

    /** The rows that have a target: those of {@link #examples}, in this order. */
    public Table labelled(Table rows) {
        int[] there = Target.labelled(rows, target.field());
        return there.length == rows.rows() ? rows : rows.select(there);
    }

    /** {@link #examples}, by streaming. */
    public Source source(TableSource rows) {
        return new EncodedRows(-1, () -> rows.open(taken(rows, withTarget())), this::examples);
    }

    /** {@link #inputs}, by streaming. */
    public Source inputSource(TableSource rows) {
        return new EncodedRows(
                -1,
                () -> rows.open(taken(rows, columns())),
                chunk -> new Examples(List.of(encode(chunk)), List.of(), null));
    }

    /** Checks that a source has columns, with a message for whoever brings new rows. */
    private static Schema taken(TableSource rows, Schema wanted) {
        List<String> absent = new ArrayList<>(wanted.names());
        absent.removeAll(rows.schema().names());
        if (!absent.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s lacks %d of the columns that the model was trained with: %s; it has %s"
                            .formatted(
                                    rows.name(),
                                    absent.size(),
                                    Schema.listed(absent),
                                    Schema.listed(rows.schema().names())));
        }
        return wanted;
    }

    /** Writes a column's features. */
    interface Encoding {
        void encode(Encoder encoder, Column cells, float[] out, int at, int stride);
    }

    /** The features of rows that are read as this takes them. */
    private HostArray encode(Table rows) throws FormatException {
        return encode(rows, Encoder::encode);
    }

    /** The features of rows, each column's written in a way of one's own. */
    HostArray encode(Table rows, Encoding encoding) throws FormatException {
        float[] features = new float[Math.multiplyExact(rows.rows(), width)];
        int at = 0;
        for (Encoder encoder : encoders) {
            encoding.encode(encoder, cells(encoder.field(), rows), features, at, width);
            at += encoder.features().size();
        }
        requireFinite(features, rows);
        return HostArray.of(features, rows.rows(), width);
    }

    /** A column's cells, missing ones filled where that was said. */
    Column cells(Field field, Table rows) {
        Column cells = rows.column(field.name());
        String fill = fills.get(field.name());
        return fill != null && cells instanceof Column.Texts texts ? texts.filled(fill) : cells;
    }

    /** Refuses what F32 does not hold. */
    private void requireFinite(float[] features, Table rows) throws FormatException {
        float sum = 0;
        for (float feature : features) {
            sum += feature * 0;
        }
        if (sum == 0) {
            return;
        }
        for (int i = 0; i < features.length; i++) {
            if (!Float.isFinite(features[i])) {
                throw new FormatException(
                        "%s: the feature '%s' is %s there: that number is too far from those of the training rows"
                                .formatted(
                                        rows.where(i / width),
                                        features().get(i % width),
                                        features[i]));
            }
        }
    }

    List<Encoder> encoders() {
        return encoders;
    }

    /** All of it, for a model's file. */
    public String toJson() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("version", VERSION);
        map.put("target", target.toMap());
        map.put("columns", encoders.stream().map(EncoderJson::toMap).toList());
        map.put("fills", fills);
        try {
            return JSON.std.asString(map);
        } catch (IOException e) {
            throw new IllegalStateException("a preprocessing that cannot be written", e);
        }
    }

    /**
     * What {@link #toJson} wrote.
     *
     * @throws FormatException where it is damaged
     */
    public static Preprocessing fromJson(String json) throws FormatException {
        try {
            JsonMap map = new JsonMap(JSON.std.mapFrom(json));
            if (map.integer("version") != VERSION) {
                throw new JsonMap.Damaged(
                        "it is of version %d, and this reads version %d"
                                .formatted(map.integer("version"), VERSION));
            }
            Map<String, String> fills = new LinkedHashMap<>();
            map.object("fills")
                    .map()
                    .forEach((column, fill) -> fills.put(column.toString(), fill.toString()));
            return new Preprocessing(
                    map.objects("columns").stream().map(EncoderJson::of).toList(),
                    fills,
                    target(map.object("target")));
        } catch (JsonMap.Damaged e) {
            throw e.toFormatException();
        } catch (IOException e) {
            throw new FormatException("the preprocessing is damaged: it is no JSON", e);
        }
    }

    private static Target target(JsonMap json) {
        Field field = Field.of(json);
        return switch (json.text("kind")) {
            case "classes" -> new Target.Classes(field, json.texts("names"));
            case "regression" ->
                    new Target.Regression(field, json.number("mean"), json.number("deviation"));
            case "multi_label" ->
                    new Target.MultiLabel(
                            field, json.text("separator").charAt(0), json.texts("labels"));
            default -> throw new JsonMap.Damaged("there is no target " + json.text("kind"));
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Preprocessing that && that.toJson().equals(toJson());
    }

    @Override
    public int hashCode() {
        return toJson().hashCode();
    }

    @Override
    public String toString() {
        return "%d columns to %d features and the target %s"
                .formatted(encoders.size(), width, target.field());
    }
}
