package dev.weft.nn;

import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Trained parameters that are updated alike, in one flat buffer, and their gradients in another, so
 * that an update is one kernel. Each parameter starts at a multiple of 64 bytes; the gaps are zero
 * in both and stay so, since an update of a zero by a zero gradient is zero for every rule.
 *
 * @param name what it is called where its settings are given
 * @param values the parameters, gaps included, of rank 1
 * @param gradients laid out as the values
 * @param parameters in the order of the network
 */
public record ParameterGroup(
        String name, Tensor values, Tensor gradients, List<Parameter> parameters) {
    /** The group of those for which none was named. */
    public static final String DEFAULT = "default";

    private static final int ALIGNMENT = 64;

    /** Keeps the list as it is now. */
    public ParameterGroup {
        parameters = List.copyOf(parameters);
    }

    /** Views of a flat buffer that is laid out as the values, one for each parameter. */
    public List<Tensor> split(Tensor flat) {
        List<Tensor> parts = new ArrayList<>();
        long offset = 0;
        for (Parameter parameter : parameters) {
            parts.add(part(flat, offset, parameter));
            offset += room(parameter);
        }
        return parts;
    }

    /** A parameter's view of a flat buffer. */
    static Tensor part(Tensor flat, long offset, Parameter parameter) {
        return flat.slice(0, offset, offset + parameter.shape().size())
                .reshape(parameter.shape().toArray());
    }

    /** The elements of a flat buffer that a parameter takes, its gap included. */
    static long room(Parameter parameter) {
        long most = ALIGNMENT / parameter.value().dtype().bytes();
        return (parameter.shape().size() + most - 1) / most * most;
    }
}
