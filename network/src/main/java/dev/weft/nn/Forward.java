package dev.weft.nn;

import dev.weft.DType;
import dev.weft.Scope;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** What a network gives for a batch. */
public final class Forward {
    private final List<Tensor> outputs;
    private final Map<Parameter, Tensor> updates;
    private final Block root;

    Forward(List<Tensor> outputs, Map<Parameter, Tensor> updates, Block root) {
        this.outputs = outputs;
        this.updates = updates;
        this.root = root;
    }

    /** The results. */
    public List<Tensor> outputs() {
        return outputs;
    }

    /**
     * The one result.
     *
     * @throws IllegalArgumentException where there are more, or none
     */
    public Tensor output() {
        if (outputs.size() != 1) {
            throw new IllegalArgumentException(
                    "%s gives %d results: ask for its outputs"
                            .formatted(root.describe(), outputs.size()));
        }
        return outputs.getFirst();
    }

    /**
     * Writes the new values of buffers.
     *
     * @param halt I32 of one element: where it is not 0 when the device comes to it, they stay as
     *     they are; null to write them in any case
     */
    public void updateBuffers(@Nullable Tensor halt) {
        updates.forEach(
                (buffer, value) -> {
                    Tensor old = buffer.value();
                    try (Scope _ = old.device().scope()) {
                        Tensor chosen =
                                halt == null
                                        ? value
                                        : halt.reshape().to(DType.BOOL).where(old, value);
                        old.assign(chosen);
                    }
                });
    }
}
