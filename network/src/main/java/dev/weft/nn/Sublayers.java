package dev.weft.nn;

import dev.weft.Tensor;

import java.util.function.UnaryOperator;

/**
 * The parts of a transformer's layer in one pass.
 *
 * @param pass that they run in
 * @param settings of the layer
 */
record Sublayers(Pass pass, TransformerSettings settings) {
    /** x + part(norm(x)), or norm(x + part(x)). */
    Tensor around(Tensor x, Layer norm, UnaryOperator<Tensor> part) {
        if (settings.normFirst()) {
            return x.add(pass.dropout(part.apply(pass.apply(norm, x)), settings.dropout()));
        }
        return pass.apply(norm, x.add(pass.dropout(part.apply(x), settings.dropout())));
    }

    Tensor feed(Tensor x, Linear first, Linear second) {
        Tensor inner = settings.feedForward().apply(pass.apply(first, x));
        return pass.apply(second, pass.dropout(inner, settings.dropout()));
    }
}
