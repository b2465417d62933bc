package dev.weft.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.weft.HostArray;
import dev.weft.io.Safetensors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;

/** BERT's kin are the same model where their tensors are, by other names. */
class FamiliesTest {
    private static final String TEXT = "the whale, the sea";

    @TempDir private Path folder;

    private final TinyModel tiny = new TinyModel();

    private float[] vector() throws IOException {
        tiny.writeTo(folder);
        return vectorOfFolder();
    }

    private float[] vectorOfFolder() throws IOException {
        try (SentenceEncoder encoder =
                SentenceEncoder.open(folder, EncoderOptions.defaults().device("cpu"))) {
            return encoder.embed(TEXT);
        }
    }

    /** What RoBERTa and MPNet have before the first position: the padding's, and one more. */
    private void shiftPositions(int rows) {
        String name = "embeddings.position_embeddings.weight";
        float[] before = Objects.requireNonNull(tiny.tensors.get(name)).floats();
        float[] after = new float[before.length + rows * TinyModel.WIDTH];
        System.arraycopy(before, 0, after, rows * TinyModel.WIDTH, before.length);
        int positions = TinyModel.POSITIONS + rows;
        tiny.tensors.put(name, HostArray.of(after, positions, TinyModel.WIDTH));
        tiny.config.put("max_position_embeddings", positions);
    }

    /** Adds the first segment to each position, as for those who have no segments. */
    private void withoutSegments() {
        float[] segments =
                Objects.requireNonNull(
                                tiny.tensors.remove("embeddings.token_type_embeddings.weight"))
                        .floats();
        String name = "embeddings.position_embeddings.weight";
        float[] positions = Objects.requireNonNull(tiny.tensors.get(name)).floats();
        for (int i = 0; i < positions.length; i++) {
            positions[i] += segments[i % TinyModel.WIDTH];
        }
        tiny.tensors.put(name, HostArray.of(positions, TinyModel.POSITIONS, TinyModel.WIDTH));
    }

    @Test
    void tensorsMayBeInSeveralFiles() throws IOException {
        float[] expected = vector();
        StringJoiner places = new StringJoiner(", ");
        for (boolean layers : new boolean[] {false, true}) {
            Map<String, HostArray> part = new LinkedHashMap<>(tiny.tensors);
            part.keySet().removeIf(name -> name.startsWith("encoder.") != layers);
            String file = "model-%s.safetensors".formatted(layers ? "2" : "1");
            new Safetensors(Map.of(), part).write(folder.resolve(file));
            part.keySet().forEach(name -> places.add("\"%s\": \"%s\"".formatted(name, file)));
        }
        Files.delete(folder.resolve("model.safetensors"));
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {%s}}".formatted(places));
        assertArrayEquals(expected, vectorOfFolder());
    }

    @Test
    void namesMayHaveTheModelsBeforeThemOrTensorFlowsInThem() throws IOException {
        float[] expected = vector();
        tiny.rename("LayerNorm.weight", "LayerNorm.gamma");
        tiny.rename("LayerNorm.bias", "LayerNorm.beta");
        for (String name : List.copyOf(tiny.tensors.keySet())) {
            tiny.tensors.put("bert." + name, Objects.requireNonNull(tiny.tensors.remove(name)));
        }
        assertArrayEquals(expected, vector());
    }

    @Test
    void robertaCountsPositionsFromBehindThePadding() throws IOException {
        float[] expected = vector();
        tiny.config.put("model_type", "xlm-roberta");
        tiny.config.put("pad_token_id", 1);
        shiftPositions(2);
        assertArrayEquals(expected, vector());
    }

    @Test
    void distilBertHasOtherNamesAndNoSegments() throws IOException {
        float[] expected = vector();
        withoutSegments();
        tiny.rename("encoder.layer", "transformer.layer");
        for (String part : new String[] {"query", "key", "value"}) {
            tiny.rename("attention.self." + part, "attention." + part.charAt(0) + "_lin");
        }
        tiny.rename("attention.output.dense", "attention.out_lin");
        tiny.rename("attention.output.LayerNorm", "sa_layer_norm");
        tiny.rename("intermediate.dense", "ffn.lin1");
        tiny.rename("output.dense", "ffn.lin2");
        tiny.rename("output.LayerNorm", "output_layer_norm");
        tiny.config.put("model_type", "distilbert");
        String[][] names = {
            {"hidden_size", "dim"},
            {"num_attention_heads", "n_heads"},
            {"num_hidden_layers", "n_layers"},
            {"intermediate_size", "hidden_dim"}
        };
        for (String[] name : names) {
            tiny.config.put(name[1], Objects.requireNonNull(tiny.config.remove(name[0])));
        }
        assertArrayEquals(expected, vector());
    }

    /** A bias that is the same for all distances changes no weight. */
    @Test
    void mpnetAddsToScoresByDistance() throws IOException {
        float[] expected = vector();
        withoutSegments();
        shiftPositions(2);
        for (String part : new String[] {"query", "key", "value"}) {
            tiny.rename("attention.self." + part, "attention.attn." + part.charAt(0));
        }
        tiny.rename("attention.output.dense", "attention.attn.o");
        tiny.rename("attention.output.LayerNorm", "attention.LayerNorm");
        tiny.config.put("model_type", "mpnet");
        String bias = "encoder.relative_attention_bias.weight";
        float[] same = new float[64];
        for (int i = 0; i < same.length; i++) {
            same[i] = i % 2 == 0 ? 0.5f : -2;
        }
        tiny.tensors.put(bias, HostArray.of(same, 32, 2));
        assertArrayEquals(expected, vector(), 1e-5f);
        tiny.add(bias, 32, 2);
        assertFalse(Arrays.equals(expected, vector()));
    }

    /** 32 rows, by the formula: 8 single distances and 8 ranges on either side. */
    @Test
    void distancesHaveRows() {
        int[] distances = {0, -1, 1, -7, -8, -11, -12, -127, -1000, 7, 8, 1000};
        int[] rows = {0, 1, 17, 7, 8, 8, 9, 15, 15, 23, 24, 31};
        for (int i = 0; i < rows.length; i++) {
            assertEquals(rows[i], TransformerModel.bucket(distances[i], 32));
        }
    }
}
