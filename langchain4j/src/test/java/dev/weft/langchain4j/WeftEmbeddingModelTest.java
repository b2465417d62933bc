package dev.weft.langchain4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import dev.langchain4j.model.output.Response;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Beside LangChain4j's own models in ONNX Runtime, with the files of its artifact. */
class WeftEmbeddingModelTest {
    private static final String MODEL = "/all-minilm-l6-v2.onnx";
    private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";

    /** From few tokens to more than there are positions; words of one token and of several. */
    private static final List<String> TEXTS =
            List.of(
                    "A man is eating food.",
                    "Queequeg harpooned unfathomably, didn't he?",
                    "whale ".repeat(126),
                    "whale ".repeat(300) + "sea",
                    "the unfathomable leviathan, ".repeat(150));

    @TempDir private Path folder;

    /** The artifact's jar, as a user has it. */
    private static Path jar() {
        try {
            return Path.of(
                    AllMiniLmL6V2EmbeddingModel.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(
                AllMiniLmL6V2EmbeddingModel.class.getResourceAsStream(name), name);
    }

    @Test
    void theArtifactsJarGivesTheSame() throws IOException {
        try (WeftEmbeddingModel ours = WeftEmbeddingModel.open(jar())) {
            compare(new AllMiniLmL6V2EmbeddingModel(), ours);
            assertEquals(128, ours.estimateTokenCount(TEXTS.get(4)));
        }
    }

    /** The artifact's tokenizer cuts at 128 tokens; without that, both do where positions end. */
    @Test
    void longTextsAreCutAlike() throws IOException {
        try (InputStream model = resource(MODEL);
                InputStream tokenizer = resource(TOKENIZER)) {
            Files.copy(model, folder.resolve("model.onnx"));
            String json = new String(tokenizer.readAllBytes(), StandardCharsets.UTF_8);
            Files.writeString(
                    folder.resolve("tokenizer.json"),
                    json.replaceFirst("\"truncation\":\\s*\\{[^}]*}", "\"truncation\": null")
                            .replaceFirst("\"padding\":\\s*\\{[^}]*}[^}]*}", "\"padding\": null"));
        }
        try (WeftEmbeddingModel ours = WeftEmbeddingModel.open(folder)) {
            compare(
                    new OnnxEmbeddingModel(
                            folder.resolve("model.onnx"),
                            folder.resolve("tokenizer.json"),
                            PoolingMode.MEAN),
                    ours);
        }
    }

    private static void compare(AbstractInProcessEmbeddingModel theirs, WeftEmbeddingModel ours) {
        List<TextSegment> segments = TEXTS.stream().map(TextSegment::from).toList();
        Response<List<Embedding>> expected = theirs.embedAll(segments);
        Response<List<Embedding>> found = ours.embedAll(segments);
        assertEquals(expected.tokenUsage(), found.tokenUsage());
        assertEquals(expected.finishReason(), found.finishReason());
        for (int i = 0; i < TEXTS.size(); i++) {
            float[] vector = found.content().get(i).vector();
            assertArrayEquals(expected.content().get(i).vector(), vector, 1e-5f, "text " + i);
            assertArrayEquals(vector, ours.embed(TEXTS.get(i)).content().vector(), 1e-6f);
            assertEquals(
                    theirs.estimateTokenCount(TEXTS.get(i)), ours.estimateTokenCount(TEXTS.get(i)));
        }
        assertEquals(theirs.dimension(), ours.dimension());
        Stream.of(theirs, ours)
                .forEach(
                        model -> {
                            Exception e =
                                    assertThrows(
                                            IllegalArgumentException.class,
                                            () -> model.embedAll(List.of()));
                            assertEquals("segments cannot be null or empty", e.getMessage());
                            assertThrows(IllegalArgumentException.class, () -> model.embed(" "));
                        });
    }
}
