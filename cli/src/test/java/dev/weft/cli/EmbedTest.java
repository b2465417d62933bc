package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.weft.HostArray;
import dev.weft.io.Safetensors;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** {@code weft embed} with a model of one layer and two numbers. */
class EmbedTest {
    private static final String CONFIG =
            """
            {"model_type": "distilbert", "dim": 2, "n_heads": 1, "n_layers": 1, "hidden_dim": 2,
             "max_position_embeddings": 8, "vocab_size": 4}
            """;
    private static final String TOKENIZER =
            """
            {"pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "unk_token": "?",
               "vocab": {"?": 0, "whale": 1, "sea": 2, "ship": 3}}}
            """;

    @TempDir private Path folder;

    private String model = "";

    @BeforeEach
    void write() throws IOException {
        Path at = Files.createDirectory(folder.resolve("model"));
        model = at.toString();
        Files.writeString(at.resolve("config.json"), CONFIG);
        Files.writeString(at.resolve("tokenizer.json"), TOKENIZER);
        Map<String, HostArray> tensors = new LinkedHashMap<>();
        add(tensors, "embeddings.word_embeddings.weight", 4, 2);
        add(tensors, "embeddings.position_embeddings.weight", 8, 2);
        Stream.of("q_lin", "k_lin", "v_lin", "out_lin")
                .forEach(name -> linear(tensors, "attention." + name, 2, 2));
        linear(tensors, "ffn.lin1", 2, 2);
        linear(tensors, "ffn.lin2", 2, 2);
        linear(tensors, "sa_layer_norm", 2);
        linear(tensors, "output_layer_norm", 2);
        add(tensors, "embeddings.LayerNorm.weight", 2);
        add(tensors, "embeddings.LayerNorm.bias", 2);
        new Safetensors(Map.of(), tensors).write(at.resolve("model.safetensors"));
    }

    private static void linear(Map<String, HostArray> tensors, String name, long... dims) {
        add(tensors, "transformer.layer.0." + name + ".weight", dims);
        add(tensors, "transformer.layer.0." + name + ".bias", dims[0]);
    }

    private static void add(Map<String, HostArray> tensors, String name, long... dims) {
        float[] values = new float[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.1f * (i + 1) * (i % 3 == 0 ? -1 : 1);
        }
        tensors.put(name, HostArray.of(values, dims));
    }

    private Ran embed(String... more) {
        String[] args = {"embed", "--backend", "reference", "--model", model};
        String[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return Ran.program(all);
    }

    @Test
    void vectorsAreShownWithTheirCosines() {
        String out = embed("whale sea", "whale", "whale sea").assertDone().out();
        assertTrue(out.startsWith("device: reference"), out);
        assertTrue(out.contains("1: whale sea"), out);
        assertTrue(out.contains("(2 numbers)"), out);
        String first = out.substring(out.indexOf("cosines:")).lines().toList().get(1);
        assertTrue(first.matches(" +1\\.0000 +-?\\d\\.\\d{4} +1\\.0000"), out);
    }

    @Test
    void aFilesLinesBecomeAListOfLists() throws IOException {
        Path texts = Files.writeString(folder.resolve("texts.txt"), "whale\n\nsea ship\r\n");
        Path json = folder.resolve("vectors.json");
        String out =
                embed("--file", texts.toString(), "--json", json.toString(), "ship")
                        .assertDone()
                        .out();
        assertTrue(out.contains("wrote 4 vectors to " + json), out);
        int vectors = 0;
        int numbers = 0;
        try (JsonParser parser = RunReport.JSON.createParser(json.toFile())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                vectors += token == JsonToken.START_ARRAY ? 1 : 0;
                numbers += token.isNumeric() ? 1 : 0;
            }
        }
        assertEquals(1 + 4, vectors);
        assertEquals(4 * 2, numbers);
    }

    @Test
    void manyTextsAreNotAllShown() {
        String[] texts = "whale sea ship whale sea ship whale sea ship whale".split(" ", -1);
        String out = embed(texts).assertDone().out();
        assertTrue(out.contains("and 2 more: --json writes all"), out);
    }

    @Test
    void whatCannotBeEmbeddedIsRefusedAndWritesNothing() throws IOException {
        embed().assertRefused("give texts, or a file of them as --file");
        Path texts = Files.write(folder.resolve("texts.txt"), new byte[] {'a', (byte) 0xff});
        Path json = folder.resolve("vectors.json");
        String[] both = {"--file", texts.toString(), "--json", json.toString()};
        embed(both).assertRefused("is no text in UTF-8: byte 2");
        Files.write(texts, new byte[0]);
        embed(both).assertRefused("is empty");
        embed("--file", folder.resolve("none").toString()).assertRefused("there is no such file");
        Files.writeString(texts, "whale");
        embed("--file", texts.toString(), "--json", texts.toString()).assertRefused("is the texts");
        Files.delete(Path.of(model, "config.json"));
        embed(both).assertRefused("names no model_type");
        model = folder.resolve("none").toString();
        embed(both).assertRefused("there is no such file or folder");
        assertFalse(Files.exists(json));
    }
}
