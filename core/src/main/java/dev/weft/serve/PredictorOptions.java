package dev.weft.serve;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How a {@link Predictor} batches, and how many requests it lets wait.
 *
 * @param workers how many threads answer, each with its own device
 * @param maxBatch how many requests a worker is given at once
 * @param maxWait how long a request may wait for others to fill its batch, while a worker is free;
 *     0 for not at all: batches are then what has come while all workers were busy
 * @param capacity how many accepted requests may wait for a worker
 * @param patience how long a caller waits for a place among them; 0 for being refused at once
 */
public record PredictorOptions(
        int workers, int maxBatch, Duration maxWait, int capacity, Duration patience) {
    /** As long as there are clocks: some 292 years. */
    public static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    /** Checks the numbers. */
    public PredictorOptions {
        if (workers < 1 || maxBatch < 1 || capacity < 1) {
            throw new IllegalArgumentException(
                    "predictor: workers, maxBatch and capacity must be 1 or more, got %d, %d, %d"
                            .formatted(workers, maxBatch, capacity));
        }
        if (maxWait.isNegative() || patience.isNegative()) {
            throw new IllegalArgumentException(
                    "predictor: maxWait and patience must not be negative, got %s, %s"
                            .formatted(maxWait, patience));
        }
    }

    /**
     * One worker, batches of up to 32 that wait for nothing, and places for 1,024 requests, for
     * which callers wait.
     */
    public static PredictorOptions defaults() {
        return new PredictorOptions(1, 32, Duration.ZERO, 1024, FOREVER);
    }

    /** With a number of threads that answer. */
    public PredictorOptions workers(int newWorkers) {
        return new PredictorOptions(newWorkers, maxBatch, maxWait, capacity, patience);
    }

    /** With a number of requests that a worker is given at once. */
    public PredictorOptions maxBatch(int newMaxBatch) {
        return new PredictorOptions(workers, newMaxBatch, maxWait, capacity, patience);
    }

    /** With a time that a request may wait for others. */
    public PredictorOptions maxWait(Duration newMaxWait) {
        return new PredictorOptions(workers, maxBatch, newMaxWait, capacity, patience);
    }

    /** With a number of requests that may wait for a worker. */
    public PredictorOptions capacity(int newCapacity) {
        return new PredictorOptions(workers, maxBatch, maxWait, newCapacity, patience);
    }

    /** With a time that a caller waits for a place. */
    public PredictorOptions patience(Duration newPatience) {
        return new PredictorOptions(workers, maxBatch, maxWait, capacity, newPatience);
    }

    /** What is longer than {@link #FOREVER} is as long. */
    static long nanos(Duration duration) {
        return TimeUnit.NANOSECONDS.convert(duration);
    }
}
