package dev.weft.nn;

import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One block after the other, by their numbers from 0 on: each takes what the one before gives.
 * Neighbours run as one kernel where the first of them offers it: {@link Layer#fusedWith}.
 */
public final class Sequential implements Layer {
    private final List<Block> blocks;
    private final List<Block> fused = new ArrayList<>();

    /** The blocks in order, at least one. */
    public Sequential(Block... blocks) {
        if (blocks.length == 0) {
            throw new IllegalArgumentException("Sequential: needs at least one layer");
        }
        this.blocks = List.of(blocks);
        for (int i = 0; i < blocks.length; i++) {
            Optional<Layer> pair = i + 1 < blocks.length ? pair(blocks[i], blocks[i + 1]) : NONE;
            fused.add(pair.isPresent() ? pair.get() : blocks[i]);
            i += pair.isPresent() ? 1 : 0;
        }
    }

    private static final Optional<Layer> NONE = Optional.empty();

    private static Optional<Layer> pair(Block one, Block next) {
        return one instanceof Layer layer && next instanceof Layer behind
                ? layer.fusedWith(behind)
                : NONE;
    }

    /** The blocks, in order. */
    public List<Block> blocks() {
        return blocks;
    }

    @Override
    public String describe() {
        return blocks.stream().map(Block::describe).toList().toString();
    }

    @Override
    public List<Child> children() {
        return Child.numbered(blocks);
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        List<Tensor> outputs = forward(pass, List.of(x));
        if (outputs.size() != 1) {
            throw new IllegalArgumentException(
                    "%s gives %d results where one is needed"
                            .formatted(describe(), outputs.size()));
        }
        return outputs.getFirst();
    }

    @Override
    public List<Tensor> forward(Pass pass, List<Tensor> inputs) {
        List<Tensor> y = inputs;
        for (Block block : pass.isObserved() ? blocks : fused) {
            y = pass.apply(block, y);
        }
        return y;
    }
}
