package dev.weft.onnx.operator;

import dev.weft.Attention;
import dev.weft.AttentionOptions;
import dev.weft.DType;
import dev.weft.Tensor;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Attention as ONNX Runtime has it: of queries, keys and values of one product, of three inputs, or
 * of bytes. microsoft/onnxruntime v1.20, docs/ContribOperators.md.
 */
final class FusedAttention {
    private static final double HIDDEN = -10_000;

    private final NodeCall node;
    private final long heads;
    private @Nullable Tensor bias;

    private FusedAttention(NodeCall node) {
        this.node = node;
        this.heads = node.integer("num_heads", 1);
    }

    static void addTo(OperatorTable operators) {
        operators.put(
                FusedOperators.DOMAIN + "Attention",
                node -> new FusedAttention(node).ofOneProduct());
        operators.put(
                FusedOperators.DOMAIN + "QAttention", node -> new FusedAttention(node).ofBytes());
        operators.put(
                FusedOperators.DOMAIN + "MultiHeadAttention",
                node -> new FusedAttention(node).ofThree());
    }

    private List<Tensor> ofOneProduct() {
        node.ignore("past_present_share_buffer");
        if (node.integer("do_rotary", 0) != 0) {
            throw new UnsupportedOnnxException("do_rotary");
        }
        Tensor product =
                FusedOperators.plus(
                        ProductOperators.matmul(node.x(0), node.x(1)), node.optional(2));
        return split(product, 3, 4, 5);
    }

    private List<Tensor> ofBytes() {
        Tensor product =
                QuantizedOperators.scaledProduct(
                        node.x(0),
                        node.optional(6),
                        node.x(3),
                        node.x(1),
                        node.optional(7),
                        node.x(4));
        return split(FusedOperators.plus(product, node.optional(2)), 5, 8, -1);
    }

    /** Queries, keys and values side by side, with the numbers of further inputs. */
    private List<Tensor> split(Tensor product, int mask, int past, int added) {
        long[] widths = node.integers("qkv_hidden_sizes");
        long third = product.dim(2) / 3;
        List<Tensor> parts =
                product.split(widths.length == 3 ? widths : new long[] {third, third, third}, 2);
        Tensor k = withHeads(parts.get(1));
        Tensor v = withHeads(parts.get(2));
        if (past >= 0 && node.has(past)) {
            k = Tensor.concat(2, node.x(past).select(0, 0), k);
            v = Tensor.concat(2, node.x(past).select(0, 1), v);
        }
        bias = added >= 0 ? node.optional(added) : null;
        Tensor y = attend(withHeads(parts.get(0)), k, v, mask);
        return node.asksFor(1)
                ? List.of(y, Tensor.concat(0, k.unsqueeze(0), v.unsqueeze(0)))
                : List.of(y);
    }

    private List<Tensor> ofThree() {
        if (!node.has(1) || !node.has(2)) {
            throw new UnsupportedOnnxException("keys and values packed with the queries");
        }
        Tensor q = node.x(0);
        Tensor k = node.x(1);
        Tensor v = node.x(2);
        if (q.rank() != 3) {
            throw new UnsupportedOnnxException("queries of %d axes".formatted(q.rank()));
        }
        Tensor biases = node.optional(3);
        if (biases != null) {
            long width = q.dim(2);
            q = q.add(biases.slice(0, 0, width));
            k = k.rank() == 4 ? k : k.add(biases.slice(0, width, 2 * width));
            v = v.rank() == 4 ? v : v.add(biases.slice(0, 2 * width, biases.dim(0)));
        }
        // Those of another sequence have their heads already.
        Tensor keys = k.rank() == 4 ? k : withHeads(k);
        Tensor values = v.rank() == 4 ? v : withHeads(v);
        if (node.has(6)) {
            keys = Tensor.concat(2, node.x(6), keys);
            values = Tensor.concat(2, node.x(7), values);
        }
        bias = node.optional(5);
        return List.of(attend(withHeads(q), keys, values, 4), keys, values);
    }

    private Tensor withHeads(Tensor x) {
        return LayoutOperators.reshaped(x, x.dim(0), x.dim(1), heads, x.dim(2) / heads)
                .permute(0, 2, 1, 3);
    }

    private Tensor attend(Tensor q, Tensor k, Tensor v, int maskInput) {
        double scale = node.real("scale", 0);
        AttentionOptions options =
                AttentionOptions.defaults()
                        .mask(mask(maskInput, q, k))
                        .causal(node.integer("unidirectional", 0) == 1)
                        .scale(scale == 0 ? Double.NaN : scale);
        Tensor y = Attention.attend(q, k, v, options);
        return LayoutOperators.reshaped(
                y.permute(0, 2, 1, 3), q.dim(0), q.dim(2), heads * v.dim(3));
    }

    /** What is added to the scores: a bias, and a number where a key is hidden. */
    private @Nullable Tensor mask(int input, Tensor q, Tensor k) {
        double hidden = node.real("mask_filter_value", HIDDEN);
        if (!node.has(input)) {
            return bias;
        }
        Tensor seen = seen(node.x(input), q.dim(0), k.dim(2));
        Tensor added = seen.where(ChoiceOperators.number(q, 0), ChoiceOperators.number(q, hidden));
        return bias == null ? added : bias.add(added);
    }

    /** Given as lengths, as ends and starts, by key, or by query and key. */
    private static Tensor seen(Tensor mask, long batch, long keys) {
        if (mask.rank() == 1) {
            Tensor places = mask.device().arange(mask.dtype(), (double) keys).unsqueeze(0);
            Tensor seen = places.less(mask.slice(0, 0, batch).unsqueeze(1));
            if (mask.dim(0) == 2 * batch) {
                Tensor starts = mask.slice(0, batch, 2 * batch).unsqueeze(1);
                seen = seen.logicalAnd(places.greaterEqual(starts));
            } else if (mask.dim(0) != batch) {
                throw new UnsupportedOnnxException("a mask of " + mask.shape());
            }
            return seen.unsqueeze(1).unsqueeze(1);
        }
        Tensor seen = mask.dtype() == DType.BOOL ? mask : mask.notEqual(mask.zerosLike());
        return switch (mask.rank()) {
            case 2 -> seen.unsqueeze(1).unsqueeze(1);
            case 3 -> seen.unsqueeze(1);
            default -> seen;
        };
    }
}
