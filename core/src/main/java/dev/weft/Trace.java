package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.Epilogue;
import dev.weft.backend.ForwardingBackend;
import dev.weft.backend.KernelCall;
import dev.weft.backend.Recording;
import dev.weft.backend.View;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A timeline of what a device does, from {@link Device#trace} until it is closed: one event for
 * each kernel, with its operands' shapes and types, how many bytes they have, and how long it took
 * by the device's own clock where it has one; and one for each transfer, by the host's. Every event
 * is waited for, so that a traced program is slower than without, and kernels do not overlap; steps
 * that are captured meanwhile are replayed kernel by kernel.
 *
 * <p>The text is Chrome's trace event format (an array of JSON objects, times in µs), which
 * Perfetto and chrome://tracing open; also where it ends early, as in a program that was killed.
 */
public final class Trace implements AutoCloseable {
    private static final double NANOS = 1e3;

    private final Appendable out;
    private final Runnable onClose;
    private final long start = System.nanoTime();
    private long events;
    private boolean closed;

    Trace(String device, Appendable out, Runnable onClose) {
        this.out = out;
        this.onClose = onClose;
        write("[\n");
        write(
                "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":{\"name\":%s}}"
                        .formatted(quoted("weft " + device)));
    }

    /** Stands before the backend whose calls are traced. */
    Backend of(Backend backend) {
        return new Timed(backend);
    }

    /** How many kernels and transfers there were. */
    public long events() {
        return events;
    }

    /**
     * Ends the timeline; what it was written to stays open. Idempotent.
     *
     * @throws IllegalStateException on a thread that may not use the device, or while a step is
     *     being captured
     * @throws UncheckedIOException where the text cannot be written
     */
    @Override
    public void close() {
        if (!closed) {
            onClose.run();
            end();
        }
    }

    /** Ends the text. */
    void end() {
        if (!closed) {
            closed = true;
            write("\n]\n");
        }
    }

    private void write(String text) {
        try {
            out.append(text);
        } catch (IOException e) {
            throw new UncheckedIOException("the trace cannot be written: " + e.getMessage(), e);
        }
    }

    private void event(
            String name, String category, long began, long nanos, Map<String, String> arguments) {
        events++;
        write(
                String.format(
                        Locale.ROOT,
                        ",\n"
                            + "{\"name\":%s,\"cat\":\"%s\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":%.3f,\"dur\":%.3f,\"args\":{%s}}",
                        quoted(name),
                        category,
                        (began - start) / NANOS,
                        nanos / NANOS,
                        arguments.entrySet().stream()
                                .map(each -> quoted(each.getKey()) + ":" + each.getValue())
                                .collect(Collectors.joining(","))));
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append("\\u%04x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private static String text(View view) {
        return "%s %s%s"
                .formatted(view.shape(), view.dtype(), view.isContiguous() ? "" : " with strides");
    }

    /** A call's operands by their names, and the bytes of all of them. */
    private static Map<String, String> arguments(KernelCall call) {
        Map<String, String> arguments = new LinkedHashMap<>();
        for (RecordComponent component : call.getClass().getRecordComponents()) {
            Object value;
            try {
                value = component.getAccessor().invoke(call);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e); // they are public, as the records are
            }
            String text =
                    switch (value) {
                        case View view -> quoted(text(view));
                        case List<?> views ->
                                views.stream()
                                        .map(view -> quoted(text((View) view)))
                                        .collect(Collectors.joining(",", "[", "]"));
                        case null -> "null";
                        case Boolean flag -> flag.toString();
                        case Double number when Double.isFinite(number) -> number.toString();
                        case Epilogue(var bias, var activation) ->
                                quoted(activation + (bias == null ? "" : " with bias"));
                        default -> quoted(value.toString());
                    };
            arguments.put(component.getName(), text);
        }
        Set<View> operands =
                Stream.of(call.reads(), call.writes())
                        .flatMap(List::stream)
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        arguments.put("bytes", String.valueOf(operands.stream().mapToLong(Trace::bytes).sum()));
        return arguments;
    }

    private static long bytes(View view) {
        return view.size() * view.dtype().bytes();
    }

    /** Times what is done. */
    private final class Timed extends ForwardingBackend {
        Timed(Backend backend) {
            super(backend);
        }

        @Override
        public void run(KernelCall call) {
            if (closed) {
                super.run(call);
            } else {
                time(call);
            }
        }

        @Override
        public Duration time(KernelCall call) {
            long began = System.nanoTime();
            Duration time = super.time(call);
            if (!closed) {
                event(call.name(), "kernel", began, time.toNanos(), arguments(call));
            }
            return time;
        }

        /** A graph would not tell its kernels apart. */
        @Override
        public Recording record(Runnable calls) {
            return Recording.of(calls);
        }

        private void transfer(String name, View view, Runnable copy) {
            long began = System.nanoTime();
            copy.run();
            if (!closed) {
                Map<String, String> arguments = new LinkedHashMap<>();
                arguments.put("view", quoted(text(view)));
                arguments.put("bytes", String.valueOf(bytes(view)));
                event(name, "transfer", began, System.nanoTime() - began, arguments);
            }
        }

        @Override
        public void upload(MemorySegment source, View target) {
            transfer("upload", target, () -> super.upload(source, target));
        }

        @Override
        public void upload(double[] source, View target) {
            transfer("upload", target, () -> super.upload(source, target));
        }

        @Override
        public void download(View source, MemorySegment target) {
            transfer("download", source, () -> super.download(source, target));
        }

        @Override
        public void downloadLater(View source, MemorySegment target) {
            transfer("download", source, () -> super.downloadLater(source, target));
        }

        @Override
        public void download(View source, double[] target) {
            transfer("download", source, () -> super.download(source, target));
        }
    }
}
