package dev.weft.conformance;

import dev.weft.CrossEntropyOptions;
import dev.weft.EmbeddingLosses;
import dev.weft.Losses;
import dev.weft.Reduction;
import dev.weft.Tensor;

import java.util.Map;
import java.util.function.Function;

/** PyTorch's losses. */
final class TorchLosses {
    private static final String TARGET = "target";
    private static final String MARGIN = "margin";

    private TorchLosses() {}

    static void addTo(Map<String, Function<TorchOperands, Tensor>> operations) {
        operations.put("mse", o -> Losses.mse(o.x(), o.get(TARGET), reduction(o)));
        operations.put("l1", o -> Losses.l1(o.x(), o.get(TARGET), reduction(o)));
        operations.put(
                "huber", o -> Losses.huber(o.x(), o.get(TARGET), o.real("delta", 1), reduction(o)));
        operations.put(
                "smooth_l1",
                o -> Losses.smoothL1(o.x(), o.get(TARGET), o.real("beta", 1), reduction(o)));
        operations.put("cross_entropy", TorchLosses::crossEntropy);
        operations.put("bce_with_logits", TorchLosses::binaryCrossEntropy);
        operations.put(
                "poisson_nll",
                o -> {
                    o.only("log_input", "true");
                    return Losses.poissonNll(o.x(), o.get(TARGET), reduction(o));
                });
        operations.put(
                "gaussian_nll",
                o ->
                        Losses.gaussianNll(
                                o.x(),
                                o.get(TARGET),
                                o.get("var"),
                                o.real("eps", 1e-6),
                                reduction(o)));
        operations.put(
                "kl_div",
                o -> {
                    o.only("x", "log probabilities");
                    o.only("reduction", "batchmean");
                    return Losses.klDivergence(o.x(), o.get(TARGET), Reduction.MEAN);
                });
        operations.put(
                "cosine_embedding",
                o ->
                        EmbeddingLosses.cosineEmbedding(
                                o.x(), o.get("b"), o.get(TARGET), o.real(MARGIN, 0), reduction(o)));
        operations.put(
                "triplet_margin",
                o ->
                        EmbeddingLosses.tripletMargin(
                                o.x(),
                                o.get("b"),
                                o.get("d"),
                                o.real(MARGIN, 1),
                                o.real("p", 2),
                                o.flag("swap"),
                                reduction(o)));
        operations.put(
                "info_nce",
                o -> {
                    o.only("meaning", "NT-Xent over rows 2i, 2i+1 after L2 normalisation");
                    return EmbeddingLosses.ntXent(o.x(), o.real("temperature"));
                });
    }

    private static Reduction reduction(TorchOperands o) {
        return switch (o.text("reduction")) {
            case "none" -> Reduction.NONE;
            case "sum" -> Reduction.SUM;
            case "", "mean" -> Reduction.MEAN;
            default -> throw new UnsupportedCase("reduction " + o.text("reduction"));
        };
    }

    private static Tensor crossEntropy(TorchOperands o) {
        o.only("target", o.isReal(TARGET) ? "probabilities" : "labels");
        o.only("layout", "N C d1 d2");
        CrossEntropyOptions options =
                CrossEntropyOptions.NONE.labelSmoothing(o.real("label_smoothing", 0));
        if (!o.isReal(TARGET)) {
            options = options.ignoreIndex(o.integer("ignore_index", -100));
        }
        if (o.flag("weight")) {
            options = options.classWeights(o.get("weight"));
        }
        return Losses.crossEntropy(o.x(), o.get(TARGET), options, reduction(o));
    }

    private static Tensor binaryCrossEntropy(TorchOperands o) {
        return o.flag("pos_weight")
                ? Losses.binaryCrossEntropyWithLogits(
                        o.x(), o.get(TARGET), o.get("pos_weight"), reduction(o))
                : Losses.binaryCrossEntropyWithLogits(o.x(), o.get(TARGET), reduction(o));
    }
}
