package dev.weft.nn;

import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Causal self-attention, attention to a memory and a feed-forward part, each with what it took
 * added and normalised. PyTorch's TransformerDecoderLayer with {@code batch_first}, by its names,
 * and with a causal mask. Vaswani et al. 2017.
 *
 * <p>Its inputs are x and the memory, both batch×length×width, or these and a mask of the memory.
 */
public final class TransformerDecoderLayer implements Block {
    private final TransformerSettings settings;
    private final MultiHeadAttention attention;
    private final MultiHeadAttention cross;
    private final Linear linear1;
    private final Linear linear2;
    private final Layer norm1;
    private final Layer norm2;
    private final Layer norm3;

    /** Such a layer. */
    public TransformerDecoderLayer(TransformerSettings settings) {
        this.settings = settings;
        this.attention = new MultiHeadAttention(settings.attention().causal(true));
        this.cross = new MultiHeadAttention(settings.cross());
        this.linear1 = settings.first();
        this.linear2 = settings.second();
        this.norm1 = settings.norm();
        this.norm2 = settings.norm();
        this.norm3 = settings.norm();
    }

    @Override
    public List<Child> children() {
        return List.of(
                new Child("self_attn", attention),
                new Child("multihead_attn", cross),
                new Child("linear1", linear1),
                new Child("linear2", linear2),
                new Child("norm1", norm1),
                new Child("norm2", norm2),
                new Child("norm3", norm3));
    }

    @Override
    public List<Tensor> forward(Pass pass, List<Tensor> inputs) {
        if (inputs.size() != 2 && inputs.size() != 3) {
            throw new IllegalArgumentException(
                    "%s takes x and the memory, and perhaps a mask, got %d inputs"
                            .formatted(describe(), inputs.size()));
        }
        Sublayers sublayers = new Sublayers(pass, settings);
        Tensor seen =
                sublayers.around(
                        inputs.getFirst(),
                        norm1,
                        y -> pass.apply(attention, List.of(y)).getFirst());
        Tensor x =
                sublayers.around(
                        seen,
                        norm2,
                        y -> {
                            List<Tensor> taken = new ArrayList<>(inputs);
                            taken.set(0, y);
                            return pass.apply(cross, taken).getFirst();
                        });
        return List.of(sublayers.around(x, norm3, y -> sublayers.feed(y, linear1, linear2)));
    }
}
