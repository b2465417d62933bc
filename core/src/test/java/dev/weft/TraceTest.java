package dev.weft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The timeline of a device. */
class TraceTest {
    private static final Pattern EVENT =
            Pattern.compile(
                    "\\{\"name\":\"(\\w+)\",\"cat\":\"(\\w+)\",\"ph\":\"X\",\"pid\":1,\"tid\":1,"
                            + "\"ts\":([0-9.]+),\"dur\":([0-9.]+),\"args\":\\{(.*)\\}\\}");

    private final Device device = Devices.open("reference");

    @AfterEach
    void close() {
        device.close();
    }

    private static List<Matcher> events(CharSequence trace) {
        return trace.toString()
                .lines()
                .filter(line -> line.contains("\"ph\":\"X\""))
                .map(
                        line -> {
                            Matcher matcher = EVENT.matcher(line.replaceFirst(",$", ""));
                            assertTrue(matcher.matches(), line);
                            return matcher;
                        })
                .toList();
    }

    @Test
    void everyKernelAndTransferIsAnEvent() {
        StringBuilder out = new StringBuilder();
        try (Scope _ = device.scope()) {
            try (Trace trace = device.trace(out)) {
                Tensor x = device.tensor(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
                x.transpose().exp().sum().item();
                assertEquals(4, trace.events());
            }
            device.ones(3);
        }
        List<Matcher> events = events(out);
        assertEquals(
                List.of("upload", "unary", "reduce", "download"),
                events.stream().map(event -> event.group(1)).toList());
        assertEquals(
                List.of("transfer", "kernel", "kernel", "transfer"),
                events.stream().map(event -> event.group(2)).toList());
        assertEquals(
                "\"op\":\"EXP\",\"p\":0.0,\"q\":0.0,\"x\":\"3x2 F32 with strides\","
                        + "\"y\":\"3x2 F32\",\"bytes\":48",
                events.get(1).group(5));
        double before = 0;
        for (Matcher event : events) {
            assertTrue(Double.parseDouble(event.group(3)) >= before, event.group());
            before = Double.parseDouble(event.group(3)) + Double.parseDouble(event.group(4));
        }
        assertTrue(out.toString().startsWith("[\n{\"name\":\"process_name\""), out.toString());
        assertTrue(out.toString().endsWith("}}\n]\n"), out.toString());
    }

    /** A replay's kernels too; and a capture that outlives the trace goes on. */
    @Test
    void replaysAreTraced() {
        StringBuilder out = new StringBuilder();
        try (Scope _ = device.scope()) {
            Tensor x = device.ones(4);
            Trace trace = device.trace(out);
            try (Capture step = device.capture(() -> x.assign(x.add(1)))) {
                long captured = trace.events();
                step.replay();
                assertEquals(2 * captured, trace.events());
                trace.close();
                step.replay();
                assertEquals(2 * captured, trace.events());
                assertEquals(4 * 4, x.sum().item());
            }
        }
    }

    @Test
    void oneAtATime() {
        StringBuilder out = new StringBuilder();
        Trace trace = device.trace(out);
        var error = assertThrows(IllegalStateException.class, () -> device.trace(out));
        assertEquals("trace: a trace is open on device reference", error.getMessage());
        assertThrows(IllegalStateException.class, () -> device.capture(trace::close));
        trace.close();
        trace.close();
        assertThrows(IllegalStateException.class, () -> device.capture(() -> device.trace(out)));
        device.trace(out).close();
    }

    /** The device closes what is open, so that the text is whole. */
    @Test
    void theDeviceClosesIt() {
        StringBuilder out = new StringBuilder();
        Device other = Devices.open("reference");
        other.trace(out);
        other.close();
        assertTrue(out.toString().endsWith("\n]\n"), out.toString());
    }

    /** Takes some characters, and then no more. */
    private static Appendable disk(int room) {
        return new StringWriter() {
            @Override
            public StringWriter append(CharSequence text) {
                if (getBuffer().length() + text.length() > room) {
                    throw new UncheckedIOException(new IOException("disk full"));
                }
                return super.append(text);
            }
        };
    }

    /** The device closes all the same. */
    @Test
    void whatCannotBeWrittenIsSaid() {
        assertThrows(UncheckedIOException.class, () -> device.trace(disk(1)));
        device.trace(new StringBuilder()).close();
        Device other = Devices.open("reference");
        other.trace(disk(76));
        assertThrows(UncheckedIOException.class, () -> other.ones(4));
        assertThrows(UncheckedIOException.class, other::close);
        assertEquals(0, other.memory().liveBytes());
        assertThrows(IllegalStateException.class, () -> other.ones(1));
        other.close();
    }
}
