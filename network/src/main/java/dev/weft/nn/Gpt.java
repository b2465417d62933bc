package dev.weft.nn;

import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * A causal transformer: ids batch×length to logits batch×length×vocabulary for the token that
 * follows each. Radford et al. 2019 (GPT-2), whose table of tokens is also the last product's
 * weight; by {@link #modern} with what Llama changed: rotary positions, {@link RMSNorm}, gated SiLU
 * and no biases. {@link TextGenerator} goes on with a text.
 *
 * <p>The tables begin as GPT-2's, the layers with PyTorch's first values; the sum of tokens and
 * positions has no dropout.
 */
public final class Gpt implements Layer {
    private final Embedding tokens;
    private final List<Layer> positions;
    private final List<TransformerEncoderLayer> layers = new ArrayList<>();
    private final Layer norm;
    private final int context;

    private Gpt(int vocabulary, int context, int depth, boolean table, TransformerSettings layer) {
        if (depth < 1 || context < 1) {
            throw new IllegalArgumentException(
                    "GPT: layers and context must be at least 1, got %d, %d"
                            .formatted(depth, context));
        }
        int width = layer.attention().width();
        this.context = context;
        tokens = new Embedding(vocabulary, width).weight(Initializer.normal(0.02));
        positions = table ? List.of(new LearnedPositions(context, width)) : List.of();
        for (int i = 0; i < depth; i++) {
            layers.add(new TransformerEncoderLayer(layer));
        }
        norm = layer.norm();
    }

    /** GPT-2: learned positions, GELU, layer norms before each part. */
    public static Gpt gpt2(
            int vocabulary, int context, int width, int heads, int depth, double dropout) {
        TransformerSettings layer =
                TransformerSettings.of(AttentionSettings.of(width, heads).causal(true), 4 * width)
                        .feedForward(FeedForward.GELU_TANH)
                        .normFirst(true)
                        .dropout(dropout);
        return new Gpt(vocabulary, context, depth, true, layer);
    }

    /**
     * With rotary positions, {@link RMSNorm}, gated SiLU and no biases, and fewer heads of keys
     * where that is asked for: Touvron et al. 2023.
     */
    public static Gpt modern(
            int vocabulary, int context, int width, int heads, int keyValueHeads, int depth) {
        AttentionSettings attention =
                AttentionSettings.of(width, heads)
                        .keyValueHeads(keyValueHeads)
                        .causal(true)
                        .bias(false)
                        .positions(HeadPositions.ROTARY_HALVES);
        TransformerSettings layer =
                TransformerSettings.of(attention, 8 * width / 3)
                        .feedForward(FeedForward.SWIGLU)
                        .normFirst(true)
                        .rootMeanSquare(true);
        return new Gpt(vocabulary, context, depth, false, layer);
    }

    /** The most tokens that it is to see at once. */
    public int context() {
        return context;
    }

    @Override
    public List<Child> children() {
        List<Child> children = new ArrayList<>();
        children.add(new Child("tokens", tokens));
        positions.forEach(table -> children.add(new Child("positions", table)));
        children.addAll(Child.numbered(layers));
        children.add(new Child("norm", norm));
        return children;
    }

    @Override
    public Tensor forward(Pass pass, Tensor ids) {
        Tensor x = pass.apply(tokens, ids);
        for (Layer table : positions) {
            x = pass.apply(table, x);
        }
        for (TransformerEncoderLayer layer : layers) {
            x = pass.apply(layer, List.of(x)).getFirst();
        }
        Tensor y = pass.apply(norm, x).reshape(-1, x.dim(2));
        Tensor logits = y.matmul(pass.get(tokens, "weight").transpose());
        return logits.reshape(ids.dim(0), ids.dim(1), tokens.count());
    }
}
