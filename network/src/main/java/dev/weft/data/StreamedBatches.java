package dev.weft.data;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/**
 * Batches of examples that are read, decoded and augmented on threads of their own while the device
 * computes, for what is larger than its memory or changes with each pass. A pass is the same,
 * whatever the number of threads. Only so many batches as there are threads, and two, are on the
 * host at a time.
 *
 * <p>What goes wrong on a thread is thrown by {@link #next}: an {@link IOException} inside an
 * {@link UncheckedIOException} with its message, other exceptions as they are. A pass that fails is
 * over.
 *
 * <pre>{@code
 * try (Batches batches = new StreamedBatches(device, Feed.of(folder.normalised(fitted)), 64, 1)) {
 *     trainer.train(batches, 1, 10, seed);
 * }
 * }</pre>
 */
public final class StreamedBatches implements Batches {
    /** A shape more, and what was unused the longest is given up. */
    private static final int MOST_SLOTS = 16;

    private final Device device;
    private final Feed feed;
    private final int batchSize;
    private final int threads;
    private final @Nullable Transform transform;
    private final Map<List<Kind>, InSlot> slots = new LinkedHashMap<>(MOST_SLOTS, 0.75f, true);
    private @Nullable Reading reading;
    private long waited;

    /** Batches without augmentation; as the other constructor. */
    public StreamedBatches(Device device, Feed feed, int batchSize, int threads) {
        this(device, feed, batchSize, threads, null);
    }

