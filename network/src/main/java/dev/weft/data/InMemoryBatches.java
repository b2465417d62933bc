package dev.weft.data;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * Batches of examples that the device has room for. They are uploaded once, their order once for
 * each pass; a batch is then a gather of rows on the device, and nothing crosses over.
 */
public final class InMemoryBatches implements Batches {
    private final Examples examples;
    private final int batchSize;
    private final Batch whole;
    private final Tensor orderOnDevice;
    private final List<Tensor> numbers = new ArrayList<>();
    private final Rows full;
    private final Rows last;
    private final int[] inOrder;
    private int[] order;
    private int at;

    /**
     * Uploads the examples; their memory belongs to the innermost open scope.
     *
     * @param batchSize how many examples a batch has, which may be more than there are; the last of
     *     a pass may have fewer, down to one
     */
    public InMemoryBatches(Device device, Examples examples, int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch must be at least 1, got " + batchSize);
        }
        if (examples.size() == 0) {
            throw new IllegalArgumentException("batches: there are no examples");
        }
        int n = examples.size();
        this.examples = examples;
        this.batchSize = batchSize;
        inOrder = new int[n];
        Arrays.setAll(inOrder, i -> i);
        order = inOrder;
        int most = Math.min(batchSize, n);
        int rest = n % most;
        try (Scope made = device.scope()) {
            whole =
                    new Batch(
                            upload(device, examples.inputs(), "inputs"),
                            upload(device, examples.targets(), "targets"),
                            examples.weights() == null
                                    ? null
                                    : examples.weights().on(device).named("weights"));
            orderOnDevice = device.tensor(inOrder).named("order of the examples");
            full = new Rows(device.empty(DType.I32, Shape.of(most)));
            last = rest == 0 ? full : new Rows(device.empty(DType.I32, Shape.of(rest)));
            made.keepAll();
        }
        for (int from = 0; from < n; from += Math.min(most, n - from)) {
            numbers.add(orderOnDevice.slice(0, from, from + Math.min(most, n - from)));
        }
    }

    private static List<Tensor> upload(Device device, List<HostArray> arrays, String name) {
        return arrays.stream().map(array -> array.on(device).named(name)).toList();
    }

    @Override
    public void begin(long seed, int epoch) {
        at = 0;
        if (epoch == 0) {
            reorder(inOrder);
        } else {
            reorder(Shuffling.stream(seed, epoch).permutation(examples.size()));
        }
    }

    private void reorder(int[] next) {
        order = next;
        Device device = orderOnDevice.device();
        MemorySegment host = MemorySegment.ofArray(order);
        try (Tensor fresh = device.upload(DType.I32, host, Shape.of(order.length))) {
            orderOnDevice.assign(fresh);
        }
    }

    @Override
    public @Nullable Slot next() {
        if (at == numbers.size()) {
            return null;
        }
        Rows rows = at < numbers.size() - 1 ? full : last;
        rows.chosen.assign(numbers.get(at));
        rows.from = at * full.size();
        at++;
        return rows;
    }

    @Override
    public void skip(long batches) {
        Objects.checkFromIndexSize(at, batches, numbers.size() + 1L);
        at += (int) batches;
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(numbers.size());
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(examples.size());
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    /** The rows of some numbers. */
    private final class Rows implements Slot {
        private final Tensor chosen;
        private int from;

        Rows(Tensor chosen) {
            this.chosen = chosen;
        }

        @Override
        public int size() {
            return Math.toIntExact(chosen.size());
        }

        @Override
        public Batch batch() {
            Tensor weights = whole.weights();
            return new Batch(
                    whole.inputs().stream().map(x -> x.gather(chosen)).toList(),
                    whole.targets().stream().map(x -> x.gather(chosen)).toList(),
                    weights == null ? null : weights.gather(chosen));
        }

        private int[] numbers() {
            return Arrays.copyOfRange(order, from, from + size());
        }

        @Override
        public Examples host() {
            return examples.select(numbers());
        }

        @Override
        public List<HostArray> targets() {
            int[] which = numbers();
            return examples.targets().stream().map(target -> target.select(which)).toList();
        }
    }
}
