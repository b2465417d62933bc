package dev.weft.data.table;

import java.io.IOException;

/**
 * The rows of a source, some of its columns taken as other types.
 *
 * @param all the source
 * @param schema the columns that it has here
 */
record TypedRows(TableSource all, Schema schema) implements TableSource {
    @Override
    public String name() {
        return all.name();
    }

    @Override
    public Chunks open(Schema wanted) throws IOException {
        schema.requireAll(wanted.names());
        return all.open(wanted);
    }
}
