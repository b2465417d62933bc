package dev.weft.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.HostArray;
import dev.weft.io.Safetensors;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.graph.Node;
import dev.weft.onnx.graph.OnnxTensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** all-MiniLM-L6-v2 as a checkpoint and as a graph: two roads, the same vectors. */
class CheckpointTest {
    private static final String CONFIG =
            """
            {"model_type": "bert", "hidden_size": 384, "num_attention_heads": 12,
             "num_hidden_layers": 6, "intermediate_size": 1536, "max_position_embeddings": 512,
             "vocab_size": 30522, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
             "hidden_act": "gelu", "pad_token_id": 0}
            """;

    @TempDir private Path folder;

    private void write(Path jar) throws IOException {
        try (ModelFiles files = ModelFiles.at(jar)) {
            OnnxModel model = OnnxModel.read(files.model(null));
            new Safetensors(Map.of(), tensors(model)).write(folder.resolve("model.safetensors"));
            Files.copy(files.tokenizer(), folder.resolve("tokenizer.json"));
        }
        Files.writeString(folder.resolve("config.json"), CONFIG);
    }

    /** Exporters keep the names of biases alone: products are those that a bias is added to. */
    private static Map<String, HostArray> tensors(OnnxModel model) {
        Map<String, HostArray> tensors = new LinkedHashMap<>();
        Map<String, HostArray> products = new HashMap<>();
        model.initializers()
                .forEach(
                        (name, tensor) -> {
                            if (!name.startsWith("onnx::")) {
                                tensors.put(name, tensor.elements());
                            }
                        });
        for (Node node : model.graph().nodes()) {
            for (String input : node.inputs()) {
                OnnxTensor weight = model.initializers().get(input);
                if (node.operator().equals("MatMul") && weight != null) {
                    products.put(node.outputs().getFirst(), transposed(weight.elements()));
                }
                if (node.operator().equals("Add") && input.endsWith(".bias")) {
                    for (String other : node.inputs()) {
                        HostArray product = products.get(other);
                        if (product != null) {
                            tensors.put(input.replaceFirst("bias$", "weight"), product);
                        }
                    }
                }
            }
        }
        return tensors;
    }

    private static HostArray transposed(HostArray x) {
        int rows = x.rows();
        int columns = Math.toIntExact(x.shape().dim(1));
        float[] from = x.floats();
        float[] to = new float[from.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                to[j * rows + i] = from[i * columns + j];
            }
        }
        return HostArray.of(to, columns, rows);
    }

    @Test
    void bothRoadsGiveTheSameVectors() throws IOException {
        Path jar = Samples.miniLm(false);
        write(jar);
        List<String> texts = new ArrayList<>(Samples.HARD);
        texts.addAll(Samples.sentences(200));
        EncoderOptions options = EncoderOptions.defaults().device("cpu");
        try (SentenceEncoder graph = SentenceEncoder.open(jar, options);
                SentenceEncoder checkpoint = SentenceEncoder.open(folder, options)) {
            assertEquals(384, graph.dimension());
            assertEquals(384, checkpoint.dimension());
            float[][] expected = graph.embedAll(texts);
            float[][] found = checkpoint.embedAll(texts);
            for (int i = 0; i < expected.length; i++) {
                assertArrayEquals(expected[i], found[i], 1e-5f, "text " + i);
            }
        }
    }

    /** Bit for bit: a text's length when it runs depends on it alone, and so do its products. */
    @Test
    void whatRunsBesideATextDoesNotMatter() throws IOException {
        Path jar = Samples.miniLm(false);
        List<String> texts = Samples.sentences(500);
        try (SentenceEncoder model =
                SentenceEncoder.open(jar, EncoderOptions.defaults().device("cpu"))) {
            float[][] together = model.embedAll(texts);
            for (int i = 0; i < together.length; i += 7) {
                assertArrayEquals(together[i], model.embed(texts.get(i)), "text " + i);
            }
        }
    }
}