    /**
     * Batches from a feed.
     *
     * @param batchSize how many examples a batch has; the last of a pass may have fewer
     * @param threads how many read, at least 1; they run only within a pass
     * @param transform what becomes of examples in all epochs but 0, or null
     */
    public StreamedBatches(
            Device device, Feed feed, int batchSize, int threads, @Nullable Transform transform) {
        if (batchSize < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "batches: a batch size of %d on %d threads: both must be at least 1"
                            .formatted(batchSize, threads));
        }
        this.device = device;
        this.feed = feed;
        this.batchSize = batchSize;
        this.threads = threads;
        this.transform = transform;
    }

    @Override
    public void begin(long seed, int epoch) {
        close();
        try {
            reading = new Reading(feed.open(seed, epoch), seed, epoch);
        } catch (IOException e) {
            throw unchecked(e);
        }
    }

    private static UncheckedIOException unchecked(IOException e) {
        return new UncheckedIOException(e.getMessage(), e);
    }

    @Override
    public void skip(long batches) {
        current().skip(batches);
    }

    private Reading current() {
        if (reading == null) {
            throw new IllegalStateException("batches: no pass was begun, or it has failed");
        }
        return reading;
    }

    @Override
    public @Nullable Slot next() {
        long started = System.nanoTime();
        try {
            Examples examples = current().take();
            if (examples == null) {
                return null;
            }
            InSlot slot = slot(examples);
            slot.fill(examples);
            return slot;
        } catch (ExecutionException e) {
            close();
            throw switch (e.getCause()) {
                case IOException cause -> unchecked(cause);
                case RuntimeException cause -> cause;
                case Error cause -> throw cause;
                case null, default -> new IllegalStateException("batches: reading failed", e);
            };
        } finally {
            waited += System.nanoTime() - started;
        }
    }

    private InSlot slot(Examples examples) {
        List<Kind> kinds = Rows.arrays(examples).stream().map(Kind::of).toList();
        InSlot known = slots.get(kinds);
        // What it has on the device may have ended with the scope in which it was made.
        if (known == null || known.isClosed()) {
            known = new InSlot(device, examples);
            slots.put(kinds, known);
            if (slots.size() > MOST_SLOTS) {
                Iterator<InSlot> oldest = slots.values().iterator();
                oldest.next().close();
                oldest.remove();
            }
        }
        return known;
    }

    @Override
    public OptionalLong count() {
        OptionalLong size = feed.size();
        return size.isEmpty() ? size : OptionalLong.of(Math.ceilDiv(size.getAsLong(), batchSize));
    }

    @Override
    public OptionalLong size() {
        return feed.size();
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    /**
     * How many nanoseconds {@link #next} has taken in all: the device's thread waited for examples,
     * or brought them to the device.
     */
    public long waitedNanos() {
        return waited;
    }

    /** Ends the pass and its threads. */
    @Override
    public void close() {
        if (reading != null) {
            reading.close();
            reading = null;
        }
    }

    /** A pass: what is left out, then what is read by threads. */
    private final class Reading implements ReadAhead.Tasks<Examples>, AutoCloseable {
        private final Feed.Pass pass;
        private final long seed;
        private final @Nullable Transform change;
        private final int epoch;
        private @Nullable ReadAhead<Examples> ahead;
        private Feed.@Nullable Load before;

        Reading(Feed.Pass pass, long seed, int epoch) {
            this.pass = pass;
            this.seed = seed;
            this.epoch = epoch;
            this.change = epoch == 0 ? null : transform;
        }

        void skip(long batches) {
            for (long i = 0; i < batches; i++) {
                if (!skipOne()) {
                    throw new IllegalArgumentException(
                            "the pass has %d batches: %d cannot be left out".formatted(i, batches));
                }
            }
        }

        private boolean skipOne() {
            if (ahead != null) {
                return StreamedBatches.this.next() != null;
            }
            try {
                return load() != null;
            } catch (IOException e) {
                throw unchecked(e);
            }
        }

        private Feed.@Nullable Load load() throws IOException {
            Feed.Load load = pass.next(batchSize);
            before = load == null ? before : load;
            return load;
        }

        @Nullable Examples take() throws ExecutionException {
            if (ahead == null) {
                ahead = new ReadAhead<>("weft-reader", threads, threads + 2, this);
            }
            return ahead.take();
        }

        @Override
        public @Nullable Callable<Examples> next() throws IOException {
            Feed.Load previous = before;
            Feed.Load load = load();
            return load == null ? null : () -> read(load, previous);
        }

        private Examples read(Feed.Load load, Feed.@Nullable Load previous) throws IOException {
            long[] numbers = load.numbers();
            Examples examples = load.read(0, numbers.length);
            if (change == null) {
                return examples;
            }
            if (change.takesOneBefore()) {
                Feed.Load of = previous == null ? load : previous;
                int place = previous == null ? 0 : previous.numbers().length - 1;
                long[] all = new long[numbers.length + 1];
                all[0] = of.numbers()[place];
                System.arraycopy(numbers, 0, all, 1, numbers.length);
                examples = Rows.join(List.of(of.read(place, place + 1), examples));
                numbers = all;
            }
            return change.apply(examples, numbers, seed, epoch);
        }

        @Override
        public void close() {
            try (pass) {
                if (ahead != null) {
                    ahead.close();
                }
            } catch (IOException e) {
                throw unchecked(e);
            }
        }
    }

    /**
     * A type and a shape.
     *
     * @param dtype the type
     * @param shape the extents
     */
    private record Kind(DType dtype, Shape shape) {
        static Kind of(HostArray array) {
            return new Kind(array.dtype(), array.shape());
        }
    }

    /** Tensors of one shape, which batch after batch is written to. */
    private static final class InSlot implements Slot {
        private final List<Tensor> tensors;
        private final Batch batch;
        private Examples host;

        InSlot(Device device, Examples like) {
            host = like;
            try (Scope made = device.scope()) {
                tensors =
                        Rows.arrays(like).stream()
                                .map(array -> device.empty(array.dtype(), array.shape()))
                                .toList();
                made.keepAll();
            }
            int inputs = like.inputs().size();
            int targets = like.targets().size();
            batch =
                    new Batch(
                            tensors.subList(0, inputs),
                            tensors.subList(inputs, inputs + targets),
                            like.weights() == null ? null : tensors.getLast());
            batch.inputs().forEach(tensor -> tensor.named("inputs"));
            batch.targets().forEach(tensor -> tensor.named("targets"));
        }

        void fill(Examples examples) {
            host = examples;
            List<HostArray> arrays = Rows.arrays(examples);
            for (int i = 0; i < arrays.size(); i++) {
                try (Tensor fresh = arrays.get(i).on(tensors.get(i).device())) {
                    tensors.get(i).assign(fresh);
                }
            }
        }

        boolean isClosed() {
            return tensors.getFirst().isClosed();
        }

        void close() {
            tensors.forEach(Tensor::close);
        }

        @Override
        public int size() {
            return host.size();
        }

        @Override
        public Batch batch() {
            return batch;
        }

        @Override
        public Examples host() {
            return host;
        }
    }
}
