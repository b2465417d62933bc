package dev.weft.nn;

import dev.weft.AttentionOptions;
import dev.weft.DropoutState;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** What blocks get on the way forward: the values of their parameters, and what they may do. */
public final class Pass {
    private final Parameters parameters;
    private final boolean training;
    private final DropoutState dropout;
    private final @Nullable KeyValueCache cache;
    private final @Nullable Observer observer;
    private final SequencedMap<Parameter, Tensor> updates = new LinkedHashMap<>();

    /** Is told of each block that a pass comes through, as for summaries and messages. */
    @FunctionalInterface
    interface Observer {
        /** A block is about to be run. */
        default void runs(Block block) {}

        /** A block has been run, after the blocks that it is made of. */
        void ran(Block block, List<Tensor> inputs, List<Tensor> outputs);
    }

    Pass(
            Parameters parameters,
            boolean training,
            DropoutState dropout,
            @Nullable KeyValueCache cache,
            @Nullable Observer observer) {
        this.parameters = parameters;
        this.training = training;
        this.dropout = dropout;
        this.cache = cache;
        this.observer = observer;
    }

    /** Whether dropout drops, and running means run. */
    public boolean training() {
        return training;
    }

    /** What was seen before, where this pass goes on from there. */
    @Nullable KeyValueCache cache() {
        return cache;
    }

    /** The position of the first token of a sequence: 0, unless this pass goes on with one. */
    public long position() {
        return cache == null ? 0 : cache.length();
    }

    /** With weights dropped at this rate, in training. */
    AttentionOptions dropping(AttentionOptions options, double rate) {
        return training && rate > 0 ? options.dropout(rate, dropout) : options;
    }

    /** Whether every block is to be seen by itself, and none fused with its neighbour. */
    boolean isObserved() {
        return observer != null;
    }

    /**
     * The value of a block's own parameter or buffer.
     *
     * @param block usually {@code this}
     * @throws IllegalArgumentException where it has none of that name
     */
    public Tensor get(Block block, String name) {
        return parameters.of(block, name).value();
    }

    /**
     * Gives a block's own buffer a new value, of its shape, when the step that this pass is a part
     * of is done; not where that step is refused.
     *
     * @throws IllegalArgumentException where it has no buffer of that name
     */
    public void update(Block block, String name, Tensor value) {
        Parameter buffer = parameters.of(block, name);
        if (buffer.role() != Role.BUFFER) {
            throw new IllegalArgumentException(
                    "%s: '%s' is a parameter: only buffers are updated by a pass"
                            .formatted(block.describe(), name));
        }
        updates.put(buffer, value);
    }

    /** The result of a layer for x. */
    public Tensor apply(Layer layer, Tensor x) {
        return isObserved() ? apply((Block) layer, List.of(x)).getFirst() : layer.forward(this, x);
    }

    /** The results of a block for its inputs. */
    public List<Tensor> apply(Block block, List<Tensor> inputs) {
        if (observer == null) {
            return block.forward(this, inputs);
        }
        observer.runs(block);
        List<Tensor> outputs = block.forward(this, inputs);
        observer.ran(block, inputs, outputs);
        return outputs;
    }

    /**
     * In training, x with each element dropped with probability {@code rate} and the others divided
     * by 1 - rate: {@link DropoutState#apply}. Otherwise x.
     */
    public Tensor dropout(Tensor x, double rate) {
        return training && rate > 0 ? dropout.apply(x, rate) : x;
    }

    /** New values of buffers, to be written when the step is done. */
    SequencedMap<Parameter, Tensor> updates() {
        return updates;
    }
}
