package dev.weft.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.DimensionAwareEmbeddingModel;
import dev.langchain4j.model.embedding.TokenCountEstimator;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.weft.embeddings.Embeddings;
import dev.weft.embeddings.EncoderOptions;
import dev.weft.embeddings.SentenceEncoder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A {@link SentenceEncoder} as LangChain4j's embedding model, in the place of its in-process models
 * ({@code OnnxEmbeddingModel}, {@code AllMiniLmL6V2EmbeddingModel}), without native libraries.
 *
 * <pre>{@code
 * try (WeftEmbeddingModel model = WeftEmbeddingModel.open(Path.of("all-MiniLM-L6-v2"))) {
 *     Embedding embedding = model.embed("A man is eating food.").content();
 * }
 * }</pre>
 *
 * <p>It does as those do: a text is cut where {@code tokenizer.json} says so, or where the model's
 * positions end; vectors have the length 1; usage counts tokens without special ones, and the
 * estimate with them. Any number of threads may use one. It needs no executor, since it spreads its
 * work itself. A text without tokens, at which those fail, has the vector of the special tokens.
 */
public final class WeftEmbeddingModel extends DimensionAwareEmbeddingModel
        implements TokenCountEstimator, AutoCloseable {
    private final SentenceEncoder encoder;

    /** Over an encoder, which is then the model's, and closed with it. */
    public WeftEmbeddingModel(SentenceEncoder encoder) {
        this.encoder = encoder;
    }

    /**
     * The model of a folder or jar, such as those of LangChain4j's own artifacts, on the best
     * device.
     *
     * @throws IOException where a file cannot be read, or is not what it should be
     */
    public static WeftEmbeddingModel open(Path path) throws IOException {
        EncoderOptions options = EncoderOptions.defaults().normalized(true);
        return new WeftEmbeddingModel(SentenceEncoder.open(path, options));
    }

    /**
     * The vectors of texts.
     *
     * @throws IllegalArgumentException where there are none
     * @throws IllegalStateException where the model was closed
     */
    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        if (segments == null || segments.isEmpty()) {
            throw new IllegalArgumentException("segments cannot be null or empty");
        }
        Embeddings found = encoder.encodeAll(segments.stream().map(TextSegment::text).toList());
        return Response.from(
                Arrays.stream(found.vectors()).map(Embedding::from).toList(),
                new TokenUsage(Arrays.stream(found.tokens()).sum()));
    }

    @Override
    protected Integer knownDimension() {
        return encoder.dimension();
    }

    /** How many tokens of a text count, special ones among them. */
    @Override
    public int estimateTokenCount(String text) {
        return encoder.countTokens(text);
    }

    @Override
    public void close() {
        encoder.close();
    }
}
