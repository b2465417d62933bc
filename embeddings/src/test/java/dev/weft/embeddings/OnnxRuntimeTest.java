package dev.weft.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Sentences and hard texts have the vectors that ONNX Runtime gives of the same model. */
class OnnxRuntimeTest {
    private static List<String> texts(int sentences) throws IOException {
        List<String> texts = new ArrayList<>(Samples.HARD);
        texts.addAll(Samples.sentences(sentences));
        return texts;
    }

    @Test
    void vectorsAreEqual() throws IOException, OrtException {
        Path jar = Samples.miniLm(false);
        List<String> texts = texts(1000);
        try (OnnxRuntime peer = new OnnxRuntime(jar);
                EmbeddingModel ours =
                        SentenceEncoder.open(jar, EncoderOptions.defaults().device("cpu"))) {
            float[][] vectors = ours.embedAll(texts);
            assertEquals(texts.size(), vectors.length);
            for (int i = 0; i < vectors.length; i++) {
                assertNear(peer.embed(texts.get(i)), vectors[i], "text " + i);
            }
        }
    }

    private static void assertNear(float[] expected, float[] found, String text) {
        assertEquals(384, found.length);
        for (int i = 0; i < found.length; i++) {
            assertEquals(expected[i], found[i], 1e-5, text);
        }
    }

    /** Eight bits leave no more: sums in another order round otherwise, here and there. */
    @Test
    void quantizedVectorsPointTheSameWay() throws IOException, OrtException {
        Path jar = Samples.miniLm(true);
        List<String> texts = texts(1000);
        try (OnnxRuntime peer = new OnnxRuntime(jar);
                EmbeddingModel ours =
                        SentenceEncoder.open(jar, EncoderOptions.defaults().device("cpu"))) {
            float[][] vectors = ours.embedAll(texts);
            double worst = 1;
            for (int i = 0; i < vectors.length; i++) {
                double cosine = dot(peer.embed(texts.get(i)), vectors[i]);
                worst = Math.min(worst, cosine);
            }
            assertTrue(worst >= 0.9999, "cosine " + worst);
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
