package dev.weft.data.table;

import dev.weft.data.Examples;
import dev.weft.data.Source;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.OptionalLong;

/** Examples made of rows as these are read: memory holds one chunk. */
final class EncodedRows implements Source {
    private final long size;
    private final Rows rows;
    private final Encoding encoding;

    /** Begins a pass over the rows. */
    interface Rows {
        TableSource.Chunks open() throws IOException;
    }

    /** Makes examples of the rows of a chunk, perhaps not of all. */
    interface Encoding {
        Examples encode(Table rows) throws IOException;
    }

    /**
     * Of these.
     *
     * @param size how many examples there are; -1 where that is not known
     */
    EncodedRows(long size, Rows rows, Encoding encoding) {
        this.size = size;
        this.rows = rows;
        this.encoding = encoding;
    }

    @Override
    public OptionalLong size() {
        return size < 0 ? OptionalLong.empty() : OptionalLong.of(size);
    }

    @Override
    public Pass open() throws IOException {
        TableSource.Chunks chunks = rows.open();
        return new Pass() {
            private @Nullable Examples current;
            private int at;

            @Override
            public @Nullable Examples next(int most) throws IOException {
                Examples held = current;
                while (held == null || at == held.size()) {
                    Table chunk = chunks.next();
                    if (chunk == null) {
                        return null;
                    }
                    held = encoding.encode(chunk);
                    current = held;
                    at = 0;
                }
                int from = at;
                at = Math.min(held.size(), from + most);
                return held.slice(from, at);
            }

            @Override
            public void close() throws IOException {
                chunks.close();
            }
        };
    }
}
