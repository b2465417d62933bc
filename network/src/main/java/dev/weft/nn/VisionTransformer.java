package dev.weft.nn;

import dev.weft.Shape;
import dev.weft.ShapeException;
import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * ViT: images cut into square patches, which a transformer takes as tokens behind one that stands
 * for the class; batch×channels×side×side to batch×classes. Dosovitskiy et al. 2021: pre-norm, GELU
 * and learned positions.
 */
public final class VisionTransformer implements Layer {
    private static final String TOKEN = "class_token";

    private final Convolution patches;
    private final LearnedPositions positions;
    private final List<TransformerEncoderLayer> layers = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear head;
    private final int width;
    private final int channels;
    private final int side;

    /**
     * A network.
     *
     * @param channels of the images
     * @param side of the images, a multiple of the patches'
     * @param patch the side of a patch
     * @param width of a token, a multiple of the heads
     * @param heads of attention
     * @param depth how many layers
     * @param dropout in training
     * @param classes of the result
     */
    public VisionTransformer(
            int channels,
            int side,
            int patch,
            int width,
            int heads,
            int depth,
            double dropout,
            int classes) {
        if (patch < 1 || side < patch || side % patch != 0 || depth < 1) {
            throw new IllegalArgumentException(
                    "ViT: patches of %d must divide the side of the images, %d, and there must be a layer, got %d"
                            .formatted(patch, side, depth));
        }
        this.width = width;
        this.channels = channels;
        this.side = side;
        patches = Convolution.conv2d(channels, width, patch).stride(patch);
        int tokens = (side / patch) * (side / patch) + 1;
        positions = new LearnedPositions(tokens, width);
        TransformerSettings settings =
                TransformerSettings.of(AttentionSettings.of(width, heads), 4 * width)
                        .feedForward(FeedForward.GELU)
                        .normFirst(true)
                        .dropout(dropout);
        for (int i = 0; i < depth; i++) {
            layers.add(new TransformerEncoderLayer(settings));
        }
        norm = new LayerNorm(width);
        head = new Linear(width, classes);
    }

    @Override
    public List<ParameterSpec> parameters() {
        Shape shape = Shape.of(1, 1, width);
        return List.of(new ParameterSpec(TOKEN, shape, Fans.of(shape), Initializer.zeros()));
    }

    @Override
    public List<Child> children() {
        List<Child> children = new ArrayList<>();
        children.add(new Child("patches", patches));
        children.add(new Child("positions", positions));
        children.addAll(Child.numbered(layers));
        children.add(new Child("norm", norm));
        children.add(new Child("head", head));
        return children;
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        if (x.rank() != 4 || x.dim(1) != channels || x.dim(2) != side || x.dim(3) != side) {
            throw new ShapeException(
                    "ViT: x is %s: it must be batch×%d×%d×%d, the images"
                            .formatted(x, channels, side, side));
        }
        Tensor tokens = pass.apply(patches, x).flatten(2, -1).transpose(1, 2);
        Tensor first = pass.get(this, TOKEN).expand(x.dim(0), 1, width);
        Tensor y = pass.apply(positions, Tensor.concat(1, first, tokens));
        for (TransformerEncoderLayer layer : layers) {
            y = pass.apply(layer, List.of(y)).getFirst();
        }
        return pass.apply(head, pass.apply(norm, y.select(1, 0)));
    }
}
