/** Answering requests of many threads by few devices: {@link dev.weft.serve.Predictor}. */
@NullMarked
package dev.weft.serve;

import org.jspecify.annotations.NullMarked;
