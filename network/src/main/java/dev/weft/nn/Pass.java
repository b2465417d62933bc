package dev.weft.nn;

import dev.weft.DropoutState;
import dev.weft.Tensor;

import java.util.List;

/**
 * What a layer gets on its way forward.
 *
 * @param parameters the values of its parameters, in the order of {@link Layer#parameters}
 * @param training whether dropout drops
 * @param dropout the network's stream of dropout masks
 */
public record Pass(List<Tensor> parameters, boolean training, DropoutState dropout) {
    /** The value of parameter number {@code i}. */
    public Tensor parameter(int i) {
        return parameters.get(i);
    }
}
