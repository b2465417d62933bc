package dev.weft.onnx.network;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.backend.Activation;
import dev.weft.backend.KernelCall;
import dev.weft.backend.ReduceOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.View;
import dev.weft.onnx.graph.Attribute;
import dev.weft.onnx.graph.ElementType;
import dev.weft.onnx.graph.OnnxException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Kernel calls as nodes of ONNX's operators, version {@link OnnxExport#OPSET}. */
final class CallNodes {
    private final Sketch sketch;
    private final Memory memory;
    private final FunctionNodes functions;
    private final WindowNodes windows;

    CallNodes(Sketch sketch, Memory memory) {
        this.sketch = sketch;
        this.memory = memory;
        this.functions = new FunctionNodes(sketch);
        this.windows = new WindowNodes(sketch, memory);
    }

    /** Whether a call becomes nodes as it is; others are made of simpler ones, where they can. */
    static boolean has(KernelCall call) {
        return !(call instanceof KernelCall.Normalize normalize) || ofLastAxis(normalize);
    }

    private static boolean ofLastAxis(KernelCall.Normalize call) {
        return call.mean() != null
                && call.weight() != null
                && call.x().dim(1) == 1
                && call.x().dim(3) == 1
                && call.variance().dim(0) == call.x().dim(0);
    }

    void add(KernelCall call) {
        switch (call) {
            case KernelCall.Copy(var x, var y) -> memory.give(y, converted(x, y.dtype()));
            case KernelCall.Unary(var op, var p, var q, var x, var y) ->
                    memory.give(y, functions.unary(op, p, q, y.dtype(), memory.read(x)));
            case KernelCall.Binary(var op, var a, var b, var y) -> {
                String[] operands = broadcast(y.shape(), a, b);
                memory.give(y, functions.binary(op, y.dtype(), operands[0], operands[1]));
            }
            case KernelCall.Compare(var op, var a, var b, var y) -> {
                String[] operands = broadcast(y.shape(), a, b);
                memory.give(y, functions.compare(op, operands[0], operands[1]));
            }
            case KernelCall.Where(var condition, var a, var b, var y) ->
                    memory.give(y, chosen(y, broadcast(y.shape(), condition, a, b)));
            case KernelCall.Reduce reduce -> memory.give(reduce.y(), reduced(reduce));
            case KernelCall.Scan(var op, var reversed, var x, var y) when op == ReduceOp.SUM ->
                    memory.give(
                            y,
                            sketch.node(
                                    "CumSum",
                                    Map.of("reverse", new Attribute.Int(reversed ? 1 : 0)),
                                    memory.read(x),
                                    sketch.scalar(DType.I64, x.rank() - 1)));
            case KernelCall.ArgReduce arg -> memory.give(arg.y(), placed(arg));
            case KernelCall.Gemm gemm -> memory.give(gemm.c(), product(gemm));
            case KernelCall.Softmax(var log, var x, var y) ->
                    memory.give(
                            y,
                            sketch.node(
                                    log ? "LogSoftmax" : "Softmax",
                                    Map.of("axis", new Attribute.Int(-1)),
                                    memory.read(x)));
            case KernelCall.Normalize normalize -> normalized(normalize);
            case KernelCall.Gather(var table, var indices, var y) ->
                    memory.give(
                            y,
                            sketch.node(
                                    "Gather",
                                    Map.of("axis", new Attribute.Int(0)),
                                    memory.read(table),
                                    memory.read(indices)));
            case KernelCall.TakeAlong(var x, var indices, var y) ->
                    memory.give(
                            y,
                            sketch.node(
                                    "GatherElements",
                                    Map.of("axis", new Attribute.Int(-1)),
                                    memory.read(x),
                                    memory.read(indices)));
            case KernelCall.ScatterAlong(var adds, var x, var indices, var y) ->
                    memory.give(
                            y,
                            sketch.node(
                                    "ScatterElements",
                                    Map.of(
                                            "axis",
                                            new Attribute.Int(-1),
                                            "reduction",
                                            new Attribute.Text(adds ? "add" : "none")),
                                    memory.read(y),
                                    memory.read(indices),
                                    memory.read(x)));
            case KernelCall.Convolution convolution -> windows.add(convolution);
            case KernelCall.ConvolutionInputGrad transposed -> windows.add(transposed);
            case KernelCall.MaxPool pool -> windows.add(pool);
            case KernelCall.AveragePool pool -> windows.add(pool);
            default ->
                    throw new OnnxException(
                            "export: ONNX's operators of version %d have none for the kernel %s of %s"
                                    .formatted(
                                            OnnxExport.OPSET,
                                            call.name(),
                                            call.reads().stream()
                                                    .map(v -> v.dtype() + " " + v.shape())
                                                    .toList()));
        }
    }

    /** ONNX Runtime chooses among truths only by logic. */
    private String chosen(View y, String[] operands) {
        if (y.dtype() != DType.BOOL) {
            return sketch.node("Where", operands);
        }
        String condition = operands[0];
        return sketch.node(
                "Or",
                sketch.node("And", condition, operands[1]),
                sketch.node("And", sketch.node("Not", condition), operands[2]));
    }

    private String converted(View x, DType type) {
        String value = memory.read(x);
        return x.dtype() == type ? value : sketch.node("Cast", Map.of("to", to(type)), value);
    }

