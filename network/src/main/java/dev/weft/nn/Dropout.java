package dev.weft.nn;

import dev.weft.Tensor;

/**
 * In training, y = x · mask with each element dropped with probability {@code rate} and the others
 * divided by 1 - rate; otherwise y = x. Srivastava et al. 2014, in its inverted form.
 *
 * @param rate in [0, 1)
 */
public record Dropout(double rate) implements Layer {
    /** Checks the range. */
    public Dropout {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1), got " + rate);
        }
    }

    @Override
    public String describe() {
        return "Dropout(" + rate + ")";
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        return pass.dropout(x, rate);
    }
}
