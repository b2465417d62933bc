package dev.weft.nn;

import dev.weft.Attention;
import dev.weft.AttentionOptions;
import dev.weft.DType;
import dev.weft.Positions;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Activation;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * {@link Attention#attend} of heads between two projections: batch×length×width to the same.
 * PyTorch's MultiheadAttention with {@code batch_first}, by its names: {@code in_proj_weight} has
 * the rows of queries, of keys and of values.
 *
 * <p>Its inputs are x; or x and the memory that keys and values are made of, batch×length×width; or
 * these and a mask as {@link AttentionOptions} takes it, true where a query may see a key. With a
 * {@link KeyValueCache}, a causal one sees what was before.
 */
public final class MultiHeadAttention implements Block {
    private static final String WEIGHT = "in_proj_weight";
    private static final String BIAS = "in_proj_bias";

    private final AttentionSettings settings;
    private final Linear output;

    /** Such a block. */
    public MultiHeadAttention(AttentionSettings settings) {
        this.settings = settings;
        this.output =
                new Linear(
                        settings.width(),
                        settings.width(),
                        Initializer.pytorch(),
                        settings.bias() ? Initializer.zeros() : null);
    }

    /** What it is like. */
    public AttentionSettings settings() {
        return settings;
    }

    @Override
    public String describe() {
        return "MultiHeadAttention(%d, %d heads%s)"
                .formatted(settings.width(), settings.heads(), settings.causal() ? ", causal" : "");
    }

    @Override
    public List<Child> children() {
        return List.of(new Child("out_proj", output));
    }

    @Override
    public List<ParameterSpec> parameters() {
        Shape shape = Shape.of(rows(settings.heads() + 2 * settings.keyValueHeads()), width());
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec(WEIGHT, shape, Fans.of(shape), Initializer.glorotUniform()));
        if (settings.bias()) {
            specs.add(
                    new ParameterSpec(
                            BIAS, Shape.of(shape.dim(0)), Fans.of(shape), Initializer.zeros()));
        }
        return specs;
    }

    private int width() {
        return settings.width();
    }

    private int rows(int heads) {
        return heads * settings.headWidth();
    }

    @Override
    public List<Tensor> forward(Pass pass, List<Tensor> inputs) {
        if (inputs.isEmpty() || inputs.size() > 3) {
            throw new IllegalArgumentException(
                    "%s takes x, x and memory, or x, memory and a mask, got %d inputs"
                            .formatted(describe(), inputs.size()));
        }
        Tensor x = inputs.getFirst();
        Tensor memory = inputs.size() > 1 ? inputs.get(1) : x;
        Scales.checkSequence(describe(), x, width());
        Scales.checkSequence(describe(), memory, width());
        int heads = settings.heads();
        int all = heads + 2 * settings.keyValueHeads();
        Tensor together = memory == x ? projected(pass, x, 0, all) : null;
        Tensor queries =
                together == null ? projected(pass, x, 0, heads) : together.slice(1, 0, heads);
        Tensor others =
                together == null
                        ? projected(pass, memory, heads, all)
                        : together.slice(1, heads, all);
        return List.of(attended(pass, queries, others, inputs.size() == 3 ? inputs.get(2) : null));
    }

    /** What some of the heads take: batch×heads×length×(a head's width). */
    private Tensor projected(Pass pass, Tensor x, int from, int to) {
        Tensor weight = pass.get(this, WEIGHT).slice(0, rows(from), rows(to));
        Tensor bias = settings.bias() ? pass.get(this, BIAS).slice(0, rows(from), rows(to)) : null;
        return x.contiguous()
                .reshape(-1, width())
                .linear(weight, bias, Activation.IDENTITY)
                .reshape(x.dim(0), x.dim(1), to - from, settings.headWidth())
                .permute(0, 2, 1, 3);
    }

    private Tensor attended(Pass pass, Tensor queries, Tensor others, @Nullable Tensor mask) {
        int shared = settings.keyValueHeads();
        long first = settings.causal() ? pass.position() : 0;
        Tensor q = settings.positions().placed(queries, first);
        Tensor k = settings.positions().placed(others.slice(1, 0, shared), first);
        Tensor v = others.slice(1, shared, 2L * shared);
        KeyValueCache cache = settings.causal() ? pass.cache() : null;
        if (cache != null) {
            KeyValueCache.Entry seen = cache.append(this, k, v);
            k = seen.keys();
            v = seen.values();
        }
        AttentionOptions options =
                pass.dropping(
                        AttentionOptions.defaults()
                                .causal(settings.causal())
                                .mask(biased(mask, q, k)),
                        settings.dropout());
        Tensor y = Attention.attend(q, k, v, options).permute(0, 2, 1, 3).contiguous();
        return pass.apply(output, y.reshape(y.dim(0), y.dim(1), width()));
    }

    /** The mask with what distance takes from the scores. */
    private @Nullable Tensor biased(@Nullable Tensor mask, Tensor q, Tensor k) {
        if (settings.positions() != HeadPositions.ALIBI) {
            return mask;
        }
        Tensor bias = Positions.alibi(q.device(), q.dtype(), settings.heads(), k.dim(2));
        if (mask == null) {
            return bias;
        }
        return mask.dtype() == DType.BOOL
                ? mask.where(
                        bias,
                        bias.device().full(bias.dtype(), Double.NEGATIVE_INFINITY, Shape.SCALAR))
                : mask.add(bias);
    }
}
