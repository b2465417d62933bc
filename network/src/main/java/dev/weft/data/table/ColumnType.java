package dev.weft.data.table;

/** What the cells of a column are. */
public enum ColumnType {
    /** Numbers; NaN where one is missing. */
    NUMBER,
    /** Names of kinds: equal texts mean the same. */
    CATEGORY,
    /** Days, with or without a time of day. */
    DATE,
    /** Words: what matters is in the text. */
    TEXT;

    /** Whether columns of this type are kept as texts. */
    boolean isTexts() {
        return this == CATEGORY || this == TEXT;
    }

    /** Its name in messages and files: {@code number}. */
    public String label() {
        return switch (this) {
            case NUMBER -> "number";
            case CATEGORY -> "category";
            case DATE -> "date";
            case TEXT -> "text";
        };
    }
}
