package dev.weft.cpu;

import dev.weft.backend.Activation;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.Epilogue;
import dev.weft.backend.Kernels;
import dev.weft.backend.LossOp;
import dev.weft.backend.UnaryOp;
import dev.weft.backend.UpdateRule;
import dev.weft.backend.View;
import dev.weft.reference.ReferenceBackend;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * The CPU for a JVM that does not compile vectors: what computes element by element is done by the
 * specification's own loops, on this backend's memory, which is up to eleven times as fast there.
 * Products are {@link GemmScalar}'s. Copies, sums and what goes by indices stay as they are.
 */
final class ScalarBackend extends CpuBackend {
    private final Kernels loops = new ReferenceBackend();

    ScalarBackend(int threads) {
        super(threads);
    }

    @Override
    public void unary(UnaryOp op, double p, double q, View x, View y) {
        loops.unary(op, p, q, x, y);
    }

    @Override
    public void unaryGrad(UnaryOp op, double p, double q, View x, View y, View dy, View dx) {
        loops.unaryGrad(op, p, q, x, y, dy, dx);
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View y) {
        loops.binary(op, a, b, y);
    }

    @Override
    public void binaryGrad(BinaryOp op, boolean byB, View a, View b, View dy, View d) {
        loops.binaryGrad(op, byB, a, b, dy, d);
    }

    @Override
    public void gemm(double alpha, View a, View b, double beta, View c, Epilogue epilogue) {
        super.gemm(alpha, a, b, beta, c, new Epilogue(epilogue.bias(), Activation.IDENTITY));
        UnaryOp activation = epilogue.activation().op();
        if (activation != null) {
            loops.unary(activation, 0, 0, c, c);
        }
    }

    @Override
    public void softmax(boolean log, View x, View y) {
        loops.softmax(log, x, y);
    }

    @Override
    public void softmaxGrad(boolean log, View y, View dy, View dx) {
        loops.softmaxGrad(log, y, dy, dx);
    }

    @Override
    public void loss(LossOp op, double p, View x, View t, View l) {
        loops.loss(op, p, x, t, l);
    }

    @Override
    public void lossGrad(LossOp op, double p, View x, View t, View dl, View dx) {
        loops.lossGrad(op, p, x, t, dl, dx);
    }

    @Override
    public void crossEntropy(View logits, View target, double factor, View l, View gradient) {
        loops.crossEntropy(logits, target, factor, l, gradient);
    }

    @Override
    public void update(
            UpdateRule rule,
            View control,
            View steps,
            View halt,
            View p,
            View g,
            List<View> states) {
        loops.update(rule, control, steps, halt, p, g, states);
    }

    @Override
    public void countUnfit(
            UpdateRule rule, View control, @Nullable View loss, View p, View g, View count) {
        loops.countUnfit(rule, control, loss, p, g, count);
    }
}
