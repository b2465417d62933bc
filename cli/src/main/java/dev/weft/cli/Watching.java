package dev.weft.cli;

import dev.weft.report.WatchServer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintWriter;

/** Shows a run to browsers, where that is wanted, until it is closed. */
final class Watching implements AutoCloseable {
    private final @Nullable WatchServer server;

    private Watching(@Nullable WatchServer server) {
        this.server = server;
    }

    /**
     * Starts to show it.
     *
     * @param port null to show nothing
     * @throws IOException where the port is taken
     */
    static Watching start(@Nullable Integer port, String title, RunHistory curves, PrintWriter out)
            throws IOException {
        if (port == null) {
            return new Watching(null);
        }
        WatchServer server = WatchServer.start(port, title, curves.history());
        curves.showOn(server);
        out.println("watch it at " + server.uri());
        out.flush();
        return new Watching(server);
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
