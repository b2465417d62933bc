package dev.weft;

import dev.weft.backend.KernelCall;

import org.jspecify.annotations.Nullable;

/**
 * Cross-entropies of logits: one kernel for each row's loss and gradient, and what options ask for
 * composed around it.
 */
final class CrossEntropy {
    private static final String NAME = "crossEntropy";

    private CrossEntropy() {}

    static Tensor of(
            Tensor logits, Tensor target, CrossEntropyOptions options, Reduction reduction) {
        check(logits, target);
        Shape each = logits.shape().without(1);
        checkWeights(logits, options.classWeights(), "classWeights", logits.dim(1));
        checkWeights(logits, options.exampleWeights(), "exampleWeights", each.size());
        return logits.device()
                .compute(
                        () -> {
                            Tensor rows = rows(logits);
                            Tensor t =
                                    target.dtype().isInteger()
                                            ? Indexing.indices(target).reshape(-1)
                                            : rows(target);
                            Tensor losses =
                                    options.equals(CrossEntropyOptions.NONE)
                                            ? reduction.apply(kernel(rows, t, reduction))
                                            : composed(rows, t, options, reduction);
                            return reduction == Reduction.NONE
                                    ? losses.reshape(each.toArray())
                                    : losses;
                        });
    }

    private static void check(Tensor logits, Tensor target) {
        Elementwise.sameDevice(NAME, logits, target);
        if (logits.rank() < 2 || !logits.dtype().isFloating()) {
            throw new ShapeException(
                    "%s: logits are %s: they must be floating, rows×classes or batch×classes×…"
                            .formatted(NAME, logits.describe()));
        }
        boolean fits =
                target.dtype().isInteger()
                        ? target.shape().equals(logits.shape().without(1))
                        : target.dtype() == logits.dtype() && target.shape().equals(logits.shape());
        if (!fits) {
            throw new ShapeException(
                    "%s: logits are %s, target is %s: needs one class index, an integer, for each row, or the logits' shape and type"
                            .formatted(NAME, logits.describe(), target.describe()));
        }
        logits.shape().limit(NAME, 0, Integer.MAX_VALUE);
        logits.shape().limit(NAME, 1, KernelCall.MOST_EXTENT);
        refuseTracked(NAME, target);
    }

    private static void checkWeights(
            Tensor logits, @Nullable Tensor weights, String name, long size) {
        if (weights == null) {
            return;
        }
        Elementwise.sameDevice(NAME, logits, weights);
        if (weights.dtype() != logits.dtype() || weights.size() != size) {
            throw new ShapeException(
                    "%s: logits are %s, %s are %s: needs %d of them, of the logits' type"
                            .formatted(NAME, logits.describe(), name, weights.describe(), size));
        }
        refuseTracked(NAME, weights);
    }

    /** Rows of classes, whatever axes come behind the classes. */
    private static Tensor rows(Tensor x) {
        return x.rank() == 2
                ? x
                : Shapes.moveaxis(x, 1, -1)
                        .contiguous()
                        .reshape(x.shape().without(1).size(), x.dim(1));
    }

    /** With smoothing, weights, or rows that are left out. */
    private static Tensor composed(
            Tensor logits, Tensor t, CrossEntropyOptions options, Reduction reduction) {
        boolean isLabelled = t.dtype().isInteger();
        Device device = logits.device();
        Tensor labels = t;
        Tensor counts = null;
        if (isLabelled && options.ignoreIndex().isPresent()) {
            int ignored = options.ignoreIndex().getAsInt();
            counts = t.notEqual(device.full(t.dtype(), ignored, Shape.SCALAR));
            labels = counts.where(t, device.full(t.dtype(), 0, Shape.SCALAR));
        }
        Tensor classWeights = options.classWeights();
        // What a row's loss is multiplied by, which is what it counts in a mean; null for 1.
        Tensor share = null;
        if (isLabelled && classWeights != null) {
            share = classWeights.reshape(-1).gather(labels);
        }
        Tensor examples = options.exampleWeights();
        if (examples != null) {
            Tensor each = examples.reshape(-1);
            share = share == null ? each : share.mul(each);
        }
        Tensor losses;
        if (isLabelled && options.labelSmoothing() == 0) {
            losses = kernel(logits, labels, Reduction.NONE);
            losses = share == null ? losses : losses.mul(share);
        } else {
            Tensor soft = soft(logits, labels, options);
            losses = kernel(logits, soft, Reduction.NONE);
            losses = examples == null ? losses : losses.mul(examples.reshape(-1));
        }
        if (counts != null) {
            Tensor none = device.full(losses.dtype(), 0, Shape.SCALAR);
            losses = counts.where(losses, none);
            share = share == null ? counts.to(losses.dtype()) : counts.where(share, none);
        }
        return reduction == Reduction.MEAN && share != null
                ? losses.sum().div(share.sum())
                : reduction.apply(losses);
    }

    /** The target of each class: smoothed, and multiplied by the class's weight. */
    private static Tensor soft(Tensor logits, Tensor t, CrossEntropyOptions options) {
        long classes = logits.dim(1);
        double smoothing = options.labelSmoothing();
        Tensor soft = t.dtype().isInteger() ? Creation.oneHot(logits.dtype(), t, classes) : t;
        if (smoothing != 0) {
            soft = soft.mul(1 - smoothing).add(smoothing / classes);
        }
        Tensor weights = options.classWeights();
        return weights == null ? soft : soft.mul(weights.reshape(1, -1));
    }

    /** The losses of rows; to be called in {@link Device#compute}. */
    private static Tensor kernel(Tensor logits, Tensor target, Reduction reduction) {
        long n = logits.dim(0);
        double factor = reduction.factor(n);
        Device device = logits.device();
        Tensor gradient = device.empty(NAME, logits.dtype(), logits.shape());
        Tensor losses =
                device.make(
                        NAME,
                        logits.dtype(),
                        Shape.of(n),
                        dst ->
                                device.backend()
                                        .run(
                                                new KernelCall.CrossEntropy(
                                                        logits.view(),
                                                        target.view(),
                                                        factor,
                                                        dst,
                                                        gradient.view())));
        Recorder recorder = logits.recorder();
        if (recorder != null) {
            recorder.record(new Op.CrossEntropy(logits, factor, gradient, losses));
        }
        return losses;
    }

    /** Refuses a target that a tape tracks, of any loss. */
    static void refuseTracked(String name, Tensor target) {
        if (target.recorder() != null) {
            throw new IllegalArgumentException(
                    "%s: gradients do not flow to the target, and the tape tracks it: pass target.detach()"
                            .formatted(name));
        }
    }
}
