/** Sentence embeddings: texts as vectors, by a model from a folder or a jar. */
@NullMarked
package dev.weft.embeddings;

import org.jspecify.annotations.NullMarked;
