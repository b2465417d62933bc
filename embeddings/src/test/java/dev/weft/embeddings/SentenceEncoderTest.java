package dev.weft.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** What an encoder does with texts, by a tiny model. */
class SentenceEncoderTest {
    private static final EncoderOptions CPU = EncoderOptions.defaults().device("cpu");

    @TempDir private Path folder;

    private SentenceEncoder open(EncoderOptions options) throws IOException {
        return SentenceEncoder.open(new TinyModel().writeTo(folder), options);
    }

    /** Of the tokens of "whale sea" with [CLS] and [SEP]: the model's own vectors. */
    private float[][] tokens() throws IOException {
        float[][] tokens = new float[4][];
        EncoderOptions raw = CPU.normalized(false);
        // The mean of the first n, weighted by place or not, tells the tokens apart.
        float[] mean = vector(raw.pooling(Pooling.MEAN));
        float[] weighted = vector(raw.pooling(Pooling.WEIGHTED_MEAN));
        tokens[0] = vector(raw.pooling(Pooling.CLS));
        tokens[3] = vector(raw.pooling(Pooling.LAST));
        tokens[1] = new float[mean.length];
        tokens[2] = new float[mean.length];
        for (int i = 0; i < mean.length; i++) {
            double both = 4.0 * mean[i] - tokens[0][i] - tokens[3][i];
            double byPlace = 10.0 * weighted[i] - tokens[0][i] - 4.0 * tokens[3][i];
            tokens[2][i] = (float) (byPlace - 2 * both);
            tokens[1][i] = (float) (both - tokens[2][i]);
        }
        return tokens;
    }

    private float[] vector(EncoderOptions options) throws IOException {
        try (SentenceEncoder encoder = open(options)) {
            return encoder.embed("whale sea");
        }
    }

    @Test
    void poolingsAreOfTheSameTokens() throws IOException {
        float[][] tokens = tokens();
        float[] largest = vector(CPU.normalized(false).pooling(Pooling.MAX));
        float[] byRoot = vector(CPU.normalized(false).pooling(Pooling.MEAN_SQRT_LENGTH));
        float[] mean = vector(CPU.normalized(false).pooling(Pooling.MEAN));
        for (int i = 0; i < TinyModel.WIDTH; i++) {
            int at = i;
            double most = IntStream.range(0, 4).mapToDouble(t -> tokens[t][at]).max().orElseThrow();
            assertEquals(most, largest[i], 1e-4);
            assertEquals(2.0 * mean[i], byRoot[i], 1e-5);
        }
    }

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void whatFillsUpIsNotPooled(Pooling pooling) throws IOException {
        try (SentenceEncoder encoder = open(CPU.pooling(pooling))) {
            // 3 to 12 tokens are filled up to 8 or 16.
            for (int words = 1; words <= 10; words++) {
                String text = "whale ".repeat(words);
                float[] alone = encoder.embed(text);
                float[][] together = encoder.embedAll(List.of("sea", text, "ship " + text, text));
                assertArrayEquals(alone, together[1], 1e-6f);
                assertArrayEquals(together[1], together[3]);
                assertFalse(Arrays.equals(alone, together[2]));
            }
        }
    }

    @Test
    void vectorsHaveTheLengthOneUnlessTheFilesOrOptionsSayOtherwise() throws IOException {
        assertEquals(1, length(CPU), 1e-6);
        assertTrue(Math.abs(1 - length(CPU.normalized(false))) > 0.01);
        Files.writeString(
                folder.resolve("modules.json"),
                """
                [{"path": "", "type": "sentence_transformers.models.Transformer"},
                 {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
                """);
        assertTrue(Math.abs(1 - length(CPU)) > 0.01);
        assertEquals(1, length(CPU.normalized(true)), 1e-6);
    }

    private double length(EncoderOptions options) throws IOException {
        float[] vector = vector(options);
        double sum = 0;
        for (float x : vector) {
            sum += x * x;
        }
        return Math.sqrt(sum);
    }

