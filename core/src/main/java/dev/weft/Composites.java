package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.ForwardingBackend;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a device's operations call: does what its backend has a kernel for, and the rest by simpler
 * calls. Operands of the types that are only stored (F16, BF16, U8, I8) are converted to the type
 * in which they compute, and the results back, so that they are rounded, or wrap, once.
 *
 * <p>It stands before what records a step or writes a timeline: these see the simpler calls.
 */
final class Composites extends ForwardingBackend {
    private final Supplier<MemoryPool> pool;

    /**
     * Composes.
     *
     * @param direct does what it has kernels for
     * @param pool gives memory for what is made on the way
     */
    Composites(Supplier<Backend> direct, Supplier<MemoryPool> pool) {
        super(direct);
        this.pool = pool;
    }

    /** Whether the device can do the call at all. */
    @Override
    public boolean supports(KernelCall call) {
        return has(call) || extremeOfNothing(call) != null || widens(call);
    }

    /** Whether the backend has the call in its own types, or what it is composed of. */
    private boolean has(KernelCall call) {
        return backend().supports(call) || NormalizationComposite.isFor(call, backend());
    }

    /** Whether the backend has the call in wide types, and the conversions. */
    private boolean widens(KernelCall call) {
        return has(call.map(Composites::imagined))
                && Stream.concat(call.reads().stream(), call.writes().stream())
                        .filter(view -> !isWide(view))
                        .allMatch(
                                view ->
                                        converts(view, imagined(view))
                                                && converts(imagined(view), view));
    }

    private boolean converts(View x, View y) {
        return backend().supports(new KernelCall.Copy(x, y));
    }

    @Override
    public void run(KernelCall call) {
        if (backend().supports(call)) {
            backend().run(call);
            return;
        }
        KernelCall fill = extremeOfNothing(call);
        if (fill != null) {
            backend().run(fill);
        } else if (NormalizationComposite.isFor(call, backend())) {
            NormalizationComposite.run(call, backend(), pool.get());
        } else {
            widened(call);
        }
    }

    @Override
    public Duration time(KernelCall call) {
        if (backend().supports(call)) {
            return backend().time(call);
        }
        long start = System.nanoTime();
        run(call);
        synchronize();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /**
     * What an integer type's largest or smallest of no elements is, or null where the call asks for
     * something else. The wider type's would wrap.
     */
    private static @Nullable KernelCall extremeOfNothing(KernelCall call) {
        if (!(call instanceof KernelCall.Reduce(var op, var x, var y))
                || x.size() > 0
                || !y.dtype().isInteger()) {
            return null;
        }
        return switch (op) {
            case MAX -> new KernelCall.Fill((double) y.dtype().smallest(), y);
            case MIN -> new KernelCall.Fill((double) y.dtype().largest(), y);
            case SUM, PROD, MEAN -> null;
        };
    }

    private void widened(KernelCall call) {
        if (!widens(call)) {
            throw refusal(call);
        }
        try (Widening widening = new Widening(call)) {
            run(call.map(widening::wide));
            widening.finish();
        }
    }

    /** The memory in which one call is computed: a copy of each operand of a narrow type. */
    private final class Widening implements AutoCloseable {
        private final KernelCall call;
        private final List<View> reads;
        private final MemoryPool memory = pool.get();
        private final Map<View, View> copies = new LinkedHashMap<>();
        private final List<DeviceBuffer> buffers = new ArrayList<>();

        Widening(KernelCall call) {
            this.call = call;
            this.reads = call.reads();
        }

        /** The view in the type that it computes in: itself, or a copy. */
        View wide(View view) {
            if (isWide(view)) {
                return view;
            }
            View known = copyOf(view);
            if (known != null) {
                return known;
            }
            View once = view.unrepeated();
            View copy = View.contiguous(take(view.dtype(), once.size()), once.shape(), 0);
            if (reads.contains(view)) {
                backend().run(new KernelCall.Copy(once, copy));
            }
            View wide = copy.expand(view.shape());
            copies.put(view, wide);
            return wide;
        }

        private DeviceBuffer take(DType narrow, long size) {
            DType type = narrow.computesIn();
            try {
                DeviceBuffer buffer = memory.take(type, size);
                buffers.add(buffer);
                return buffer;
            } catch (DeviceOutOfMemoryException e) {
                throw new DeviceOutOfMemoryException(
                        "%s: %s has no memory for the %d %s in which %s is computed (%s)"
                                .formatted(
                                        call.name(),
                                        info().selector(),
                                        size,
                                        type,
                                        narrow,
                                        e.getMessage()),
                        e);
            }
        }

        /** What stands for the same elements already, or null. */
        private @Nullable View copyOf(View view) {
            for (Map.Entry<View, View> copy : copies.entrySet()) {
                if (copy.getKey().isSame(view)) {
                    return copy.getValue();
                }
            }
            return null;
        }

        /** Rounds, or wraps, the results into their places. */
        void finish() {
            for (View y : call.writes()) {
                View result = copyOf(y);
                if (result != null) {
                    backend().run(new KernelCall.Copy(result, y));
                }
            }
        }

        @Override
        public void close() {
            buffers.forEach(memory::giveBack);
        }
    }

    private static boolean isWide(View view) {
        return view.dtype().computesIn() == view.dtype();
    }

    /** A view of the type that it computes in, over no memory: to ask whether it is supported. */
    private static View imagined(View view) {
        if (isWide(view)) {
            return view;
        }
        DType type = view.dtype().computesIn();
        View once = view.unrepeated();
        return View.contiguous(new Imagined(type, Math.max(1, once.size())), once.shape(), 0)
                .expand(view.shape());
    }

    private record Imagined(DType dtype, long size) implements DeviceBuffer {}

    private UnsupportedOperationException refusal(KernelCall call) {
        String operands =
                Stream.concat(call.reads().stream(), call.writes().stream())
                        .distinct()
                        .map(view -> view.shape() + " " + view.dtype())
                        .collect(Collectors.joining(", "));
        return new UnsupportedOperationException(
                "%s: device %s cannot do it for these types (%s): use other types, such as F32, or another device"
                        .formatted(call.name(), info().selector(), operands));
    }
}
