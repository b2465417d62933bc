package dev.weft.embeddings;

/**
 * Texts as vectors.
 *
 * @param vectors one for each text
 * @param tokens how many tokens of each text counted, without special ones
 */
@SuppressWarnings("ArrayRecordComponent") // the caller's from now on, and never compared
public record Embeddings(float[][] vectors, int[] tokens) {}
