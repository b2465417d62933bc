package dev.weft.conformance;

import dev.weft.Attention;
import dev.weft.AttentionOptions;
import dev.weft.Positions;
import dev.weft.Tensor;
import dev.weft.backend.Activation;

import java.util.Map;
import java.util.function.Function;

/** PyTorch's attention, alone and with the products around it, and rotary positions. */
final class TorchAttention {
    private TorchAttention() {}

    static void addTo(Map<String, Function<TorchOperands, Tensor>> operations) {
        operations.put(
                "attention",
                o -> {
                    o.only("causal_alignment", "bottom right");
                    o.integer("heads");
                    o.integer("kv_heads");
                    AttentionOptions options =
                            AttentionOptions.defaults()
                                    .causal(o.flag("causal"))
                                    .mask(o.has("mask") ? o.get("mask") : null);
                    return Attention.attend(o.get("q"), o.get("k"), o.get("v"), options);
                });
        operations.put(
                "rotary",
                o ->
                        Positions.rotate(
                                o.x(),
                                o.text("pairs").equals("halves")
                                        ? Positions.Pairs.HALVES
                                        : Positions.Pairs.ADJACENT,
                                o.real("base"),
                                o.integer("first_position")));
        operations.put("multi_head_attention", TorchAttention::multiHead);
    }

    private static Tensor multiHead(TorchOperands o) {
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
        Tensor joined =
                Attention.attend(
                                projected[0],
                                projected[1],
                                projected[2],
                                AttentionOptions.defaults())
                        .permute(0, 2, 1, 3)
                        .contiguous();
        return joined.reshape(-1, width)
                .linear(o.get("out_weight"), o.get("out_bias"), Activation.IDENTITY)
                .reshape(x.dim(0), x.dim(1), width);
    }
}
