package dev.weft.data.table;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A column's name and what its cells are.
 *
 * @param name the heading
 * @param type what the cells are
 * @param dates the order of dates' parts; null where they are none
 */
public record Field(String name, ColumnType type, @Nullable DateOrder dates) {
    /** Of dates, by their ISO order; of anything else. */
    public Field(String name, ColumnType type) {
        this(name, type, type == ColumnType.DATE ? DateOrder.YEAR_MONTH_DAY : null);
    }

    /** The order in which its dates are written. */
    DateOrder order() {
        return dates == null ? DateOrder.YEAR_MONTH_DAY : dates;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("column", name);
        map.put("type", type.name());
        if (dates != null) {
            map.put("dates", dates.name());
        }
        return map;
    }

    static Field of(JsonMap json) {
        return new Field(
                json.text("column"),
                json.choice("type", ColumnType.class),
                json.has("dates") ? json.choice("dates", DateOrder.class) : null);
    }

    @Override
    public String toString() {
        return name + " (" + type.label() + ")";
    }
}
