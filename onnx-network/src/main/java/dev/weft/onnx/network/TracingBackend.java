package dev.weft.onnx.network;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceBuffer;
import dev.weft.backend.DeviceInfo;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;
import dev.weft.onnx.graph.OnnxException;
import dev.weft.onnx.network.TracedBuffer.Write;
import dev.weft.onnx.network.TracedBuffer.Write.Kind;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A backend that draws what it is asked to do: what depends on values of a graph becomes nodes, and
 * the rest, such as tables of positions, is computed at once by the reference backend. So a pass
 * costs no arithmetic, and what looks at a value on the host is found out.
 */
final class TracingBackend implements Backend {
    private final Device host = Devices.open("reference");
    private final List<DeviceBuffer> owned = new ArrayList<>();
    private @Nullable CallNodes nodes;

    /** Draws from now on, until it is called again. */
    Memory draw(Sketch sketch) {
        Memory memory = new Memory(sketch, this::constant);
        nodes = new CallNodes(sketch, memory);
        return memory;
    }

    @Override
    public DeviceInfo info() {
        return new DeviceInfo("onnx", "what draws graphs", 0, Map.of());
    }

    @Override
    public DeviceBuffer allocate(DType dtype, long elements) {
        return new TracedBuffer(dtype, elements);
    }

    @Override
    public void release(DeviceBuffer buffer) {}

    /** Whether ONNX computes a call in these types: narrow ones are converted, as anywhere. */
    @Override
    public boolean supports(KernelCall call) {
        return switch (call) {
            case KernelCall.Fill _, KernelCall.Copy _, KernelCall.Gather _, KernelCall.Where _ ->
                    true;
            default ->
                    CallNodes.has(call)
                            && call.reads().stream().allMatch(TracingBackend::isWide)
                            && call.writes().stream().allMatch(TracingBackend::isWide);
        };
    }

    private static boolean isWide(View view) {
        return view.dtype().computesIn() == view.dtype();
    }

    @Override
    public void run(KernelCall call) {
        if (nodes == null) {
            return;
        }
        boolean isConstant =
                call.reads().stream().allMatch(x -> ((TracedBuffer) x.buffer()).isConstant(x));
        if (isConstant) {
            host.backend().run(call.map(this::elements));
            call.writes().forEach(TracingBackend::holdsConstants);
        } else {
            nodes.add(call);
        }
    }

    private static void holdsConstants(View view) {
        ((TracedBuffer) view.buffer()).write(new Write(view, Kind.CONSTANT, ""));
    }

    /** The same view of memory that holds elements. */
    private View elements(View view) {
        TracedBuffer buffer = (TracedBuffer) view.buffer();
        DeviceBuffer elements = buffer.elements();
        if (elements == null) {
            elements = host.backend().allocate(buffer.dtype(), buffer.size());
            owned.add(elements);
            buffer.elements(elements);
        }
        return new View(elements, view.shape(), view.strides(), view.offset());
    }

    private HostArray constant(View view) {
        long bytes = view.size() * view.dtype().bytes();
        MemorySegment content = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
        DeviceBuffer dense = host.backend().allocate(view.dtype(), Math.max(1, view.size()));
        View copy = View.contiguous(dense, view.shape(), 0);
        host.backend().run(new KernelCall.Copy(elements(view), copy));
        host.backend().download(copy, content);
        host.backend().release(dense);
        return new HostArray(view.dtype(), view.shape(), content);
    }

    @Override
    public void upload(MemorySegment source, View target) {
        if (nodes != null) {
            host.backend().upload(source, elements(target));
            holdsConstants(target);
        }
    }

    @Override
    public void download(View source, MemorySegment target) {
        if (!((TracedBuffer) source.buffer()).isConstant(source)) {
            throw new OnnxException(
                    "export: the network reads values of %s %s back to the host, and a graph cannot depend on them"
                            .formatted(source.dtype(), source.shape()));
        }
        target.copyFrom(constant(source).content());
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {
        owned.forEach(host.backend()::release);
        host.close();
    }
}
