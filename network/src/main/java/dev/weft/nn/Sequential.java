package dev.weft.nn;

import dev.weft.Tensor;
import dev.weft.backend.Activation;

import java.util.ArrayList;
import java.util.List;

/**
 * One layer after the other. A {@link Linear} and an activation behind it run as one kernel where
 * the kernel can apply it.
 */
public final class Sequential implements Layer {
    private final List<Layer> layers;
    private final List<ParameterSpec> specs = new ArrayList<>();
    private final int[] starts;

    /** The layers in order, at least one. */
    public Sequential(Layer... layers) {
        if (layers.length == 0) {
            throw new IllegalArgumentException("Sequential: needs at least one layer");
        }
        this.layers = List.of(layers);
        this.starts = new int[layers.length + 1];
        for (int i = 0; i < layers.length; i++) {
            for (ParameterSpec spec : layers[i].parameters()) {
                specs.add(
                        new ParameterSpec(
                                i + "." + spec.name(),
                                spec.shape(),
                                spec.inputs(),
                                spec.initializer()));
            }
            starts[i + 1] = specs.size();
        }
    }

    /** The layers, in order. */
    public List<Layer> layers() {
        return layers;
    }

    @Override
    public String describe() {
        return layers.stream().map(Layer::describe).toList().toString();
    }

    @Override
    public List<ParameterSpec> parameters() {
        return specs;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor y = x;
        for (int i = 0; i < layers.size(); i++) {
            Activation fused = fusedAfter(i);
            if (fused != Activation.IDENTITY && layers.get(i) instanceof Linear linear) {
                y = linear.forward(y, passFor(i, pass), fused);
                i++;
            } else {
                y = layers.get(i).forward(y, passFor(i, pass));
            }
        }
        return y;
    }

    /** y after layer {@code i} alone, which is not fused with its neighbours. */
    public Tensor forward(int i, Tensor x, Pass pass) {
        return layers.get(i).forward(x, passFor(i, pass));
    }

    /** The activation that layer {@code i} can take over from the layer behind it. */
    private Activation fusedAfter(int i) {
        boolean pair =
                i + 1 < layers.size()
                        && layers.get(i) instanceof Linear
                        && layers.get(i + 1) instanceof ActivationLayer;
        return pair ? ((ActivationLayer) layers.get(i + 1)).fused() : Activation.IDENTITY;
    }

    private Pass passFor(int i, Pass pass) {
        return new Pass(
                pass.parameters().subList(starts[i], starts[i + 1]),
                pass.training(),
                pass.dropout());
    }
}
