package dev.weft.embeddings;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.io.FormatException;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.OnnxSession;
import dev.weft.onnx.graph.Dimension;
import dev.weft.onnx.graph.OnnxTensor;
import dev.weft.onnx.graph.ValueInfo;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A model of ONNX, by the names that exporters give to its inputs and outputs. */
final class OnnxTokenModel implements TokenModel {
    /** Outputs, the best first: those of texts, then those of tokens. */
    private static final List<String> USUAL =
            List.of("sentence_embedding", "last_hidden_state", "token_embeddings");

    /** Takes its scale from all elements. */
    private static final String QUANTIZER = "DynamicQuantizeLinear";

    private final Device device;
    private final OnnxSession session;
    private final List<ValueInfo> inputs;
    private final ValueInfo output;
    private final int positions;
    private final boolean mixesTexts;

    private OnnxTokenModel(Device device, OnnxModel model, ValueInfo output) {
        this.device = device;
        this.session = model.on(device);
        this.inputs = model.inputs();
        this.output = output;
        this.positions = positions(model);
        this.mixesTexts =
                model.graph().allNodes().anyMatch(node -> QUANTIZER.equals(node.operator()));
    }

    /** The model on a device. */
    static OnnxTokenModel on(Device device, OnnxModel model) throws IOException {
        for (ValueInfo input : model.inputs()) {
            if (!isKnown(input)) {
                throw new FormatException(
                        "%s: takes an input '%s', %s: input_ids, attention_mask, token_type_ids and position_ids of int64 or int32 are given"
                                .formatted(model, input.name(), input.describe()));
            }
        }
        return new OnnxTokenModel(device, model, output(model));
    }

    private static boolean isKnown(ValueInfo input) {
        return switch (input.name()) {
            case "input_ids", "attention_mask", "token_type_ids", "position_ids" ->
                    input.dtype() == DType.I64 || input.dtype() == DType.I32;
            default -> false;
        };
    }

    private static ValueInfo output(OnnxModel model) throws FormatException {
        List<ValueInfo> outputs = model.outputs();
        for (String usual : USUAL) {
            for (ValueInfo output : outputs) {
                if (output.name().equals(usual)) {
                    return output;
                }
            }
        }
        for (ValueInfo output : outputs) {
            List<Dimension> dims = output.dims();
            if (dims != null && dims.size() == 3) {
                return output;
            }
        }
        throw new FormatException(
                "%s: gives %s: none is sentence_embedding, or batch×tokens×width"
                        .formatted(model, outputs.stream().map(ValueInfo::name).toList()));
    }

    private static int positions(OnnxModel model) {
        for (Map.Entry<String, OnnxTensor> entry : model.initializers().entrySet()) {
            Shape shape = entry.getValue().shape();
            if (entry.getKey().endsWith("position_embeddings.weight") && shape.rank() == 2) {
                return Math.toIntExact(shape.dim(0));
            }
        }
        return 0;
    }

    @Override
    public Tensor forward(Batch batch) {
        Map<String, Tensor> given = new HashMap<>();
        for (ValueInfo input : inputs) {
            given.put(input.name(), tensor(batch, input));
        }
        return Objects.requireNonNull(session.run(given).get(output.name()));
    }

    private Tensor tensor(Batch batch, ValueInfo input) {
        long[] values = new long[batch.ids().length];
        for (int row = 0; row < batch.rows(); row++) {
            for (int i = 0; i < batch.length(); i++) {
                int at = row * batch.length() + i;
                values[at] =
                        switch (input.name()) {
                            case "input_ids" -> batch.ids()[at];
                            case "attention_mask" -> i < batch.lengths()[row] ? 1 : 0;
                            case "position_ids" -> i;
                            default -> 0;
                        };
            }
        }
        return device.upload(
                        DType.I64,
                        MemorySegment.ofArray(values),
                        Shape.of(batch.rows(), batch.length()))
                .to(Objects.requireNonNull(input.dtype()));
    }

    @Override
    public boolean mixesTexts() {
        return mixesTexts;
    }

    @Override
    public int width() {
        List<Dimension> dims = output.dims();
        return dims == null || dims.isEmpty()
                ? 0
                : Math.toIntExact(Math.max(0, dims.getLast().size()));
    }

    @Override
    public int positions() {
        return positions;
    }

    @Override
    public void close() {
        session.close();
    }
}
