package dev.weft.nn;

import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Layers side by side, by their numbers from 0 on. Where there is one input, each takes it;
 * otherwise each takes the input of its number. Their results stay as they are or are joined.
 */
public final class Parallel implements Block {
    private final List<Layer> layers;
    private final @Nullable Join join;
    private final String name;

    /** Makes one tensor of several. */
    private interface Join {
        Tensor of(List<Tensor> parts);
    }

    private Parallel(String name, @Nullable Join join, Layer... layers) {
        if (layers.length == 0) {
            throw new IllegalArgumentException("Parallel: needs at least one layer");
        }
        this.name = name;
        this.join = join;
        this.layers = List.of(layers);
    }

    /** As many results as layers. */
    public static Parallel of(Layer... layers) {
        return new Parallel("Parallel", null, layers);
    }

    /** The results one behind the other along an axis. */
    public static Parallel concat(int axis, Layer... layers) {
        return new Parallel(
                "Concat(" + axis + ")",
                parts -> Tensor.concat(axis, parts.toArray(Tensor[]::new)),
                layers);
    }

    /** The sum of the results. */
    public static Parallel sum(Layer... layers) {
        return new Parallel(
                "Sum", parts -> parts.stream().reduce(Tensor::add).orElseThrow(), layers);
    }

    @Override
    public String describe() {
        return layers.stream()
                .map(Layer::describe)
                .collect(Collectors.joining(" | ", name + "[", "]"));
    }

    @Override
    public List<Child> children() {
        return Child.numbered(layers);
    }

    @Override
    public List<Tensor> forward(Pass pass, List<Tensor> inputs) {
        if (inputs.size() != 1 && inputs.size() != layers.size()) {
            throw new IllegalArgumentException(
                    "%s takes one input or %d, got %d"
                            .formatted(describe(), layers.size(), inputs.size()));
        }
        List<Tensor> results = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            results.add(pass.apply(layers.get(i), inputs.get(inputs.size() == 1 ? 0 : i)));
        }
        return join == null ? results : List.of(join.of(results));
    }
}
