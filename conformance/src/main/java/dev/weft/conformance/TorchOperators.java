package dev.weft.conformance;

import dev.weft.Distances;
import dev.weft.Losses;
import dev.weft.Reduction;
import dev.weft.Tensor;
import dev.weft.backend.Activation;
import dev.weft.backend.ReduceOp;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** PyTorch's operations, as its documentation defines them, by operations on tensors. */
final class TorchOperators {
    private static final Map<String, Function<TorchOperands, Tensor>> OPERATIONS = new HashMap<>();

    private TorchOperators() {}

    static {
        TorchChoices.addTo(OPERATIONS);
        TorchComposites.addTo(OPERATIONS);
        elementwise();
        reductions();
        normalizations();
        losses();
        products();
        layouts();
    }

    /** Computes the result "y", and gives those beside it. */
    static Tensor run(TorchOperands o) {
        if (TorchUpdates.has(o.operation())) {
            return TorchUpdates.run(o);
        }
        Function<TorchOperands, Tensor> found = OPERATIONS.get(o.operation());
        if (found == null) {
            throw new UnsupportedCase("unknown operation");
        }
        return found.apply(o);
    }

    private static void add(String name, Function<TorchOperands, Tensor> operation) {
        OPERATIONS.put(name, operation);
    }

    private static void elementwise() {
        add("celu", o -> o.x().elu(1));
        add("exp", o -> o.x().exp());
        add("hardsigmoid", o -> o.x().div(6).add(0.5).clamp(0, 1));
        add("hardswish", o -> o.x().mul(o.x().add(3).clamp(0, 6)).div(6));
        add("hardtanh", o -> o.x().clamp(-1, 1));
        add("logsigmoid", o -> o.x().neg().softplus().neg());
        add("maximum", o -> o.get("a").max(o.get("b")));
        add("minimum", o -> o.get("a").min(o.get("b")));
        add("mish", o -> o.x().mul(o.x().softplus().tanh()));
        add("quick_gelu", o -> o.x().mul(o.x().mul(1.702).sigmoid()));
        add("reciprocal", o -> o.x().pow(-1));
        add("relu6", o -> o.x().clamp(0, 6));
        // The case's own domain: its results are those of |x| + 0.1.
        add("rsqrt", o -> o.x().abs().add(0.1).pow(-0.5));
        add("selu", o -> o.x().elu(1.6732632423543772).mul(1.0507009873554805));
        add("softshrink", o -> o.x().sub(o.x().clamp(-0.5, 0.5)));
        add("softsign", o -> o.x().div(o.x().abs().add(1)));
        add("sinh", o -> o.x().exp().sub(o.x().neg().exp()).mul(0.5));
        add("cosh", o -> o.x().exp().add(o.x().neg().exp()).mul(0.5));
        add("tanhshrink", o -> o.x().sub(o.x().tanh()));
        add(
                "prelu",
                o -> {
                    Tensor slope = o.get("slope").reshape(-1, 1);
                    return o.x().relu().sub(o.x().neg().relu().mul(slope));
                });
        add(
                "glu",
                o -> {
                    long half = o.x().dim(-1) / 2;
                    return o.x().slice(-1, 0, half).mul(o.x().slice(-1, half, 2 * half).sigmoid());
                });
    }

    private static void reductions() {
        add("argmin", o -> o.x().argmin(o.integer("axis")));
        add("prod", o -> o.x().prod(o.integer("axis")));
    }

    private static void normalizations() {
        add(
                "layer_norm",
                o -> {
                    Tensor centred = o.x().sub(o.x().reduce(ReduceOp.MEAN, true, normed(o)));
                    return overRoot(o, centred).mul(o.get("w")).add(o.get("b"));
                });
        add("rms_norm", o -> overRoot(o, o.x()).mul(o.get("w")));
    }

    private static int[] normed(TorchOperands o) {
        int[] axes = new int[o.integers("normalized_shape").length];
        Arrays.setAll(axes, i -> i - axes.length);
        return axes;
    }

    /** x / √(mean x² + eps). */
    private static Tensor overRoot(TorchOperands o, Tensor x) {
        Tensor mean = x.square().reduce(ReduceOp.MEAN, true, normed(o));
        return x.div(mean.add(o.real("eps")).sqrt());
    }

