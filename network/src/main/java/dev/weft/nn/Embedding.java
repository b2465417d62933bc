package dev.weft.nn;

import dev.weft.DType;
import dev.weft.Shape;
import dev.weft.ShapeException;
import dev.weft.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/**
 * y[…, :] = weight[ids[…], :], for integers of any shape and a weight count×width: PyTorch's
 * Embedding. An id outside [0, count) is the {@link IndexOutOfBoundsException} of {@link
 * Tensor#gather}.
 *
 * @param count how many ids there are
 * @param width numbers for each
 * @param padding the id that stands for none: its row begins at 0 and has no gradient; null for
 *     none
 * @param weight what fills the rows
 */
public record Embedding(int count, int width, @Nullable Integer padding, Initializer weight)
        implements Layer {
    /** Checks the numbers. */
    public Embedding {
        boolean fits = padding == null || (padding >= 0 && padding < count);
        if (count < 1 || width < 1 || !fits) {
            throw new IllegalArgumentException(
                    "Embedding: count and width must be at least 1, and the padding one of the ids, got %d, %d, %s"
                            .formatted(count, width, padding));
        }
    }

    /** With rows from the normal distribution, as in PyTorch. */
    public Embedding(int count, int width) {
        this(count, width, null, Initializer.normal(1));
    }

    /** With an id that stands for none. */
    public Embedding padding(int id) {
        return new Embedding(count, width, id, weight);
    }

    /** With other first values. */
    public Embedding weight(Initializer newWeight) {
        return new Embedding(count, width, padding, newWeight);
    }

    @Override
    public String describe() {
        return "Embedding(" + count + ", " + width + ")";
    }

    @Override
    public List<ParameterSpec> parameters() {
        Shape shape = Shape.of(count, width);
        Initializer filled =
                (values, of, fans, random) -> {
                    weight.fill(values, of, fans, random);
                    if (padding != null) {
                        Arrays.fill(values, padding * width, (padding + 1) * width, 0);
                    }
                };
        return List.of(new ParameterSpec("weight", shape, Fans.of(shape), filled));
    }

    @Override
    public Tensor forward(Pass pass, Tensor ids) {
        if (!ids.dtype().isInteger()) {
            throw new ShapeException(
                    "%s: x is %s: it must be of integers, the ids".formatted(describe(), ids));
        }
        Tensor flat = ids.contiguous().reshape(-1);
        Tensor rows = pass.get(this, "weight").gather(flat);
        if (padding != null) {
            Tensor none = ids.device().full(DType.I64, padding, Shape.SCALAR);
            rows = flat.to(DType.I64).equal(none).reshape(-1, 1).where(rows.detach(), rows);
        }
        long[] dims = Arrays.copyOf(ids.shape().toArray(), ids.rank() + 1);
        dims[ids.rank()] = width;
        return rows.reshape(dims);
    }
}
