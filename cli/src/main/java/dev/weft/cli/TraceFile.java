package dev.weft.cli;

import dev.weft.Device;
import dev.weft.Trace;

import org.jspecify.annotations.Nullable;

import java.io.BufferedWriter;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The timeline of a device in a file, written as it grows: of a run that is killed too. */
final class TraceFile implements AutoCloseable {
    private final @Nullable Writer file;
    private final @Nullable Trace trace;

    private TraceFile(@Nullable Writer file, @Nullable Trace trace) {
        this.file = file;
        this.trace = trace;
    }

    /** Traces the device until it is closed; null for no trace. */
    static TraceFile open(@Nullable Path path, Device device) throws IOException {
        if (path == null) {
            return new TraceFile(null, null);
        }
        Writer file = new Named(path, Files.newBufferedWriter(path));
        return new TraceFile(file, device.trace(file));
    }

    @Override
    public void close() throws IOException {
        try (file) {
            if (trace != null) {
                trace.close();
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** What cannot be written names the file. */
    private static final class Named extends FilterWriter {
        private final Path path;

        Named(Path path, BufferedWriter out) {
            super(out);
            this.path = path;
        }

        private interface Action {
            void run() throws IOException;
        }

        private void named(Action action) throws IOException {
            try {
                action.run();
            } catch (FileSystemException e) {
                throw e;
            } catch (IOException e) {
                throw new IOException("--trace %s: %s".formatted(path, e.getMessage()), e);
            }
        }

        @Override
        public void write(String text, int from, int length) throws IOException {
            named(() -> out.write(text, from, length));
        }

        @Override
        public void close() throws IOException {
            named(out::close);
        }
    }
}
