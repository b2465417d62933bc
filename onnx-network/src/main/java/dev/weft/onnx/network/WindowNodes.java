package dev.weft.onnx.network;

import dev.weft.Shape;
import dev.weft.backend.ConvolutionGeometry;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;
import dev.weft.backend.Window;
import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.OnnxException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Convolutions and pools as nodes, along as many axes as they move. */
final class WindowNodes {
    private final Sketch sketch;
    private final Memory memory;

    WindowNodes(Sketch sketch, Memory memory) {
        this.sketch = sketch;
        this.memory = memory;
    }

    void add(KernelCall.Convolution call) {
        ConvolutionGeometry geometry = call.geometry();
        String y =
                sketch.node(
                        "Conv",
                        attributes(geometry),
                        memory.read(moved(call.x(), geometry)),
                        memory.read(moved(call.weight(), geometry)));
        memory.give(moved(call.y(), geometry), y);
    }

    /** The transposed convolution. */
    void add(KernelCall.ConvolutionInputGrad call) {
        ConvolutionGeometry geometry = call.geometry();
        View x = moved(call.dy(), geometry);
        View weight = moved(call.weight(), geometry);
        View y = moved(call.dx(), geometry);
        long[] more = new long[geometry.axes()];
        Arrays.setAll(
                more,
                i ->
                        y.dim(2 + i)
                                - (x.dim(2 + i) - 1) * geometry.strides().get(i)
                                - geometry.span(i, weight.dim(2 + i))
                                + geometry.before().get(i)
                                + geometry.after().get(i));
        Map<String, Attribute> attributes = new HashMap<>(attributes(geometry));
        attributes.put("output_padding", new Attribute.Ints(list(more)));
        memory.give(
                y, sketch.node("ConvTranspose", attributes, memory.read(x), memory.read(weight)));
    }

    private static List<Long> list(long... numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }

    private static Map<String, Attribute> attributes(ConvolutionGeometry geometry) {
        List<Long> pads =
                Stream.concat(geometry.before().stream(), geometry.after().stream())
                        .map(Integer::longValue)
                        .toList();
        return Map.of(
                "strides",
                new Attribute.Ints(geometry.strides().stream().map(Integer::longValue).toList()),
                "dilations",
                new Attribute.Ints(geometry.dilations().stream().map(Integer::longValue).toList()),
                "pads",
                new Attribute.Ints(pads),
                "group",
                new Attribute.Int(geometry.groups()));
    }

    /** Without those axes that the geometry has not, which have one element. */
    private static View moved(View view, ConvolutionGeometry geometry) {
        long[] dims = new long[2 + geometry.axes()];
        int skipped = ConvolutionGeometry.AXES - geometry.axes();
        Arrays.setAll(dims, i -> view.dim(i < 2 ? i : i + skipped));
        return View.contiguous(view.buffer(), Shape.of(dims), view.offset());
    }

    void add(KernelCall.MaxPool call) {
        pool("MaxPool", call.window(), call.x(), call.y(), Map.of());
        Memory.forget(call.indices());
    }

    void add(KernelCall.AveragePool call) {
        for (Window.Axis axis : axes(call.window())) {
            if (axis.dilation() != 1) {
                throw new OnnxException(
                        "export: an average pool with a dilation of %d needs version 19 of ONNX's operators, and this is %d"
                                .formatted(axis.dilation(), OnnxExport.OPSET));
            }
        }
        pool(
                "AveragePool",
                call.window(),
                call.x(),
                call.y(),
                Map.of("count_include_pad", new Attribute.Int(call.padded() ? 1 : 0)));
    }

    private static List<Window.Axis> axes(Window window) {
        return List.of(window.depth(), window.rows(), window.columns());
    }

    private void pool(String name, Window window, View x, View y, Map<String, Attribute> own) {
        int first = 0;
        while (first < 2
                && axes(window).get(first).equals(Window.Axis.NONE)
                && x.dim(1 + first) == 1) {
            first++;
        }
        List<Window.Axis> axes = axes(window).subList(first, 3);
        Map<String, Attribute> attributes = new HashMap<>(own);
        attributes.put("kernel_shape", new Attribute.Ints(of(axes, Window.Axis::size)));
        attributes.put("strides", new Attribute.Ints(of(axes, Window.Axis::stride)));
        if (own.isEmpty()) {
            attributes.put("dilations", new Attribute.Ints(of(axes, Window.Axis::dilation)));
        }
        List<Long> pads = new ArrayList<>(of(axes, Window.Axis::before));
        for (int i = 0; i < axes.size(); i++) {
            pads.add(after(axes.get(i), x.dim(1 + first + i), y.dim(1 + first + i)));
        }
        attributes.put("pads", new Attribute.Ints(pads));
        Shape planes = memory.planes(x, axes.size());
        memory.give(
                spatial(y, planes, axes.size()),
                sketch.node(name, attributes, memory.read(spatial(x, planes, axes.size()))));
    }

    /** So much padding that there are as many windows: none where the last elements are left. */
    private static long after(Window.Axis axis, long extent, long windows) {
        long last = axis.start(windows - 1) + (axis.size() - 1L) * axis.dilation() + 1;
        return Math.max(axis.after(), last - extent);
    }

    private static List<Long> of(List<Window.Axis> axes, ToLongFunction<Window.Axis> number) {
        return axes.stream().mapToLong(number).boxed().toList();
    }

    /** Examples and channels, and the pooled axes. */
    private static View spatial(View view, Shape planes, int axes) {
        long[] dims = new long[2 + axes];
        Arrays.setAll(dims, i -> i < 2 ? planes.dim(i) : view.dim(view.rank() - axes + i - 2));
        return View.contiguous(view.buffer(), Shape.of(dims), view.offset());
    }
}
