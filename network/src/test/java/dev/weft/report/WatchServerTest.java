package dev.weft.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.imageio.ImageIO;

class WatchServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final History history = MadeUpRun.history(5);
    private WatchServer watch;

    @BeforeEach
    void start() throws IOException {
        watch = WatchServer.start(0, "penguins <b>& more</b>", history);
    }

    @AfterEach
    void stop() {
        watch.close();
    }

    /** The answer to a request as it came. */
    private String ask(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(watch.uri().getHost(), watch.uri().getPort());
        socket.setSoTimeout((int) LIMIT.toMillis());
        return socket;
    }

    private String get(String path) throws IOException {
        return ask(
                "GET %s HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n\r\n"
                        .formatted(path, watch.uri().getPort()));
    }

    private Map<String, Object> progress() throws IOException {
        String answer = get("/progress.json");
        return JSON.std.mapFrom(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }

    private static Progress some() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("learning rate", "0.00073");
        facts.put("<i>accuracy", "0.957");
        return new Progress("epoch 5 of 12", 0.4, 83, facts);
    }

    @Test
    void whatIsShownIsServed() throws IOException {
        Map<String, Object> before = progress();
        assertEquals("not started", before.get("stage"));
        assertFalse(before.containsKey("fraction"));
        assertFalse(before.containsKey("secondsLeft"));
        watch.show(some());
        history.add("Extra", "late", 6, 1);
        Map<String, Object> now = progress();
        assertEquals("epoch 5 of 12", now.get("stage"));
        assertEquals(0.4, now.get("fraction"));
        assertEquals(83.0, now.get("secondsLeft"));
        String html = String.valueOf(now.get("html"));
        for (String part : List.of("Loss", "Learning rate", "0.00073", "&lt;i&gt;acc", "late 1")) {
            assertTrue(html.contains(part), part);
        }
        assertEquals(4, html.split("<svg", -1).length - 1);
        watch.show(new Progress("done", 1.5, -3, Map.of()));
        assertEquals(1.0, progress().get("fraction"));
        assertEquals(0.0, progress().get("secondsLeft"));
    }

    @Test
    void thePageLoadsNothingFromElsewhere() throws IOException {
        String page = get("/");
        assertTrue(page.startsWith("HTTP/1.1 200"));
        assertTrue(page.contains("penguins &lt;b&gt;&amp; more&lt;/b&gt;"));
        assertTrue(page.contains("default-src 'none'"));
        for (String needed : List.of("src=", "<link", "url(", "@import", "//cdn")) {
            assertFalse(page.contains(needed), needed);
        }
    }

    @Test
    void nothingElseIsAnswered() throws IOException {
        assertTrue(get("/../etc/passwd").startsWith("HTTP/1.1 404"));
        int port = watch.uri().getPort();
        assertTrue(
                ask("POST / HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                .formatted(port))
                        .startsWith("HTTP/1.1 405"));
        for (String host : List.of("evil.example", "evil.example:" + port, "localhost")) {
            assertTrue(
                    ask("GET /progress.json HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                                    .formatted(host))
                            .startsWith("HTTP/1.1 403"),
                    host);
        }
    }

    @Test
    void onlyThisMachineCanConnect() throws IOException {
        for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(network.getInetAddresses())) {
                if (!address.isLoopbackAddress()) {
                    assertThrows(
                            IOException.class,
                            () -> new Socket(address, watch.uri().getPort()).close());
                }
            }
        }
    }

    @Test
    void aTakenPortIsOneClearError() {
        int port = watch.uri().getPort();
        IOException error =
                assertThrows(IOException.class, () -> WatchServer.start(port, "", history));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.startsWith("watch: port %d of localhost".formatted(port)), message);
        assertTrue(message.contains("0 for any that is free"), message);
        assertEquals(1, message.lines().count());
    }

    /** They ask and never read, ask for half, or go away in the middle of an answer. */
    @Test
    void browsersThatAreSlowOrGoneHoldNobodyUp() {
        List<Socket> slow = new ArrayList<>();
        assertTimeoutPreemptively(
                LIMIT,
                () -> {
                    for (int i = 0; i < 20; i++) {
                        Socket socket = connect();
                        slow.add(socket);
                        socket.setReceiveBufferSize(1024);
                        OutputStream out = socket.getOutputStream();
                        String request =
                                "GET /progress.json HTTP/1.1\r\nHost: localhost:%d\r\n\r\n"
                                        .formatted(watch.uri().getPort())
                                        .repeat(i % 4 == 0 ? 200 : 1);
                        out.write(
                                request.substring(0, i % 4 == 1 ? 20 : request.length())
                                        .getBytes(StandardCharsets.UTF_8));
                        if (i % 4 == 2) {
                            socket.setSoLinger(true, 0);
                            socket.close();
                        }
                    }
                    for (int step = 0; step < 100_000; step++) {
                        watch.show(some());
                        history.add("Loss", "training", 6 + step, 1);
                    }
                    assertEquals("epoch 5 of 12", progress().get("stage"));
                    watch.close();
                });
        assertThrows(ConnectException.class, this::connect);
        for (Socket socket : slow) {
            assertTimeoutPreemptively(LIMIT, socket::close);
        }
    }

    @Test
    void itsThreadsKeepNoProgramAlive() {
        assertTrue(
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("HTTP-Dispatcher"))
                        .allMatch(Thread::isDaemon));
    }

    @Test
    void aBrowserShowsIt(@TempDir Path folder) throws Exception {
        Browser browser = Browser.find(folder);
        watch.show(some());
        String page = browser.dump(watch.uri());
        assertTrue(page.contains("epoch 5 of 12"), page);
        assertTrue(page.contains("1 min 23 s left"), page);
        assertTrue(page.contains("&lt;i&gt;accuracy"), page);
        assertEquals(3, page.split("<svg", -1).length - 1);
        Path file = folder.resolve("report.html");
        HtmlReport.write(MadeUpRun.report(), file);
        Path picture = browser.picture(file.toUri(), 400, 600);
        try (InputStream in = Files.newInputStream(picture)) {
            assertEquals(600, ImageIO.read(in).getHeight());
        }
    }

    @Test
    void aPageThatIsOpenSaysThatTheRunHasEnded(@TempDir Path folder) throws Exception {
        Browser browser = Browser.find(folder);
        // The page is kept, and the program is not there any more.
        String answer = get("/");
        watch.close();
        Path file = folder.resolve("watch.html");
        Files.writeString(file, answer.substring(answer.indexOf("<!DOCTYPE")));
        String page = browser.dump(file.toUri());
        assertTrue(page.contains("the run has ended"), page);
    }
}
