package dev.weft.data.table;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/** Those rows of a source whose number, counted from 0, is chosen. */
record ChosenRows(TableSource all, LongPredicate chosen) implements TableSource {
    @Override
    public String name() {
        return all.name();
    }

    @Override
    public Schema schema() {
        return all.schema();
    }

    @Override
    public Chunks open(Schema wanted) throws IOException {
        Chunks pass = all.open(wanted);
        return new Chunks() {
            private long before;

            @Override
            public @Nullable Table next() throws IOException {
                for (Table chunk = pass.next(); chunk != null; chunk = pass.next()) {
                    long first = before;
                    before += chunk.rows();
                    int[] rows =
                            IntStream.range(0, chunk.rows())
                                    .filter(i -> chosen.test(first + i))
                                    .toArray();
                    if (rows.length > 0) {
                        return chunk.select(rows);
                    }
                }
                return null;
            }

            @Override
            public void close() throws IOException {
                pass.close();
            }
        };
    }
}
