package dev.weft.cli;

import dev.weft.Device;
import dev.weft.data.Batches;
import dev.weft.data.Examples;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.IndexedSource;
import dev.weft.data.ShuffleBuffer;
import dev.weft.data.Source;
import dev.weft.data.Transform;
import dev.weft.data.table.Preprocessing;

import org.jspecify.annotations.Nullable;

/** The examples of a part of a table's rows. */
sealed interface TablePart {
    long size();

    Source source();

    /**
     * Passes over them.
     *
     * @param augmenter what becomes of them in each epoch, null for nothing
     */
    Batches batches(Device device, int batch, @Nullable Transform augmenter);

    /**
     * In the memory of the program, and of the device.
     *
     * @param examples all of them
     */
    record InMemory(Examples examples) implements TablePart {
        @Override
        public long size() {
            return examples.size();
        }

        @Override
        public IndexedSource source() {
            return IndexedSource.of(examples);
        }

        @Override
        public Batches batches(Device device, int batch, @Nullable Transform augmenter) {
            return augmenter == null
                    ? new InMemoryBatches(device, examples, batch)
                    : Problem.readAhead(device, source(), batch, augmenter);
        }
    }

    /**
     * Read in each pass, and mixed in a buffer.
     *
     * @param source reads them
     * @param mixed how many the buffer holds
     */
    record Streamed(Source source, long size, int mixed) implements TablePart {
        /** As many as this are mixed: it depends on the data alone, as a run has to. */
        private static final long BUFFER_BYTES = 32L << 20;

        private static final int FEWEST = 1024;

        /** So many rows, as a preprocessing makes them. */
        static Streamed of(Source source, long size, Preprocessing made) {
            long bytes = (long) Float.BYTES * (made.inputs() + made.target().outputs());
            long fit = Math.max(FEWEST, BUFFER_BYTES / bytes);
            return new Streamed(source, size, Math.toIntExact(Math.clamp(size, 1, fit)));
        }

        @Override
        public Batches batches(Device device, int batch, @Nullable Transform augmenter) {
            return Problem.readAhead(device, new ShuffleBuffer(source, mixed), batch, augmenter);
        }
    }
}
