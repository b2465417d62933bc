package dev.weft.embeddings;

import dev.weft.Device;
import dev.weft.io.FormatException;
import dev.weft.io.Safetensors;
import dev.weft.onnx.OnnxModel;
import dev.weft.tokenizers.Padding;
import dev.weft.tokenizers.Tokenizer;
import dev.weft.tokenizers.TokenizerException;
import dev.weft.tokenizers.Truncation;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A pretrained encoder of sentences, such as all-MiniLM-L6-v2, from its files.
 *
 * <pre>{@code
 * try (EmbeddingModel model = SentenceEncoder.open(Path.of("all-MiniLM-L6-v2"))) {
 *     float[] v = model.embed("A man is eating food.");
 * }
 * }</pre>
 *
 * <p>A text's tokens, by {@code tokenizer.json}, go through the model; the mean of their vectors,
 * special tokens among them and padding not, is divided by its Euclidean length. Reimers and
 * Gurevych 2019, "Sentence-BERT". What the files of sentence-transformers beside the model say of
 * pooling, normalisation and lengths is done; {@link EncoderOptions} says otherwise. A text of more
 * tokens than count is truncated. An empty text is that of the special tokens alone, or of padding
 * where there are none; a surrogate without its other half is taken for U+FFFD.
 *
 * <p>A text's vector does not depend on those that it is embedded with, but for the last bits where
 * the device's products depend on the number of rows. One thread works for all that call, on a
 * device of its own.
 */
public final class SentenceEncoder implements EmbeddingModel {
    /** What BERT has, for a model that does not say how many positions it has. */
    private static final int USUAL_POSITIONS = 512;

    /** So short a vector is not divided by its length. PyTorch's normalize has this value. */
    private static final double SHORTEST = 1e-12;

    private final ModelThread thread;
    private final TextTokens tokens;
    private final Shapes shapes;
    private final int padding;
    private final boolean normalized;

    private SentenceEncoder(
            ModelThread thread, Tokenizer tokenizer, ModelConfig config, EncoderOptions options)
            throws IOException {
        this.thread = thread;
        int positions = positions(thread.ask(model -> model.tokens().positions()), config);
        this.shapes = new Shapes(positions, thread.ask(model -> model.tokens().mixesTexts()));
        this.tokens = tokens(tokenizer, positions, config, options);
        this.padding = padding(tokenizer, config);
        Boolean asked = options.normalized();
        this.normalized = asked == null ? config.isNormalized() : asked;
    }

    /**
     * The model of a folder or jar, on the best device.
     *
     * @param path a folder, zip or jar with {@code tokenizer.json} and {@code model.onnx}, or
     *     {@code model.safetensors} and {@code config.json}
     * @throws FormatException where something is missing, or is not what it should be
     * @throws IOException where a file cannot be read
     */
    public static SentenceEncoder open(Path path) throws IOException {
        return open(path, EncoderOptions.defaults());
    }

    /**
     * The same, as options say.
     *
     * @throws FormatException where something is missing, or is not what it should be
     * @throws IOException where a file cannot be read
     */
    public static SentenceEncoder open(Path path, EncoderOptions options) throws IOException {
        try (ModelFiles files = ModelFiles.at(path)) {
            ModelConfig config = ModelConfig.read(files);
            Pooling said = options.pooling();
            Pooling pooling = said == null ? config.pooling() : said;
            Path model = files.model(options.file());
            Path vocabulary = files.tokenizer();
            CompletableFuture<TokenModel.Source> source = new CompletableFuture<>();
            ModelThread thread =
                    new ModelThread(path.toString(), () -> model(options, source, pooling));
            try {
                source.complete(source(model, config));
                Tokenizer tokenizer = tokenizer(vocabulary);
                thread.awaitOpen();
                return new SentenceEncoder(thread, tokenizer, config, options);
            } catch (IOException | RuntimeException | Error e) {
                source.completeExceptionally(e);
                thread.close();
                throw e;
            }
        }
    }

    private static TokenModel.Source source(Path file, ModelConfig config) throws IOException {
        if (file.toString().endsWith(ModelFiles.ONNX)) {
            OnnxModel model = OnnxModel.read(file);
            return device -> OnnxTokenModel.on(device, model);
        }
        Safetensors tensors = Safetensors.read(file);
        return device -> TransformerModel.on(device, tensors, config);
    }

    private static PooledModel model(
            EncoderOptions options, CompletableFuture<TokenModel.Source> source, Pooling pooling)
            throws IOException {
        Device device = options.opener().get();
        try {
            WarmUp.of(device, source::isDone);
            return new PooledModel(device, source.join().on(device), pooling);
        } catch (IOException | RuntimeException | Error e) {
            device.close();
            throw e;
        }
    }

    private static Tokenizer tokenizer(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return Tokenizer.open(in, file.toString());
        } catch (TokenizerException e) {
            throw new FormatException(String.valueOf(e.getMessage()), e);
        }
    }

    private static int positions(int rows, ModelConfig config) {
        int known = rows > 0 ? rows - config.firstPosition() : config.positions();
        return known > 0 ? known : USUAL_POSITIONS;
    }

    private static TextTokens tokens(
            Tokenizer tokenizer, int positions, ModelConfig config, EncoderOptions options)
            throws IOException {
        Truncation truncation = tokenizer.truncation();
        int said = config.maxTokens(truncation == null ? 0 : truncation.maxLength());
        int asked = options.maxTokens() > 0 ? options.maxTokens() : said;
        return new TextTokens(
                tokenizer.withTruncation(null).withPadding(null),
                asked > 0 ? Math.min(asked, positions) : positions);
    }

    /** The mask hides it, but some models count positions by it. */
    private static int padding(Tokenizer tokenizer, ModelConfig config) {
        Padding said = tokenizer.padding();
        if (said != null) {
            return said.id();
        }
        return Stream.of("[PAD]", "<pad>")
                .map(tokenizer::tokenToId)
                .flatMapToInt(OptionalInt::stream)
                .findFirst()
                .orElseGet(() -> config.countOr(0, "pad_token_id"));
    }

    @Override
    public float[][] embedAll(List<String> texts) {
        return encodeAll(texts).vectors();
    }

    /**
     * As {@link #embedAll}, with how many tokens counted.
     *
     * @throws IllegalArgumentException where the model has no token for a part of a text
     * @throws IllegalStateException where the model was closed
     */
    public Embeddings encodeAll(List<String> texts) {
        Function<Batch, float[][]> model = batch -> thread.ask(open -> open.run(batch));
        Batches batches = new Batches(texts.size(), model, shapes, padding);
        int[] counts = new int[texts.size()];
        for (int i = 0; i < counts.length; i++) {
            int[] ids = tokens.of(texts.get(i));
            counts[i] = ids.length - tokens.special();
            batches.add(i, ids);
        }
        float[][] vectors = batches.finish();
        if (normalized) {
            for (float[] vector : vectors) {
                normalize(vector);
            }
        }
        return new Embeddings(vectors, counts);
    }

    private static void normalize(float[] vector) {
        double sum = 0;
        for (float x : vector) {
            sum += (double) x * x;
        }
        double length = Math.max(SHORTEST, Math.sqrt(sum));
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (vector[i] / length);
        }
    }

    /** How many tokens of a text count, with the special ones. */
    public int countTokens(String text) {
        return tokens.of(text).length;
    }

    @Override
    public int dimension() {
        int width = thread.ask(model -> model.tokens().width());
        return width > 0 ? width : embed("").length;
    }

    @Override
    public void close() {
        thread.close();
    }
}
