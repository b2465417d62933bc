package dev.weft.embeddings;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

import dev.weft.tokenizers.Tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** A jar's model by ONNX Runtime: one text at a time, mean and length in double. */
final class OnnxRuntime implements AutoCloseable {
    private static final OrtEnvironment ORT = OrtEnvironment.getEnvironment();

    private final OrtSession session;
    private final Tokenizer tokenizer;

    OnnxRuntime(Path jar) throws IOException, OrtException {
        try (ModelFiles files = ModelFiles.at(jar);
                InputStream in = Files.newInputStream(files.tokenizer())) {
            session = ORT.createSession(Files.readAllBytes(files.model(null)));
            tokenizer = Tokenizer.open(in, "tokenizer").withPadding(null);
        }
    }

    float[] embed(String text) throws OrtException {
        int[] ids = tokenizer.encode(text).ids();
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        long[][] values = {Arrays.stream(ids).asLongStream().toArray(), ones, new long[ids.length]};
        long[] shape = {1, ids.length};
        try (OnnxTensor tokens = OnnxTensor.createTensor(ORT, LongBuffer.wrap(values[0]), shape);
                OnnxTensor mask = OnnxTensor.createTensor(ORT, LongBuffer.wrap(values[1]), shape);
                OnnxTensor types = OnnxTensor.createTensor(ORT, LongBuffer.wrap(values[2]), shape);
                OrtSession.Result result =
                        session.run(
                                Map.of(
                                        "input_ids", tokens,
                                        "attention_mask", mask,
                                        "token_type_ids", types))) {
            float[][][] hidden = (float[][][]) result.get(0).getValue();
            return normalizedMean(hidden[0]);
        }
    }

    private static float[] normalizedMean(float[][] vectors) {
        double[] sum = new double[vectors[0].length];
        for (float[] vector : vectors) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += vector[i];
            }
        }
        double length = Math.sqrt(Arrays.stream(sum).map(x -> x * x).sum());
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum[i] / length);
        }
        return mean;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
