package dev.weft.serve;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;

/**
 * A request that was accepted.
 *
 * @param key requests of equal ones may be batched together
 * @param arrival by {@link System#nanoTime}
 */
record Request<I, O>(I input, @Nullable Object key, CompletableFuture<O> answer, long arrival) {
    Request(I input, @Nullable Object key) {
        this(input, key, new CompletableFuture<>(), System.nanoTime());
    }
}
