package dev.weft.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.HostArray;
import dev.weft.backend.BackendUnavailableException;
import dev.weft.io.FormatException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/** Models that cannot be used are refused by one error that says where and why. */
class BadModelsTest {
    private static final EncoderOptions CPU = EncoderOptions.defaults().device("cpu");

    @TempDir private Path folder;

    private final TinyModel tiny = new TinyModel();

    private void assertRefused(String message) throws IOException {
        assertRefused(folder, CPU, message);
    }

    private static void assertRefused(Path path, EncoderOptions options, String message) {
        Exception e =
                assertThrows(FormatException.class, () -> SentenceEncoder.open(path, options));
        assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
        assertEquals(1, String.valueOf(e.getMessage()).lines().count());
    }

    private void assertRefusedAsWritten(String message) throws IOException {
        tiny.writeTo(folder);
        assertRefused(message);
    }

    @Test
    void filesAreMissing() throws IOException {
        assertThrows(
                NoSuchFileException.class, () -> SentenceEncoder.open(folder.resolve("none"), CPU));
        assertRefused("has no model.onnx and no model.safetensors");
        Files.createFile(folder.resolve("pytorch_model.bin"));
        assertRefused("has pytorch_model.bin alone");
        tiny.writeTo(folder);
        assertRefused(folder, CPU.file("onnx/model.onnx"), "has no file onnx/model.onnx");
        Path file = folder.resolve("config.json");
        assertRefused(file, CPU, "is neither a folder nor a zip or jar");
        Files.delete(file);
        assertRefused("names no model_type");
        Files.delete(folder.resolve("tokenizer.json"));
        assertRefused("has no tokenizer.json");
        Files.createFile(folder.resolve("a-tokenizer.json"));
        Files.createFile(folder.resolve("b-tokenizer.json"));
        assertRefused("has several tokenizers");
        Files.createDirectory(folder.resolve("onnx"));
        Files.createFile(folder.resolve("onnx/a.onnx"));
        Files.createFile(folder.resolve("onnx/b.onnx"));
        Files.delete(folder.resolve("model.safetensors"));
        assertRefused("has several models");
    }

    @Test
    void configurationsAskForWhatIsNotThere() throws IOException {
        tiny.config.put("model_type", "deberta-v2");
        assertRefusedAsWritten("model_type 'deberta-v2'");
        tiny.config.put("model_type", "bert");
        tiny.config.put("position_embedding_type", "relative_key");
        assertRefusedAsWritten("position_embedding_type 'relative_key'");
        tiny.config.remove("position_embedding_type");
        tiny.config.put("hidden_act", "swish");
        assertRefusedAsWritten("hidden_act 'swish'");
        tiny.config.remove("hidden_act");
        tiny.config.put("num_attention_heads", 3);
        assertRefusedAsWritten("3 heads do not divide a width of 8");
        tiny.config.remove("num_attention_heads");
        assertRefusedAsWritten("has no number num_attention_heads");
    }

    @Test
    void tensorsAreNotWhatTheConfigurationSays() throws IOException {
        HostArray bias =
                Objects.requireNonNull(tiny.tensors.remove("encoder.layer.1.output.dense.bias"));
        assertRefusedAsWritten("has no tensor encoder.layer.1.output.dense.bias");
        tiny.tensors.put("encoder.layer.1.output.dense.bias", bias.slice(0, 7));
        assertRefusedAsWritten("encoder.layer.1.output.dense.bias is F32 [7]");
        tiny.rename("embeddings.word_embeddings", "words");
        assertRefusedAsWritten("has no tensor embeddings.word_embeddings.weight");
        Files.write(folder.resolve("model.safetensors"), new byte[20]);
        assertRefused("is not a safetensors file");
    }

    @Test
    void otherFilesAreDamaged() throws IOException {
        tiny.writeTo(folder);
        Files.writeString(folder.resolve("modules.json"), "{}");
        assertRefused("modules.json: expected a list");
        Files.writeString(
                folder.resolve("modules.json"),
                "[{\"type\": \"sentence_transformers.models.Dense\"}]");
        assertRefused("asks for a module Dense");
        Files.writeString(folder.resolve("modules.json"), "[1]");
        assertRefused("a module has no type");
        Files.delete(folder.resolve("modules.json"));
        Files.createDirectory(folder.resolve("1_Pooling"));
        Files.writeString(
                folder.resolve("1_Pooling/config.json"), "{\"pooling_mode_nonesuch\": true}");
        assertRefused("unknown pooling pooling_mode_nonesuch");
        Files.writeString(
                folder.resolve("1_Pooling/config.json"),
                "{\"pooling_mode_cls_token\": true, \"pooling_mode_max_tokens\": true}");
        assertRefused("has several poolings");
        Files.writeString(folder.resolve("1_Pooling/config.json"), "{");
        assertRefused("1_Pooling/config.json: is not JSON");
        Files.delete(folder.resolve("1_Pooling/config.json"));
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        assertRefused("tokenizer.json");
    }

    @Test
    void optionsAskForWhatIsNotThere() throws IOException {
        tiny.writeTo(folder);
        assertThrows(
                BackendUnavailableException.class,
                () -> SentenceEncoder.open(folder, CPU.device("nonesuch")));
        assertThrows(IllegalArgumentException.class, () -> CPU.maxTokens(0));
        Exception e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SentenceEncoder.open(folder, CPU.maxTokens(2)));
        assertEquals("embeddings: 2 tokens leave no room beside 2 special ones", e.getMessage());
    }
}