    @Test
    void theFilesChoosePooling() throws IOException {
        float[] cls = vector(CPU.pooling(Pooling.CLS));
        Files.createDirectories(folder.resolve("1_Pooling"));
        Files.writeString(
                folder.resolve("1_Pooling/config.json"),
                "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
        assertArrayEquals(cls, vector(CPU));
        assertFalse(Arrays.equals(cls, vector(CPU.pooling(Pooling.MEAN))));
    }

    /** 24 positions hold 22 letters beside two special tokens. */
    @Test
    void longTextsAreTruncatedWhereTheModelEnds() throws IOException {
        try (SentenceEncoder encoder = open(CPU)) {
            float[] whole = encoder.embed("a ".repeat(22));
            assertArrayEquals(whole, encoder.embed("a ".repeat(22) + "b"));
            assertFalse(Arrays.equals(whole, encoder.embed("a ".repeat(21) + "b")));
            assertEquals(24, encoder.countTokens("a ".repeat(1000)));
            assertEquals(2, encoder.countTokens(""));
        }
        Files.writeString(folder.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 5}");
        try (SentenceEncoder encoder = open(CPU)) {
            assertArrayEquals(encoder.embed("a a a"), encoder.embed("a a a b"));
            assertFalse(Arrays.equals(encoder.embed("a a a"), encoder.embed("a a")));
        }
        try (SentenceEncoder encoder = open(CPU.maxTokens(4))) {
            assertArrayEquals(encoder.embed("a a"), encoder.embed("a a b"));
        }
    }

    /** The tokens of the whole would not fit the heap of a test. */
    @Test
    void aTextOfHundredMegabytesIsNotGoneThrough() throws IOException {
        String text = "whale, ".repeat(100_000_000 / 7);
        try (SentenceEncoder encoder = open(CPU)) {
            assertArrayEquals(encoder.embed(text.substring(0, 700)), encoder.embed(text));
            assertEquals(TinyModel.WIDTH, encoder.embed("x".repeat(100_000_000)).length);
        }
    }

    /** A part ends after 4096 characters or more, between words. */
    @Test
    void partsOfATextHaveTheTokensOfTheWhole() throws IOException {
        try (SentenceEncoder encoder = open(CPU)) {
            for (int spaces = 4060; spaces < 4130; spaces++) {
                String text = " ".repeat(spaces) + "the whales\n sea " + "ship\t".repeat(2000);
                assertArrayEquals(
                        encoder.embed("the whales sea" + " ship".repeat(20)), encoder.embed(text));
            }
        }
    }

    @Test
    void hardTextsHaveVectors() throws IOException {
        try (SentenceEncoder encoder = open(CPU)) {
            assertEquals(TinyModel.WIDTH, encoder.dimension());
            for (float[] vector : encoder.embedAll(Samples.HARD)) {
                for (float x : vector) {
                    assertTrue(Float.isFinite(x));
                }
            }
            assertEquals(0, encoder.embedAll(List.of()).length);
        }
    }

    @Test
    void anyThreadMayAsk() throws IOException, InterruptedException, ExecutionException {
        List<String> texts = new ArrayList<>();
        for (int i = 1; i < 60; i++) {
            texts.add("whale sea ".repeat(i % 11) + "ship");
        }
        try (SentenceEncoder encoder = open(CPU);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            float[][] expected = encoder.embedAll(texts);
            List<Future<float[]>> found =
                    texts.stream().map(text -> threads.submit(() -> encoder.embed(text))).toList();
            for (int i = 0; i < expected.length; i++) {
                assertArrayEquals(expected[i], found.get(i).get(), 1e-6f);
            }
        }
    }

    @Test
    void anInterruptIsKept() throws IOException {
        try (SentenceEncoder encoder = open(CPU)) {
            Thread.currentThread().interrupt();
            assertEquals(TinyModel.WIDTH, encoder.embed("whale").length);
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void aClosedModelSaysSo() throws IOException {
        SentenceEncoder encoder = open(CPU);
        encoder.close();
        encoder.close();
        Exception e = assertThrows(IllegalStateException.class, () -> encoder.embed("whale"));
        assertEquals(folder + " was closed", e.getMessage());
    }

    @Test
    void aJarIsAsGoodAsAFolder() throws IOException {
        float[] expected = vector(CPU);
        Path jar = folder.resolve("model.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String file : List.of("model.safetensors", "config.json", "tokenizer.json")) {
                zip.putNextEntry(
                        new ZipEntry(file.startsWith("tokenizer") ? "tiny-" + file : file));
                Files.copy(folder.resolve(file), zip);
                zip.closeEntry();
            }
        }
        try (SentenceEncoder encoder = SentenceEncoder.open(jar, CPU)) {
            assertArrayEquals(expected, encoder.embed("whale sea"));
        }
    }
}
