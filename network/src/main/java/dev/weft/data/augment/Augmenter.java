package dev.weft.data.augment;

import dev.weft.DType;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.data.Examples;
import dev.weft.data.Transform;
import dev.weft.random.Philox;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Augments the first input of examples, F32, or I32 tokens, and mixes each with the one that comes
 * before it in the pass. What becomes of an example is drawn by Philox from the seed, the epoch and
 * its number alone: the same whatever the threads and the batches.
 *
 * <p>Where targets are mixed, classes, I32 [N], become rows of weights, F32 [N, classes], which
 * cross-entropy takes; F32 targets are mixed as they are. An example's weight stays its own.
 *
 * <pre>{@code
 * Transform augmenter = new Augmenter(ImageAugmentations.flip(), Mixture.mixup(0.2), 10);
 * Batches batches = new StreamedBatches(device, Feed.of(images), 64, 2, augmenter);
 * }</pre>
 */
public final class Augmenter implements Transform {
    private static final int ALONE = 0x0A06E171;
    private static final int MIXED = 0x0A06E172;

    private final Augmentation augmentation;
    private final @Nullable Mixture mixture;
    private final int classes;

    /** Each example by itself. */
    public Augmenter(Augmentation augmentation) {
        this(augmentation, null, 0);
    }

    /**
     * Each example by itself, then mixed.
     *
     * @param augmentation what becomes of each before, also of those that are mixed in
     * @param mixture how two are mixed, or null
     * @param classes how many there are; 0 where targets are no classes
     */
    public Augmenter(Augmentation augmentation, @Nullable Mixture mixture, int classes) {
        this.augmentation = augmentation;
        this.mixture = mixture;
        this.classes = classes;
    }

    @Override
    public boolean takesOneBefore() {
        return mixture != null;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException where the first input is neither F32 nor I32, or targets
     *     cannot be mixed
     */
    @Override
    public Examples apply(Examples examples, long[] numbers, long seed, int epoch) {
        HostArray input = examples.inputs().getFirst();
        float[][] rows = rows(input);
        Shape shape = Shape.of(dimsOfOne(input.shape()));
        for (int i = 0; i < rows.length; i++) {
            augmentation.apply(rows[i], shape, stream(seed, ALONE, epoch, numbers[i]));
        }
        if (mixture == null) {
            return with(examples, packed(input, rows, 0), examples.targets());
        }
        double[] shares = new double[rows.length];
        // From the last on, so that the one before is not mixed yet.
        for (int i = rows.length - 1; i > 0; i--) {
            shares[i] =
                    mixture.mix(
                            rows[i], rows[i - 1], shape, stream(seed, MIXED, epoch, numbers[i]));
        }
        List<HostArray> targets = new ArrayList<>();
        for (HostArray target : examples.targets()) {
            targets.add(
                    mixture.mixesTargets() ? mixed(target, shares) : target.slice(1, rows.length));
        }
        return with(examples.slice(1, rows.length), packed(input, rows, 1), targets);
    }

    private static Philox stream(long seed, int purpose, int epoch, long number) {
        long key = Philox.stream(Philox.stream(seed, purpose).key(), epoch).key();
        long half = Philox.stream(key, (int) number).key();
        return Philox.stream(half, (int) (number >>> Integer.SIZE));
    }

    private static long[] dimsOfOne(Shape shape) {
        long[] dims = new long[shape.rank() - 1];
        for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = shape.dim(axis + 1);
        }
        return dims;
    }

    private static float[][] rows(HostArray input) {
        if (input.dtype() != DType.F32 && input.dtype() != DType.I32) {
            throw new IllegalArgumentException(
                    "augmentation: the first input is %s %s: it must be F32, or I32 tokens"
                            .formatted(input.dtype(), input.shape()));
        }
        float[][] rows = new float[input.rows()][];
        for (int i = 0; i < rows.length; i++) {
            HostArray row = input.slice(i, i + 1);
            if (row.dtype() == DType.F32) {
                rows[i] = row.floats();
            } else {
                rows[i] = new float[Math.toIntExact(row.shape().size())];
                for (int j = 0; j < rows[i].length; j++) {
                    rows[i][j] = (float) row.get(j);
                }
            }
        }
        return rows;
    }

    /** The rows from one on as an array of the input's type. */
    private static HostArray packed(HostArray input, float[][] rows, int from) {
        int count = rows.length - from;
        int size = Math.toIntExact(input.shape().size() / rows.length);
        long[] dims = input.shape().with(0, count).toArray();
        if (input.dtype() == DType.F32) {
            float[] all = new float[count * size];
            for (int i = 0; i < count; i++) {
                System.arraycopy(rows[from + i], 0, all, i * size, size);
            }
            return HostArray.of(all, dims);
        }
        int[] all = new int[count * size];
        for (int i = 0; i < all.length; i++) {
            all[i] = (int) rows[from + i / size][i % size];
        }
        return HostArray.of(all, dims);
    }

    private static Examples with(Examples examples, HostArray input, List<HostArray> targets) {
        List<HostArray> inputs = new ArrayList<>(examples.inputs());
        inputs.set(0, input);
        return new Examples(inputs, targets, examples.weights());
    }

    /** Row i by its share with row i - 1, without row 0. */
    private HostArray mixed(HostArray target, double[] shares) {
        boolean isClass = target.dtype() == DType.I32 && target.shape().rank() == 1 && classes > 0;
        if (!isClass && target.dtype() != DType.F32) {
            throw new IllegalArgumentException(
                    "mixture: a target is %s %s: it must be F32, or I32 classes whose number is given"
                            .formatted(target.dtype(), target.shape()));
        }
        int count = shares.length - 1;
        int size = isClass ? classes : Math.toIntExact(target.shape().size() / shares.length);
        float[] rows = new float[count * size];
        for (int i = 0; i < count; i++) {
            double own = shares[i + 1];
            if (isClass) {
                rows[i * size + label(target, i + 1)] += (float) own;
                rows[i * size + label(target, i)] += (float) (1 - own);
            } else {
                for (int j = 0; j < size; j++) {
                    double mine = target.get((i + 1L) * size + j);
                    double before = target.get((long) i * size + j);
                    rows[i * size + j] = (float) (own * mine + (1 - own) * before);
                }
            }
        }
        return isClass
                ? HostArray.of(rows, count, classes)
                : HostArray.of(rows, target.shape().with(0, count).toArray());
    }

    private int label(HostArray target, int row) {
        int label = (int) target.get(row);
        if (label < 0 || label >= classes) {
            throw new IllegalArgumentException(
                    "mixture: a target is %d, and there are %d classes".formatted(label, classes));
        }
        return label;
    }
}