    private static void losses() {
        add("mse", o -> reduced(o, o.x().sub(o.get("target")).square()));
        add("l1", o -> reduced(o, o.x().sub(o.get("target")).abs()));
        add(
                "poisson_nll",
                o -> {
                    o.only("log_input", "true");
                    return reduced(o, o.x().exp().sub(o.get("target").mul(o.x())));
                });
        add("bce_with_logits", TorchOperators::binaryCrossEntropy);
        add(
                "cross_entropy",
                o -> {
                    o.only("target", o.isReal("target") ? "probabilities" : "labels");
                    Reduction reduction = reduction(o);
                    return o.text("ignore_index").isEmpty()
                            ? Losses.crossEntropy(o.x(), o.get("target"), reduction)
                            : TorchChoices.crossEntropy(o, reduction);
                });
        add(
                "kl_div",
                o -> {
                    o.only("x", "log probabilities");
                    o.only("reduction", "batchmean");
                    Tensor t = o.get("target");
                    return t.mul(t.log().sub(o.x())).sum().div((double) t.dim(0));
                });
        add(
                "gaussian_nll",
                o -> {
                    Tensor squares = o.x().sub(o.get("target")).square();
                    Tensor scaled = squares.div(o.get("var"));
                    return reduced(o, o.get("var").log().add(scaled).mul(0.5));
                });
        add(
                "triplet_margin",
                o -> {
                    double p = o.real("p");
                    Tensor near = Distances.pairwiseDistance(o.x(), o.get("b"), p, 1e-6);
                    Tensor far = Distances.pairwiseDistance(o.x(), o.get("d"), p, 1e-6);
                    return reduced(o, near.sub(far).add(o.real("margin")).relu());
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

    static Tensor reduced(TorchOperands o, Tensor losses) {
        return switch (reduction(o)) {
            case NONE -> losses;
            case SUM -> losses.sum();
            case MEAN -> losses.mean();
        };
    }

    private static Tensor binaryCrossEntropy(TorchOperands o) {
        Tensor t = o.get("target");
        if (!o.has("pos_weight")) {
            return Losses.binaryCrossEntropyWithLogits(o.x(), t, reduction(o));
        }
        o.only("pos_weight", "true");
        Tensor positive = t.mul(o.get("pos_weight")).mul(o.x().neg().softplus());
        return reduced(o, positive.add(t.neg().add(1).mul(o.x().softplus())));
    }

    private static void products() {
        add(
                "attention",
                o -> {
                    if (!o.text("heads").equals(o.text("kv_heads"))) {
                        throw new UnsupportedCase("grouped");
                    }
                    Tensor q = o.get("q").mul(1 / Math.sqrt((double) o.get("q").dim(-1)));
                    Tensor scores = q.matmul(o.get("k").transpose());
                    return TorchChoices.masked(o, scores).softmax(-1).matmul(o.get("v"));
                });
        add("multi_head_attention", TorchOperators::multiHeadAttention);
    }

    private static Tensor multiHeadAttention(TorchOperands o) {
        o.only("layout", "batch, length, features");
        Tensor x = o.x();
        Tensor memory = o.has("memory") ? o.get("memory") : x;
        Tensor[] projected = new Tensor[3];
        long width = x.dim(2);
        long heads = o.integer("heads");
        for (int i = 0; i < 3; i++) {
            Tensor source = i == 0 ? x : memory;
            Tensor weight = o.get("in_proj_weight").slice(0, i * width, (i + 1) * width);
            Tensor bias = o.get("in_proj_bias").slice(0, i * width, (i + 1) * width);
            Tensor rows = source.reshape(-1, width).linear(weight, bias, Activation.IDENTITY);
            projected[i] =
                    rows.reshape(x.dim(0), source.dim(1), heads, width / heads).permute(0, 2, 1, 3);
        }
        Tensor scores = projected[0].matmul(projected[1].transpose());
        Tensor weights = scores.mul(1 / Math.sqrt((double) width / heads)).softmax(-1);
        Tensor joined = weights.matmul(projected[2]).permute(0, 2, 1, 3).contiguous();
        return joined.reshape(-1, width)
                .linear(o.get("out_weight"), o.get("out_bias"), Activation.IDENTITY)
                .reshape(x.dim(0), x.dim(1), width);
    }

    private static void layouts() {
        add(
                "embedding",
                o -> {
                    Tensor table = o.get("table");
                    Tensor indices = o.get("indices");
                    long[] dims = Arrays.copyOf(indices.shape().toArray(), indices.rank() + 1);
                    dims[indices.rank()] = table.dim(1);
                    Tensor flat = indices.reshape(-1);
                    Tensor rows = table.gather(flat);
                    String padding = o.text("padding_idx");
                    return (padding.isEmpty()
                                    ? rows
                                    : TorchChoices.padded(
                                            rows,
                                            table.detach().gather(flat),
                                            flat,
                                            o.integer("padding_idx")))
                            .reshape(dims);
                });
        add(
                "index_select",
                o -> {
                    int axis = o.integer("axis");
                    Tensor rows = o.x().transpose(0, axis).gather(o.get("indices"));
                    return rows.transpose(0, axis);
                });
    }
}
