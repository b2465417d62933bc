package dev.weft.conformance;

import dev.weft.Normalizations;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.function.Function;

/** PyTorch's normalisations, with its names for the operands. */
final class TorchNormalizations {
    private TorchNormalizations() {}

    static void addTo(Map<String, Function<TorchOperands, Tensor>> operations) {
        operations.put(
                "layer_norm",
                o ->
                        Normalizations.layerNorm(
                                o.x(),
                                -o.integers("normalized_shape").length,
                                weight(o),
                                bias(o),
                                o.real("eps")));
        operations.put(
                "rms_norm",
                o ->
                        Normalizations.rmsNorm(
                                o.x(),
                                -o.integers("normalized_shape").length,
                                weight(o),
                                o.real("eps")));
        operations.put(
                "group_norm",
                o ->
                        Normalizations.groupNorm(
                                o.x(), o.integer("groups"), weight(o), bias(o), o.real("eps")));
        operations.put(
                "instance_norm",
                o -> Normalizations.instanceNorm(o.x(), weight(o), bias(o), o.real("eps")));
        operations.put("batch_norm", TorchNormalizations::batch);
    }

    private static @Nullable Tensor weight(TorchOperands o) {
        return o.has("w") ? o.get("w") : null;
    }

    private static @Nullable Tensor bias(TorchOperands o) {
        return o.has("b") ? o.get("b") : null;
    }

    /** PyTorch's running variance is that of a sample, n / (n - 1) times the population's. */
    private static Tensor batch(TorchOperands o) {
        Tensor x = o.x();
        Tensor mean = o.get("mean");
        Tensor variance = o.get("var");
        double eps = o.real("eps");
        double momentum = o.real("momentum");
        if (!o.flag("training")) {
            o.give("mean", mean);
            o.give("var", variance);
            return Normalizations.batchNorm(x, mean, variance, weight(o), bias(o), eps);
        }
        Normalizations.Batch batch = Normalizations.batchNorm(x, weight(o), bias(o), eps);
        double n = (double) x.size() / x.dim(1);
        o.give("mean", running(mean, batch.mean(), momentum));
        o.give("var", running(variance, batch.variance().mul(n / (n - 1)), momentum));
        return batch.y();
    }

    private static Tensor running(Tensor before, Tensor now, double momentum) {
        return before.mul(1 - momentum).add(now.mul(momentum));
    }
}
