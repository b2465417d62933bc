package dev.weft.onnx;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs a model of one node. */
final class SingleNode {
    private final Device device;
    private final String domain;
    private final long opset;

    /**
     * A node of a domain.
     *
     * @param opset the version of ONNX's operators
     */
    SingleNode(Device device, String domain, long opset) {
        this.device = device;
        this.domain = domain;
        this.opset = opset;
    }

    /** The first output; a null among the inputs is left out. */
    Tensor run(String operator, Proto[] attributes, @Nullable Tensor... inputs) {
        return run(1, operator, attributes, inputs).getFirst();
    }

    /** So many outputs. */
    List<Tensor> run(int outputs, String operator, Proto[] attributes, @Nullable Tensor... inputs) {
        TestGraph graph = new TestGraph();
        Map<String, Tensor> given = new HashMap<>();
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < inputs.length; i++) {
            Tensor input = inputs[i];
            String name = input == null ? "" : String.valueOf((char) ('a' + i));
            taken.add(name);
            if (input != null) {
                graph.input(name, type(input.dtype()));
                given.put(name, input);
            }
        }
        List<String> results = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            results.add("result" + i);
            graph.output("result" + i, 0);
        }
        String values = String.join(",", taken) + " -> " + String.join(",", results);
        graph.node(domain, operator, values, attributes);
        Proto model = graph.model(opset);
        if (!domain.isEmpty()) {
            model.message(8, new Proto().text(1, domain).number(2, 1));
        }
        OnnxModel read = OnnxModel.of("test.onnx", model.toByteArray());
        try (OnnxSession session = read.on(device)) {
            return List.copyOf(session.run(given).values());
        }
    }

    private static int type(DType dtype) {
        return switch (dtype) {
            case F32 -> TestGraph.F32;
            case I64 -> TestGraph.I64;
            case U8 -> TestGraph.U8;
            case I8 -> 3;
            case I32 -> 6;
            case BOOL -> TestGraph.BOOL;
            default -> throw new IllegalArgumentException("" + dtype);
        };
    }
}
