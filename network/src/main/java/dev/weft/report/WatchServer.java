package dev.weft.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.StringWriter;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Shows a run that goes on to browsers on this machine: progress, time left, and the curves so far.
 * The page asks for what is new each second. No browser makes the run wait: it hands over what it
 * has, and threads of the server's own write. Nothing outside this machine can connect, and the
 * server alone keeps no JVM alive.
 */
public final class WatchServer implements AutoCloseable {
    private static final int POLL_MILLIS = 1000;
    private static final JsonFactory JSON = new JsonFactory();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final History history;
    private final String page;
    private volatile Progress progress =
            new Progress("not started", Double.NaN, Double.NaN, Map.of());

    private WatchServer(HttpServer server, String title, History history) throws IOException {
        this.server = server;
        this.history = history;
        page = frame(title);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
    }

    /**
     * Starts to serve.
     *
     * @param port where on localhost; 0 for any that is free
     * @param title of the run
     * @param history where the run adds its points
     * @throws IOException where the port is taken, saying so
     */
    public static WatchServer start(int port, String title, History history) throws IOException {
        HttpServer server;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(
                                    InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port),
                            0);
        } catch (BindException e) {
            throw new IOException(
                    "watch: port %d of localhost cannot be used (%s): name another one, or 0 for any that is free"
                            .formatted(port, e.getMessage()),
                    e);
        }
        WatchServer watch = new WatchServer(server, title, history);
        // The server's own thread is a daemon where the one is that starts it.
        Thread starter = Thread.ofPlatform().name("weft-watch").daemon().start(server::start);
        try {
            starter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return watch;
    }

    /** Where the page is. */
    public URI uri() {
        return URI.create("http://127.0.0.1:%d/".formatted(server.getAddress().getPort()));
    }

    /** From now on shows this. Never waits: call it as often as you like. */
    public void show(Progress now) {
        progress = now;
    }

    /** Stops at once, whoever is connected; the pages that are open say that the run has ended. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!isFromHere(exchange)) {
                send(exchange, 403, "text/plain", "only by the name localhost");
            } else if (!exchange.getRequestMethod().equals("GET")) {
                send(exchange, 405, "text/plain", "only GET");
            } else {
                switch (exchange.getRequestURI().getPath()) {
                    case "/" -> send(exchange, 200, "text/html", page);
                    case "/progress.json" -> send(exchange, 200, "application/json", json());
                    default -> send(exchange, 404, "text/plain", "there is only /");
                }
            }
        }
    }

    /** Pages of other sites that have their own name point here are refused. */
    private boolean isFromHere(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        int port = server.getAddress().getPort();
        return host != null
                && Set.of("127.0.0.1:" + port, "localhost:" + port)
                        .contains(host.toLowerCase(Locale.ROOT));
    }

    private static void send(HttpExchange exchange, int status, String type, String text)
            throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.getResponseHeaders()
                .set(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
                                + " connect-src 'self'");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private String json() throws IOException {
        Progress now = progress;
        Page charts = new Page();
        if (!now.facts().isEmpty()) {
            Blocks.write(charts, List.of(new Block.Facts(now.facts())));
        }
        Blocks.write(charts, history.charts());
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("stage", now.stage());
            if (Double.isFinite(now.fraction())) {
                json.writeNumberField("fraction", Math.clamp(now.fraction(), 0.0, 1.0));
            }
            if (Double.isFinite(now.secondsLeft())) {
                json.writeNumberField("secondsLeft", Math.max(0, now.secondsLeft()));
            }
            json.writeStringField("html", charts.text());
            json.writeEndObject();
        }
        return text.toString();
    }

    private static String frame(String title) throws IOException {
        Page page =
                new Page(
                        title + " – Weft, running",
                        Page.resource(WatchServer.class, "run.css")
                                + Page.resource(WatchServer.class, "watch.css"));
        page.add("<header><h1><b>Weft</b> %s</h1></header>", title);
        page.addRaw(
                "<p class=\"stage\"><span id=\"stage\">waiting for the run</span>"
                        + " <span id=\"left\" class=\"faint\"></span></p>"
                        + "<progress id=\"bar\" max=\"1\"></progress>"
                        + "<div id=\"charts\"></div>");
        page.addRaw(
                "<script>"
                        + Page.resource(WatchServer.class, "watch.js")
                                .replace("POLL_MILLIS", Integer.toString(POLL_MILLIS))
                        + "</script>");
        return page.close();
    }
}
