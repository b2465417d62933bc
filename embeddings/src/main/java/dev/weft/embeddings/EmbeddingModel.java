package dev.weft.embeddings;

import java.util.List;

/**
 * Texts as vectors, such that texts of like meaning have like vectors. Any number of threads may
 * use one.
 */
public interface EmbeddingModel extends AutoCloseable {
    /**
     * The vector of a text, of {@link #dimension} numbers. Blocks.
     *
     * @throws IllegalArgumentException where the model has no token for a part of it
     * @throws IllegalStateException where the model was closed
     */
    default float[] embed(String text) {
        return embedAll(List.of(text))[0];
    }

    /**
     * The vector of each text, in their order. Blocks.
     *
     * @throws IllegalArgumentException where the model has no token for a part of one
     * @throws IllegalStateException where the model was closed
     */
    float[][] embedAll(List<String> texts);

    /** How many numbers a vector has. */
    int dimension();

    /** Gives back the memory that the model holds. What is being embedded is finished before. */
    @Override
    void close();
}
