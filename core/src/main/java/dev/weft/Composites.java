package dev.weft;

import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.ForwardingBackend;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

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
    private final Device device;

    Composites(Device device, Supplier<Backend> direct) {
        super(direct);
        this.device = device;
    }

    /** Whether the device can do the call at all. */
    @Override
    public boolean supports(KernelCall call) {
        return backend().supports(call) || backend().supports(call.map(Composites::imagined));
    }

    @Override
    public void run(KernelCall call) {
        if (backend().supports(call)) {
            backend().run(call);
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

    private void widened(KernelCall call) {
        if (!backend().supports(call.map(Composites::imagined))) {
            throw refusal(call);
        }
        List<View> reads = call.reads();
        Map<View, View> wide = new LinkedHashMap<>();
        List<Tensor> scratch = new ArrayList<>();
        try {
            KernelCall widened = call.map(view -> wide(view, reads, wide, scratch));
            backend().run(widened);
            for (View y : call.writes()) {
                View result = wide.get(y);
                if (result != null) {
                    backend().run(new KernelCall.Copy(result, y));
                }
            }
        } finally {
            scratch.forEach(Tensor::close);
        }
    }

    /** The view in the type that it computes in: itself, or a copy; one that repeats still does. */
    private View wide(View view, List<View> reads, Map<View, View> wide, List<Tensor> scratch) {
        DType type = view.dtype().computesIn();
        if (type == view.dtype()) {
            return view;
        }
        for (Map.Entry<View, View> entry : wide.entrySet()) {
            if (entry.getKey().isSame(view)) {
                wide.putIfAbsent(view, entry.getValue());
                return entry.getValue();
            }
        }
        View once = view.unrepeated();
        Tensor copy = device.empty("widened", type, once.shape());
        scratch.add(copy);
        if (reads.contains(view)) {
            backend().run(new KernelCall.Copy(once, copy.view()));
        }
        View result = copy.view().expand(view.shape());
        wide.put(view, result);
        return result;
    }

    /** A view of the type that it computes in, over no memory: to ask whether it is supported. */
    private static View imagined(View view) {
        DType type = view.dtype().computesIn();
        if (type == view.dtype()) {
            return view;
        }
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
                "%s: %s cannot do it for these types (%s): convert the operands, as with to(F32), or use another device"
                        .formatted(call.name(), device, operands));
    }
}
