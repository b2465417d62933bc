package dev.weft.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

    /**
     * Most are the same. A sum that is rounded otherwise moves a number to the next of 256 steps
     * here and there, and layers carry that on: ONNX Runtime with its optimisations and without
     * them differ from each other as much. Both are as near to the model in F32.
     */
    @Test
    void quantizedVectorsAreAsNear() throws IOException, OrtException {
        Path quantized = Samples.miniLm(true);
        Path exact = Samples.miniLm(false);
        List<String> texts = texts(1000);
        EncoderOptions options = EncoderOptions.defaults().device("cpu");
        try (OnnxRuntime peer = new OnnxRuntime(quantized);
                EmbeddingModel model = SentenceEncoder.open(exact, options);
                EmbeddingModel ours = SentenceEncoder.open(quantized, options)) {
            float[][] aims = model.embedAll(texts);
            float[][] vectors = ours.embedAll(texts);
            double[] cosines = new double[vectors.length];
            double nearer = 0;
            for (int i = 0; i < vectors.length; i++) {
                float[] expected = peer.embed(texts.get(i));
                cosines[i] = dot(expected, vectors[i]);
                nearer += dot(aims[i], vectors[i]) - dot(aims[i], expected);
            }
            Arrays.sort(cosines);
            assertTrue(cosines[0] >= 0.98, "the worst cosine is " + cosines[0]);
            double median = cosines[cosines.length / 2];
            assertTrue(median >= 0.9999, "the median of cosines is " + median);
            assertEquals(0, nearer / vectors.length, 5e-4);
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
