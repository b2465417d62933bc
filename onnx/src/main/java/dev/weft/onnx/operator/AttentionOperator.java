package dev.weft.onnx.operator;

import dev.weft.Attention;
import dev.weft.AttentionOptions;
import dev.weft.DType;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** ONNX's attention: of tensors with or without an axis for heads, with what was seen before. */
final class AttentionOperator {
    private static final int MASK = 3;
    private static final int PAST = 4;

    private final NodeCall node;
    private final Tensor q;
    private final Tensor k;
    private final Tensor v;
    private final AttentionOptions options;

    private AttentionOperator(NodeCall node) {
        this.node = node;
        long heads = node.integer("q_num_heads", 0);
        long shared = node.integer("kv_num_heads", 0);
        q = withHeads(node.x(0), heads);
        k = behind(PAST, withHeads(node.x(1), shared));
        v = behind(PAST + 1, withHeads(node.x(2), shared));
        options =
                AttentionOptions.defaults()
                        .mask(mask())
                        .scale(node.real("scale", Double.NaN))
                        .softcap(node.real("softcap", 0));
    }

    /** The mask, and what is causal: ONNX counts from the first query and the first new key. */
    private @Nullable Tensor mask() {
        Tensor given = node.has(MASK) ? node.x(MASK) : null;
        if (node.integer("is_causal", 0) == 0) {
            return given;
        }
        int before = node.has(PAST) ? (int) node.x(PAST).dim(2) : 0;
        Tensor past = node.device().ones(DType.BOOL, q.dim(2), k.dim(2)).tril(before);
        if (given == null) {
            return past;
        }
        return given.dtype() == DType.BOOL
                ? given.logicalAnd(past)
                : past.where(given, given.fullLike(Double.NEGATIVE_INFINITY));
    }

    static void addTo(OperatorTable operators) {
        operators.put("Attention", AttentionOperator::run);
    }

    private static List<Tensor> run(NodeCall node) {
        return new AttentionOperator(node).results();
    }

    private List<Tensor> results() {
        boolean flat = node.x(0).rank() == 3;
        Tensor y = Attention.attend(q, k, v, options);
        Tensor given =
                flat
                        ? y.permute(0, 2, 1, 3)
                                .contiguous()
                                .reshape(q.dim(0), q.dim(2), q.dim(1) * v.dim(3))
                        : y;
        return node.asksFor(3) ? List.of(given, k, v, scores()) : List.of(given, k, v);
    }

    /** The scores as they are at one of the four steps, for who asks for them. */
    private Tensor scores() {
        long mode = node.integer("qk_matmul_output_mode", 0);
        double scale =
                Double.isNaN(options.scale()) ? 1 / Math.sqrt((double) q.dim(3)) : options.scale();
        Tensor keys = k.repeatInterleave(q.dim(1) / k.dim(1), 1);
        Tensor products = q.matmul(keys.transpose()).mul(scale);
        double cap = options.softcap();
        Tensor capped = cap == 0 ? products : products.div(cap).tanh().mul(cap);
        Tensor seen = capped;
        Tensor by = options.mask();
        if (by != null) {
            seen =
                    by.dtype() == DType.BOOL
                            ? seen.maskedFill(by.logicalNot(), Double.NEGATIVE_INFINITY)
                            : seen.add(by);
        }
        return switch ((int) mode) {
            case 0 -> products;
            case 1 -> capped;
            case 2 -> seen;
            default -> seen.softmax(-1);
        };
    }

    private static Tensor withHeads(Tensor x, long heads) {
        return x.rank() == 4
                ? x
                : x.reshape(x.dim(0), x.dim(1), heads, x.dim(2) / heads).permute(0, 2, 1, 3);
    }

    private Tensor behind(int past, Tensor x) {
        return node.has(past) ? Tensor.concat(2, node.x(past), x) : x;
    }
}
