package dev.weft.nn;

import dev.weft.Shape;
import dev.weft.ShapeException;
import dev.weft.Tensor;

import java.util.List;

/**
 * y[b, p, :] = x[b, p, :] + weight[first + p, :], for x batch×length×width: a learned vector for
 * each position.
 *
 * @param most positions that there are
 * @param width numbers for each
 * @param weight what fills the table
 */
public record LearnedPositions(int most, int width, Initializer weight) implements Layer {
    /** Checks the numbers. */
    public LearnedPositions {
        if (most < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "LearnedPositions: positions and width must be at least 1, got %d, %d"
                            .formatted(most, width));
        }
    }

    /** Normal with a deviation of 0.02, as GPT-2 and BERT begin. */
    public LearnedPositions(int most, int width) {
        this(most, width, Initializer.normal(0.02));
    }

    @Override
    public String describe() {
        return "LearnedPositions(" + most + ", " + width + ")";
    }

    @Override
    public List<ParameterSpec> parameters() {
        Shape shape = Shape.of(most, width);
        return List.of(new ParameterSpec("weight", shape, Fans.of(shape), weight));
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Scales.checkSequence(describe(), x, width);
        long first = pass.position();
        if (first + x.dim(1) > most) {
            throw new ShapeException(
                    "%s: x is %s, from position %d on: there are %d positions: use a shorter sequence, or a larger table"
                            .formatted(describe(), x, first, most));
        }
        return x.add(pass.get(this, "weight").slice(0, first, first + x.dim(1)));
    }
}
