package dev.weft.onnx.operator;

import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.backend.Activation;
import dev.weft.onnx.graph.UnsupportedOnnxException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * ONNX's GRU as it is unless {@code linear_before_reset} is asked for: the reset gate stands before
 * the product, h' = (1 - z) n + z h with n = tanh(W x + R (r h) + b) (Cho et al. 2014).
 */
final class ResetFirstGru {
    private static final int BIAS = 3;
    private static final int LENGTHS = 4;
    private static final int FIRST = 5;

    private final NodeCall node;
    private final Tensor x;
    private final long steps;
    private final long batch;
    private final long hidden;

    private ResetFirstGru(NodeCall node) {
        this.node = node;
        this.x = node.x(0);
        this.steps = x.dim(0);
        this.batch = x.dim(1);
        this.hidden = node.x(2).dim(2);
    }

    /** Y, steps×directions×batch×hidden, and the last states. */
    static List<Tensor> run(NodeCall node, String direction) {
        if (node.has(LENGTHS)) {
            throw new UnsupportedOnnxException("sequences of several lengths with reset first");
        }
        ResetFirstGru gru = new ResetFirstGru(node);
        List<Tensor> outputs = new ArrayList<>();
        List<Tensor> last = new ArrayList<>();
        int sides = direction.equals("bidirectional") ? 2 : 1;
        for (int side = 0; side < sides; side++) {
            Tensor[] states = new Tensor[(int) gru.steps];
            last.add(gru.direction(side, side == 1 || direction.equals("reverse"), states));
            outputs.add(Tensor.stack(0, states));
        }
        return List.of(
                Tensor.stack(1, outputs.toArray(Tensor[]::new)),
                Tensor.stack(0, last.toArray(Tensor[]::new)));
    }

    private Tensor direction(int side, boolean backwards, Tensor[] states) {
        Tensor all = node.has(BIAS) ? node.x(BIAS).select(0, side) : null;
        Tensor input = node.x(1).select(0, side);
        Tensor recurrent = node.x(2).select(0, side);
        Tensor inputs =
                LayoutOperators.reshaped(x, steps * batch, x.dim(2))
                        .linear(input, part(all, 0, 3), Activation.IDENTITY)
                        .reshape(steps, batch, 3 * hidden);
        Tensor gates = recurrent.slice(0, 0, 2 * hidden);
        Tensor fresh = recurrent.slice(0, 2 * hidden, 3 * hidden);
        Tensor h =
                node.has(FIRST)
                        ? node.x(FIRST).select(0, side)
                        : x.device().full(x.dtype(), 0, Shape.of(batch, hidden));
        for (int i = 0; i < steps; i++) {
            int t = (int) (backwards ? steps - 1 - i : i);
            Tensor u = inputs.select(0, t);
            Tensor v = h.linear(gates, part(all, 3, 5), Activation.IDENTITY);
            Tensor opened = u.slice(1, 0, 2 * hidden).add(v).sigmoid();
            Tensor update = opened.slice(1, 0, hidden);
            Tensor reset = opened.slice(1, hidden, 2 * hidden);
            Tensor kept = reset.mul(h).linear(fresh, part(all, 5, 6), Activation.IDENTITY);
            Tensor n = u.slice(1, 2 * hidden, 3 * hidden).add(kept).tanh();
            h = n.add(update.mul(h.sub(n)));
            states[t] = h;
        }
        return h;
    }

    private @Nullable Tensor part(@Nullable Tensor biases, int from, int to) {
        return biases == null ? null : biases.slice(0, from * hidden, to * hidden);
    }
}
