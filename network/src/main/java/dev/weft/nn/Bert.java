package dev.weft.nn;

import dev.weft.DType;
import dev.weft.ShapeException;
import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * BERT's encoder: ids batch×length to vectors batch×length×width, by post-norm layers with GELU
 * over the sum of what tokens, places and segments are. Devlin et al. 2019.
 *
 * <p>Its inputs are the ids; or the ids and which segment each is of; or these and a mask,
 * batch×length and BOOL, of the tokens that are there.
 */
public final class Bert implements Block {
    private static final int SEGMENTS = 2;

    /** Of the tables, as in BERT; the layers begin with PyTorch's first values. */
    private static final Initializer FIRST = Initializer.truncatedNormal(0.02);

    private final Embedding tokens;
    private final Embedding segments;
    private final LearnedPositions positions;
    private final LayerNorm norm;
    private final List<TransformerEncoderLayer> layers = new ArrayList<>();
    private final double dropout;

    /**
     * An encoder.
     *
     * @param vocabulary how many ids there are; 0 stands for no token
     * @param context the most tokens of a sequence
     * @param width of a token, a multiple of the heads: 768 in BERT's smaller one
     * @param heads of attention: 12
     * @param depth how many layers: 12
     * @param dropout in training: 0.1
     */
    public Bert(int vocabulary, int context, int width, int heads, int depth, double dropout) {
        if (depth < 1) {
            throw new IllegalArgumentException(
                    "BERT: needs at least one layer, got %d".formatted(depth));
        }
        this.dropout = dropout;
        tokens = new Embedding(vocabulary, width).padding(0).weight(FIRST);
        segments = new Embedding(SEGMENTS, width).weight(FIRST);
        positions = new LearnedPositions(context, width, FIRST);
        norm = new LayerNorm(width);
        TransformerSettings settings =
                TransformerSettings.of(AttentionSettings.of(width, heads), 4 * width)
                        .feedForward(FeedForward.GELU)
                        .dropout(dropout);
        for (int i = 0; i < depth; i++) {
            layers.add(new TransformerEncoderLayer(settings));
        }
    }

    @Override
    public List<Child> children() {
        List<Child> children = new ArrayList<>();
        children.add(new Child("tokens", tokens));
        children.add(new Child("segments", segments));
        children.add(new Child("positions", positions));
        children.add(new Child("norm", norm));
        children.addAll(Child.numbered(layers));
        return children;
    }

    @Override
    public List<Tensor> forward(Pass pass, List<Tensor> inputs) {
        if (inputs.isEmpty() || inputs.size() > 3) {
            throw new IllegalArgumentException(
                    "BERT takes ids, segments and a mask, or the first of these, got %d inputs"
                            .formatted(inputs.size()));
        }
        Tensor ids = inputs.getFirst();
        Tensor segment =
                inputs.size() > 1
                        ? inputs.get(1)
                        : ids.device().zeros(DType.I32, ids.shape().toArray());
        Tensor y = pass.apply(tokens, ids).add(pass.apply(segments, segment));
        y = pass.dropout(pass.apply(norm, pass.apply(positions, y)), dropout);
        List<Tensor> taken = new ArrayList<>(List.of(y));
        if (inputs.size() == 3) {
            taken.add(ofKeys(inputs.get(2), ids));
        }
        for (TransformerEncoderLayer layer : layers) {
            taken.set(0, pass.apply(layer, taken).getFirst());
        }
        return List.of(taken.getFirst());
    }

    /** The mask for every head and query. */
    private static Tensor ofKeys(Tensor mask, Tensor ids) {
        if (mask.dtype() != DType.BOOL || !mask.shape().equals(ids.shape())) {
            throw new ShapeException(
                    "BERT: the mask is %s, and the ids are %s: it must be BOOL, and of their shape"
                            .formatted(mask, ids));
        }
        return mask.unsqueeze(1).unsqueeze(1);
    }
}
