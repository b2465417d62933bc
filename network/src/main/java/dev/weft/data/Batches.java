package dev.weft.data;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.random.Philox;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A data set on a device, cut into mini-batches. The images and targets are uploaded once, the
 * order once for each pass; a batch is then a gather of rows on the device, and nothing crosses
 * over.
 */
public final class Batches {
    /** The purpose under which the seed's streams of orders are drawn. */
    private static final int SHUFFLE_STREAM = 0x0540FF1E;

    private final Dataset data;
    private final int batch;
    private final Tensor images;
    private final Tensor targets;
    private final Tensor orderOnDevice;
    private final List<Tensor> indices = new ArrayList<>();
    private final int[] inOrder;
    private int[] order;

    /**
     * Some examples.
     *
     * @param images size×features, F32, normalised
     * @param target I32 classes [size], or F32 one-hot rows [size, classes]
     * @param from the number of its first example in the present order, for {@link #label}
     * @param size how many examples it has
     */
    public record Batch(Tensor images, Tensor target, int from, int size) {}

    /**
     * Uploads a data set; its memory belongs to the innermost open scope.
     *
     * @param normalization of the training set, also where this is the test set
     * @param batch how many examples a batch has, which may be more than there are; the last of a
     *     pass may have fewer, down to one
     * @param oneHot whether targets are one-hot rows instead of classes
     */
    public Batches(
            Device device, Dataset data, Normalization normalization, int batch, boolean oneHot) {
        if (batch < 1) {
            throw new IllegalArgumentException("batch must be at least 1, got " + batch);
        }
        if (data.size() == 0) {
            throw new IllegalArgumentException(data.source() + ": holds no examples");
        }
        int n = data.size();
        this.data = data;
        this.batch = batch;
        inOrder = new int[n];
        for (int i = 0; i < n; i++) {
            inOrder[i] = i;
        }
        order = inOrder;
        try (Scope made = device.scope()) {
            images = device.tensor(normalization.apply(data.allPixels()), n, data.features());
            images.named("images");
            targets =
                    oneHot ? device.tensor(oneHot(data), n, data.classes()) : classes(device, data);
            orderOnDevice = device.tensor(inOrder).named("order of the examples");
            made.keepAll();
        }
        for (int from = 0; from < n; from += Math.min(batch, n - from)) {
            indices.add(orderOnDevice.slice(0, from, from + Math.min(batch, n - from)));
        }
    }

    private static Tensor classes(Device device, Dataset data) {
        return device.tensor(data.labels()).named("labels");
    }

    private static float[] oneHot(Dataset data) {
        float[] rows = new float[Math.multiplyExact(data.size(), data.classes())];
        for (int i = 0; i < data.size(); i++) {
            rows[i * data.classes() + data.label(i)] = 1;
        }
        return rows;
    }

    /** How many batches a pass over the data has. */
    public int count() {
        return indices.size();
    }

    /** How many examples a pass has. */
    public int size() {
        return data.size();
    }

    /** How many classes there are. */
    public int classes() {
        return data.classes();
    }

    /** Orders the examples at random, as a function of the seed and the epoch alone. */
    public void shuffle(long seed, int epoch) {
        // A stream of its own for each epoch: resuming at epoch 7 needs no draws of epochs 1 to 6.
        long key = Philox.stream(seed, SHUFFLE_STREAM).key();
        reorder(Philox.stream(key, epoch).permutation(data.size()));
    }

    /** Orders the examples as the data set has them. */
    public void inOrder() {
        reorder(inOrder);
    }

    private void reorder(int[] next) {
        order = next;
        Device device = orderOnDevice.device();
        MemorySegment host = MemorySegment.ofArray(order);
        try (Tensor fresh = device.upload(DType.I32, host, Shape.of(order.length))) {
            orderOnDevice.assign(fresh);
        }
    }

    /** Batch number {@code i} of the present order; its tensors belong to the innermost scope. */
    public Batch get(int i) {
        Tensor chosen = examples(i);
        return new Batch(images(chosen), target(chosen), i * batch, Math.toIntExact(chosen.size()));
    }

    /**
     * The numbers of batch {@code i}'s examples in the data set, I32 of rank 1: a view of the
     * present order, which changes with it.
     */
    public Tensor examples(int i) {
        return indices.get(i);
    }

    /** The images of these examples, F32, one in a row; it belongs to the innermost scope. */
    public Tensor images(Tensor examples) {
        return images.gather(examples);
    }

    /** Their classes, I32, or one-hot rows, F32; it belongs to the innermost scope. */
    public Tensor target(Tensor examples) {
        return targets.gather(examples);
    }

    /** The class of example number {@code i} of the present order. */
    public int label(int i) {
        return data.label(order[i]);
    }
}