    private static Attribute to(DType type) {
        return new Attribute.Int(ElementType.of(type));
    }

    /** Operands as ONNX broadcasts them to a shape. */
    private String[] broadcast(Shape shape, View... operands) {
        String[] values = new String[operands.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = memory.readOnce(operands[i]);
        }
        for (int axis = 0; axis < shape.rank(); axis++) {
            int at = axis;
            boolean whole = shape.dim(axis) == 1;
            for (View view : operands) {
                whole |= view.stride(at) > 0;
            }
            if (!whole) {
                values[0] = memory.read(operands[0]);
                break;
            }
        }
        return values;
    }

    private String reduced(KernelCall.Reduce call) {
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < call.x().rank(); axis++) {
            if (call.y().dim(axis) != call.x().dim(axis)) {
                axes.add(axis);
            }
        }
        String x = memory.read(call.x());
        if (axes.isEmpty()) {
            return x;
        }
        int[] numbers = axes.stream().mapToInt(Integer::intValue).toArray();
        String name =
                switch (call.op()) {
                    case SUM -> "ReduceSum";
                    case MEAN -> "ReduceMean";
                    case PROD -> "ReduceProd";
                    case MAX -> "ReduceMax";
                    case MIN -> "ReduceMin";
                };
        // Of version 17, the sum alone takes its axes as an operand.
        return call.op() == ReduceOp.SUM
                ? sketch.node(
                        name,
                        x,
                        sketch.numbers(axes.stream().mapToLong(Integer::longValue).toArray()))
                : sketch.node(name, Map.of("axes", Sketch.ints(numbers)), x);
    }

    private String placed(KernelCall.ArgReduce call) {
        Map<String, Attribute> last =
                Map.of("axis", new Attribute.Int(-1), "keepdims", new Attribute.Int(0));
        String index =
                sketch.node(
                        call.op() == ReduceOp.MAX ? "ArgMax" : "ArgMin",
                        last,
                        memory.read(call.x()));
        return sketch.node("Cast", Map.of("to", to(DType.I32)), index);
    }

    private String product(KernelCall.Gemm call) {
        DType type = call.c().dtype();
        View bias = call.epilogue().bias();
        String y =
                call.c().rank() == 2 && call.beta() == 0 && call.alpha() == 1
                        ? flat(call, bias)
                        : batched(call, bias);
        Activation activation = call.epilogue().activation();
        UnaryOp op = activation.op();
        return op == null ? y : functions.unary(op, 0, 0, type, y);
    }

    private String flat(KernelCall.Gemm call, @Nullable View bias) {
        boolean a = isTransposed(call.a());
        boolean b = isTransposed(call.b());
        List<String> inputs = new ArrayList<>();
        inputs.add(converted(a ? transposed(call.a()) : call.a(), call.c().dtype()));
        inputs.add(converted(b ? transposed(call.b()) : call.b(), call.c().dtype()));
        if (bias != null) {
            inputs.add(memory.read(bias));
        }
        return sketch.node(
                "Gemm",
                Map.of(
                        "transA",
                        new Attribute.Int(a ? 1 : 0),
                        "transB",
                        new Attribute.Int(b ? 1 : 0)),
                inputs.toArray(String[]::new));
    }

    private static boolean isTransposed(View matrix) {
        return !matrix.isContiguous() && matrix.stride(0) == 1;
    }

    private static View transposed(View matrix) {
        return new View(
                matrix.buffer(),
                Shape.of(matrix.dim(1), matrix.dim(0)),
                new long[] {matrix.stride(1), matrix.stride(0)},
                matrix.offset());
    }

    private String batched(KernelCall.Gemm call, @Nullable View bias) {
        DType type = call.c().dtype();
        String y = sketch.node("MatMul", converted(call.a(), type), converted(call.b(), type));
        y = call.alpha() == 1 ? y : functions.times(type, y, call.alpha());
        if (call.beta() != 0) {
            String c = memory.read(call.c());
            y = sketch.node("Add", y, call.beta() == 1 ? c : functions.times(type, c, call.beta()));
        }
        return bias == null ? y : sketch.node("Add", y, memory.read(bias));
    }

    /** x examples×1×channels×1, normalised along the channels. */
    private void normalized(KernelCall.Normalize call) {
        View x = call.x();
        Shape shape = Shape.of(x.dim(0), x.dim(2));
        List<String> inputs = new ArrayList<>();
        inputs.add(memory.read(View.contiguous(x.buffer(), shape, x.offset())));
        inputs.add(memory.read(channels(call.weight())));
        if (call.bias() != null) {
            inputs.add(memory.read(channels(call.bias())));
        }
        String y =
                sketch.node(
                        "LayerNormalization",
                        Map.of("epsilon", FunctionNodes.real(call.eps())),
                        inputs.toArray(String[]::new));
        memory.give(View.contiguous(call.y().buffer(), shape, call.y().offset()), y);
        Memory.forget(call.variance());
        if (call.mean() != null) {
            Memory.forget(call.mean());
        }
    }

    private static View channels(@Nullable View scale) {
        if (scale == null) {
            throw new IllegalArgumentException("a scale is missing");
        }
        return View.contiguous(scale.buffer(), Shape.of(scale.size()), scale.offset());
    }
}
