package dev.weft.nn;

import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Self-attention and a feed-forward part, each with what it took added and normalised: batch×
 * length×width to the same. PyTorch's TransformerEncoderLayer with {@code batch_first}, by its
 * names; where the attention is causal, a layer of a GPT. Vaswani et al. 2017.
 *
 * <p>Its inputs are x, or x and a mask as {@link MultiHeadAttention} takes it.
 */
public final class TransformerEncoderLayer implements Block {
    private final TransformerSettings settings;
    private final MultiHeadAttention attention;
    private final Linear linear1;
    private final Linear linear2;
    private final Layer norm1;
    private final Layer norm2;

    /** Such a layer. */
    public TransformerEncoderLayer(TransformerSettings settings) {
        this.settings = settings;
        this.attention = new MultiHeadAttention(settings.attention());
        this.linear1 = settings.first();
        this.linear2 = settings.second();
        this.norm1 = settings.norm();
        this.norm2 = settings.norm();
    }

    @Override
    public List<Child> children() {
        return List.of(
                new Child("self_attn", attention),
                new Child("linear1", linear1),
                new Child("linear2", linear2),
                new Child("norm1", norm1),
                new Child("norm2", norm2));
    }

    @Override
    public List<Tensor> forward(Pass pass, List<Tensor> inputs) {
        if (inputs.isEmpty() || inputs.size() > 2) {
            throw new IllegalArgumentException(
                    "%s takes x, or x and a mask, got %d inputs"
                            .formatted(describe(), inputs.size()));
        }
        Sublayers sublayers = new Sublayers(pass, settings);
        Tensor x =
                sublayers.around(
                        inputs.getFirst(),
                        norm1,
                        y -> {
                            List<Tensor> taken = new ArrayList<>(List.of(y));
                            if (inputs.size() == 2) {
                                taken.add(y);
                                taken.add(inputs.get(1));
                            }
                            return pass.apply(attention, taken).getFirst();
                        });
        return List.of(sublayers.around(x, norm2, y -> sublayers.feed(y, linear1, linear2)));
    }
}
