package dev.weft.conformance;

import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.OnnxTensor;
import dev.weft.onnx.graph.ValueInfo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A model, its inputs and the outputs that it must give, as ONNX's own tests have them.
 *
 * @param operator the operators of its nodes
 * @param inputs by name
 * @param expected the outputs, in the model's order
 */
record OnnxCase(
        OnnxModel model,
        String operator,
        Map<String, OnnxTensor> inputs,
        List<OnnxTensor> expected) {
    /** The file that a case's folder has. */
    static final String MODEL = "model.onnx";

    /**
     * The case in a folder, with the inputs and outputs of one of its folders of data.
     *
     * @throws IOException or a runtime exception where the files are none
     */
    static OnnxCase read(Path folder, Path data) throws IOException {
        OnnxModel model = OnnxModel.read(folder.resolve(MODEL));
        String operator =
                model.graph()
                        .allNodes()
                        .map(Node::qualified)
                        .distinct()
                        .collect(Collectors.joining("+"));
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        List<ValueInfo> infos = model.graph().inputs();
        for (int i = 0; i < infos.size(); i++) {
            Path file = data.resolve("input_" + i + ".pb");
            // Older models list their initializers among the inputs too.
            if (Files.exists(file) || model.inputs().contains(infos.get(i))) {
                inputs.put(infos.get(i).name(), read(file, infos.get(i), operator));
            }
        }
        List<OnnxTensor> expected = new ArrayList<>();
        for (int i = 0; i < model.outputs().size(); i++) {
            Path file = data.resolve("output_" + i + ".pb");
            expected.add(read(file, model.outputs().get(i), operator));
        }
        return new OnnxCase(model, operator, inputs, expected);
    }

    private static OnnxTensor read(Path file, ValueInfo info, String operator) throws IOException {
        if (!info.kind().equals("tensor")) {
            throw new UnsupportedCase(operator, "'%s' is a %s".formatted(info.name(), info.kind()));
        }
        OnnxTensor tensor = OnnxTensor.read(file);
        if (tensor.array() == null) {
            throw new UnsupportedCase(operator, "type " + tensor.typeName());
        }
        return tensor;
    }
}
